"""Imports, their rows and what undoes them, as programs read them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from imports.access import label_of
from imports.models import Import, ImportRow, State, Undo, Verdict
from imports.pages import fate_of
from imports.problems import Sentences, sentences_of
from imports.readers.shape import Layout
from imports.rows import rows_in
from organizations.as_json import value_as_json
from organizations.fields import FIELDS, NAMES

COUNTS = ("valid", "invalid", "created", "updated", "unchanged", "failed")
SAME = ("file_name", "state", "mode", "blanks", "all_or_nothing", "rows_total", "created_at")


def import_as_json(job: Import) -> dict[str, Any]:
    return {
        "id": job.public_id,
        **{name: getattr(job, name) for name in SAME},
        **{f"rows_{name}": getattr(job, f"rows_{name}") for name in COUNTS},
        "groups": job.group_public_ids,
        "layout": _layout(job),
        "columns": [
            {"heading": heading, "field": meaning or None}
            for heading, meaning in zip(job.headings, job.matched.meanings, strict=True)
        ],
        "rows_skipped": job.rows_valid - job.rows_done if _has_ended(job) else 0,
        "error": {"code": job.error["code"], "message": fate_of(job.error)} if job.error else None,
        "made_by": label_of(job),
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def _layout(job: Import) -> dict[str, Any]:
    layout = Layout.from_json(job.layout)
    told = {name: getattr(layout, name) for name in ("format", "encoding", "delimiter", "heading_row", "sheet")}
    return told | {"date_order": job.date_order, "chosen": sorted(job.chosen_layout)}


def rows_as_json(actor: Actor, job: Import, rows: Sequence[ImportRow]) -> list[dict[str, Any]]:
    errors = sentences_of(actor, [row.errors for row in rows])
    warnings = sentences_of(actor, [row.warnings for row in rows])
    return [_row(job, *parts) for parts in zip(rows, errors, warnings, strict=True)]


def _row(job: Import, row: ImportRow, errors: Sentences, warnings: Sentences) -> dict[str, Any]:
    state = state_of(job, row)
    return {
        "number": row.number,
        "line": row.line,
        "state": state,
        "organization_id": row.public_id if state in ("created", "updated", "unchanged") else None,
        "values": _values(row, errors),
        "errors": errors,
        "warnings": warnings,
    }


def state_of(job: Import, row: ImportRow) -> str:
    if row.verdict != Verdict.VALID:
        return str(row.verdict)
    if row.number <= job.place:
        return str(row.action)
    return _waiting(job)


def _waiting(job: Import) -> str:
    """What a good row is called that has not been written: it will be, or it won't any more."""
    return "skipped" if _has_ended(job) else "valid"


def _has_ended(job: Import) -> bool:
    return job.state not in (State.READING, State.READY, State.IMPORTING)


def rows_of(job: Import, state: str) -> "QuerySet[ImportRow]":
    """The rows of one state, or all."""
    if state in ("valid", "skipped"):
        return rows_in(job, "waiting") if state == _waiting(job) else rows_in(job).none()
    return rows_in(job, state)


def _values(row: ImportRow, errors: Sentences) -> dict[str, Any]:
    return {
        field.name: row.raw[NAMES.index(field.name)]
        if field.name in errors and row.raw
        else value_as_json(field, getattr(row, field.name))
        for field in FIELDS
    }


def undo_as_json(undo: Undo) -> dict[str, Any]:
    ended = "failed" if undo.failed else "undone"
    return {
        "batch_id": undo.batch_id,
        "state": ended if undo.finished_at else "undoing",
        "removed": undo.removed,
        "restored": undo.restored,
        "kept": undo.kept,
        "created_at": undo.created_at,
        "finished_at": undo.finished_at,
    }
