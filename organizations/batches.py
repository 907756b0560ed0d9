"""A batch: rows that passed fields.py, wherever they lie — in Python's hands or staged in a table.

Rules and intake read both through the same SELECT, so that a form, a batch of one, and a staged import of a million
rows go the same way.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from organizations import fields
from organizations.fields import FIELDS, NAMES, Kind, Row

DERIVED: Final = ("sort_name", "customer_number_key", "search_text")
# What an organization is made of, in the order of every SELECT and INSERT.
STORED: Final = ("public_id", *NAMES, *DERIVED)
COLUMNS: Final = ("number", *STORED)

_SQL_TYPES: Final = {Kind.BOOLEAN: "boolean", Kind.MONEY: "numeric", Kind.DATE: "date"}
_TYPES: Final = ("integer", "uuid", *(_SQL_TYPES.get(field.kind, "text") for field in FIELDS), "text", "text", "text")
_UNNEST: Final = (
    f"SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in _TYPES)}) AS given ({', '.join(COLUMNS)})"
)


@dataclass(frozen=True)
class Batch:
    """A SELECT of COLUMNS; the SQL is ours, values are parameters.

    `kept` is SQL over its rows: those that are just as the record with their public id, so that no other has its keys.
    """

    sql: str
    params: tuple[Any, ...]
    kept: str = "false"


def record_of(public_id: uuid.UUID | str, row: Row) -> tuple[Any, ...]:
    """A row's values in the order of STORED."""
    return (public_id, *row.values, *fields.derived(str(public_id), row.values))


def given(records: Sequence[tuple[Any, ...]]) -> Batch:
    """Records in the order of COLUMNS, as they come from a form, a grid or a program."""
    columns = [list(column) for column in zip(*records, strict=True)] or [[] for _ in COLUMNS]
    return Batch(_UNNEST, tuple(columns))
