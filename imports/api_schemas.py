"""What the API's import routes take and give."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from api.schemas import Problem as Problem
from api.schemas import Strict
from imports.models import State


class RowState(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"


Encoding = Literal["utf-8", "cp1252", "utf-16-le", "utf-16-be"]
Delimiter = Literal[",", ";", "\t", "|"]
DateOrder = Literal["dmy", "mdy"]
COLUMNS = "By heading: the name of a field, `organization_id`, `organization_groups` or `microsoft_id`; null: ignored."


class Wanted(Schema):
    mode: Literal["create", "update"] = Field("create", description="`update` changes records that exist already.")
    blanks: Literal["keep", "clear"] = Field("keep", description="What an empty cell does to a record that exists.")
    all_or_nothing: bool = False
    groups: list[uuid.UUID] = Field([], max_length=100, description="Of the organizations that are created.")

    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    heading_row: int | None = Field(None, ge=1, le=10_000_000, description="The line in which the headings are.")
    sheet: str | None = Field(None, max_length=255)
    date_order: DateOrder | None = None
    columns: str = Field(
        "", max_length=50_000, description='JSON, as in `PATCH`: `{"heading": "field", "other": null}`.'
    )


class Reading(Strict):
    """What is absent stays as it is; null leaves it to detection."""

    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    heading_row: int | None = Field(None, ge=1, le=10_000_000)
    sheet: str | None = Field(None, max_length=255)
    date_order: DateOrder | None = None
    columns: dict[str, str | None] = Field({}, max_length=200, description=COLUMNS)


class Layout(Schema):
    format: str
    encoding: str
    delimiter: str
    heading_row: int
    sheet: str
    date_order: str
    chosen: list[str] = Field(description="What was chosen; the rest was detected.")


class Column(Schema):
    heading: str
    field: str | None = Field(description="Null where nothing is read from it.")


class Error(Schema):
    code: str
    message: str


class Import(Schema):
    id: uuid.UUID
    file_name: str
    state: State
    mode: str
    blanks: str
    all_or_nothing: bool
    groups: list[uuid.UUID]
    rows_total: int | None = Field(description="Unknown until the file was looked through.")
    rows_valid: int
    rows_invalid: int
    rows_created: int
    rows_updated: int
    rows_unchanged: int
    rows_failed: int
    rows_skipped: int = Field(description="Valid rows that an import which has ended did not write.")
    layout: Layout = Field(description="How the file was understood.")
    columns: list[Column] = Field(description="In the order of the file.")
    error: Error | None
    made_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportPage(Schema):
    items: list[Import]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class Row(Schema):
    number: int = Field(description="1 is the first row under the headings.")
    line: int = Field(description="Where it begins in the file.")
    state: RowState
    organization_id: uuid.UUID | None = Field(description="What it has created, or finds.")
    values: dict[str, Any] = Field(description="By field; a value with an error is the text of the file.")
    errors: dict[str, list[str]]
    warnings: dict[str, list[str]]


class Rows(Schema):
    items: list[Row]
    next_cursor: str | None


class Undo(Schema):
    batch_id: uuid.UUID
    state: Literal["undoing", "undone", "failed"]
    removed: int
    restored: int
    kept: int = Field(description="Touched since, so they stay as they are.")
    created_at: datetime
    finished_at: datetime | None
