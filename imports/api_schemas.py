"""What the API's import routes take and give."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from api.schemas import Problem as Problem
from imports.models import State


class RowState(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"


class Wanted(Schema):
    mode: Literal["create", "update"] = Field("create", description="`update` changes records that exist already.")
    blanks: Literal["keep", "clear"] = Field("keep", description="What an empty cell does to a record that exists.")
    all_or_nothing: bool = False
    groups: list[uuid.UUID] = Field([], max_length=100, description="Of the organizations that are created.")


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
