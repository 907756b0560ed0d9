"""What the API's organization routes take and give, made from fields.py so that no field is described twice."""

import re
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, PlainValidator, StrictBool, StrictStr, WithJsonSchema, create_model

from api.schemas import Strict
from organizations.approval import Period
from organizations.fields import FIELDS, Kind
from organizations.fields import Field as Column
from organizations.upserts import Action

MOST_ROWS = 1_000

Text = Annotated[StrictStr, Field(max_length=4_000)]
_WRITTEN = re.compile(r"(-?[0-9]{1,30}(\.[0-9]{1,30})?)?", re.ASCII)


def _amount(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and _WRITTEN.fullmatch(value):
        return value
    raise ValueError("Write an amount as JSON does: 1000.50, as a number or a text")


# A number, or a text that is written like one: no comma that could mean two things.
Amount = Annotated[
    Any,
    PlainValidator(_amount),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": f"^{_WRITTEN.pattern}$"}, {"type": "number"}, {"type": "null"}]}
    ),
]
_TAKEN: dict[Kind, Any] = {Kind.BOOLEAN: StrictBool | None, Kind.MONEY: Amount}
_GIVEN: dict[Kind, Any] = {Kind.BOOLEAN: bool, Kind.DATE: date | None}


class Record(Schema):
    """What the portal keeps of an organization beside its fields."""

    id: uuid.UUID
    groups: list[uuid.UUID] = Field(description="The groups that this key may see.")
    tenants: list[uuid.UUID] = Field(description="The IDs of its tenants at Microsoft.")
    source: str = Field(description="The door it came in by.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


def _taken(column: Column) -> Any:
    return (_TAKEN.get(column.kind, Text | None), Field(None, description=_told(column), examples=_examples(column)))


def _given(column: Column) -> Any:
    kind = _GIVEN.get(column.kind, str if column.mandatory else str | None)
    return (kind, Field(..., description=_told(column)))


def _told(column: Column) -> str:
    help_text = (
        "A day as ISO 8601 writes it, 2026-01-31; DD/MM/YYYY is read as well."
        if column.kind == Kind.DATE
        else column.help
    )
    return f"{column.english_heading}. {help_text}"


def _examples(column: Column) -> list[Any]:
    special: dict[Kind, Any] = {Kind.BOOLEAN: True, Kind.DATE: "2026-01-31"}
    return [special.get(column.kind, column.example)]


Fields: Any = create_model("Fields", __base__=Strict, **{column.name: _taken(column) for column in FIELDS})
Organization: Any = create_model("Organization", __base__=Record, **{column.name: _given(column) for column in FIELDS})


class NewOrganization(Fields):  # type: ignore[misc]
    """The seventeen fields, and the groups of the new organization."""

    groups: list[uuid.UUID] = Field([], max_length=100)


class BulkRow(Fields):  # type: ignore[misc]
    client_ref: Annotated[StrictStr, Field(max_length=255)] | None = Field(None, description="Comes back as it is.")


class Bulk(Strict):
    mode: Literal["create", "upsert"] = "upsert"
    all_or_nothing: StrictBool = False
    groups: list[uuid.UUID] = Field([], max_length=100, description="Of the organizations that are created.")
    rows: list[BulkRow] = Field(..., min_length=1, max_length=MOST_ROWS)


class BulkItem(Schema):
    number: int = Field(description="1 is the first row.")
    client_ref: str | None
    action: Action
    id: uuid.UUID | None
    errors: dict[str, list[str]]


class BulkAnswer(Schema):
    batch_id: uuid.UUID = Field(description="Under which this call can be undone.")
    created: int
    updated: int
    unchanged: int
    failed: int
    items: list[BulkItem]


class OrganizationPage(Schema):
    items: list[Organization]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")
    next_updated_since: datetime | None = Field(
        None, description="On the last page of an `updated_since` list: where the next one should begin."
    )


class ApprovalCheck(Strict):
    amount: Decimal = Field(..., ge=0, max_digits=14, decimal_places=2, description="In the reseller's currency.")
    period: Period


class ApprovalCheckAnswer(Schema):
    required: bool
    annual_amount: Decimal
    limit: Decimal | None


class BillingEligibility(Schema):
    may_run: bool
    start_date: date | None
