"""Staged rows: written by COPY, checked against each other and what exists, and handed to the intake as a batch."""

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from imports.models import Action, Import, ImportRow, Verdict
from imports.readers.shape import SourceRow
from organizations.batches import COLUMNS, STORED, Batch, record_of
from organizations.fields import NAMES, Row
from organizations.problems import Problem
from organizations.rules import conflicts_query

TABLE: Final = ImportRow._meta.db_table
_STAGED: Final = (
    "reseller_id",
    "import_id",
    "number",
    "line",
    "verdict",
    "action",
    "errors",
    "warnings",
    "raw",
    *STORED,
)


class Checked(NamedTuple):
    """A row as it will be staged: what was read, the id its organization has or will have, and what it does to it.

    `raw` are the seventeen texts, where they will be needed again.
    """

    source: SourceRow
    row: Row
    public_id: uuid.UUID
    action: str = Action.CREATE.value
    raw: Sequence[str] | None = None

    def text(self, name: str) -> str:
        """What stands in the field's cell, or what somebody has written over it."""
        return (self.row.raw if self.raw is None else self.raw)[NAMES.index(name)]


def stage(job: Import, rows: Iterable[Checked]) -> None:
    """Write checked rows. COPY is refused on a table under row-level security, so it goes through a temporary one."""
    names = ", ".join(_STAGED)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS staged (LIKE {TABLE}) ON COMMIT DELETE ROWS")
        with cursor.copy(f"COPY staged ({names}) FROM STDIN") as copy:
            for checked in rows:
                copy.write_row(_record(job, checked))
        cursor.execute(f"INSERT INTO {TABLE} ({names}) SELECT {names} FROM staged")
        cursor.execute("TRUNCATE staged")


def _record(job: Import, checked: Checked) -> tuple[Any, ...]:
    source, row, public_id, action, raw = checked
    verdict = Verdict.INVALID if row.errors else Verdict.VALID
    kept = list(raw) if raw is not None else list(row.raw) if row.errors else None
    head = (job.reseller_id, job.pk, source.number, source.line, verdict.value, action)
    return (*head, _json(row.errors), _json(row.warnings), kept, *record_of(public_id, row))


def _json(problems: dict[str, list[Problem]]) -> str | None:
    return json.dumps({name: [p.as_json() for p in found] for name, found in problems.items()}) if problems else None


def staged_rows(job: Import) -> "QuerySet[ImportRow]":
    """The staged rows of an import that the caller has obtained."""
    return ImportRow.objects.filter(reseller_id=job.reseller_id, batch=job)


def batch_of(job: Import, where: str = "true", *params: Any) -> Batch:
    """The import's staged rows as a batch; `where` is SQL of ours over their columns."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE reseller_id = %s AND import_id = %s AND {where}"
    return Batch(sql, (job.reseller_id, job.pk, *params))


def mark_conflicts(job: Import, batch: Batch, verdict: Verdict) -> int:
    """Give every staged row of the batch whose domain or number is not free its errors; returns how many rows."""
    found = conflicts_query(batch, job.reseller_id)
    with connection.cursor() as cursor:
        # The planner knows nothing of rows that were staged a moment ago; a nested loop over them would never end.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            f"""
            WITH found AS ({found.sql}),
            told AS (
                SELECT number, field,
                       jsonb_agg(jsonb_build_object('code', code, 'params', params) ORDER BY code) AS problems
                FROM found GROUP BY number, field
            ),
            by_row AS (SELECT number, jsonb_object_agg(field, problems) AS errors FROM told GROUP BY number)
            UPDATE {TABLE} AS staged
            SET verdict = %s, errors = coalesce(staged.errors, '{{}}') || by_row.errors
            FROM by_row
            WHERE staged.reseller_id = %s AND staged.import_id = %s AND staged.number = by_row.number
            """,
            [*found.params, verdict.value, job.reseller_id, job.pk],
        )
        changed: int = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on")
    return changed


def mark_lost(job: Import, numbers: Sequence[int]) -> None:
    """Rows that were valid when read and could not be created: say why, whatever it was."""
    batch = batch_of(job, "number = ANY(%s)", list(numbers))
    mark_conflicts(job, batch, Verdict.FAILED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET verdict = %s, errors = %s"
            " WHERE reseller_id = %s AND import_id = %s AND number = ANY(%s) AND errors IS NULL",
            [
                Verdict.FAILED.value,
                _json({"name": [Problem("not_created", {})]}),
                job.reseller_id,
                job.pk,
                list(numbers),
            ],
        )
