"""Staged rows: written by COPY, checked against each other and what exists, and handed to the intake as a batch."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from imports.checking.lines import FORMAT, STAGED
from imports.models import Action, Import, ImportRow, Verdict
from organizations.batches import COLUMNS, Batch
from organizations.problems import Problem
from organizations.rules import conflicts_query

TABLE: Final = ImportRow._meta.db_table
_NAMES: Final = ", ".join(STAGED)
FEW: Final = 1_000  # rows that are looked up one by one


def stage(lines: bytes) -> None:
    """Write lines of checked rows."""
    with laid_out("staged", STAGED, lines) as cursor:
        cursor.execute(f"INSERT INTO {TABLE} ({_NAMES}) SELECT {_NAMES} FROM staged")


@contextmanager
def laid_out(name: str, columns: Sequence[str], lines: bytes) -> Iterator[CursorWrapper]:
    """The lines as a temporary table of that name: COPY is refused on a table under row-level security."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ON COMMIT DELETE ROWS"
            f" AS SELECT {', '.join(columns)} FROM {TABLE} WITH NO DATA"
        )
        with cursor.copy(f"COPY {name} FROM STDIN ({FORMAT})") as copy:
            copy.write(lines)
        yield cursor
        cursor.execute(f"TRUNCATE {name}")


def staged_rows(job: Import) -> "QuerySet[ImportRow]":
    """The staged rows of an import that the caller has obtained."""
    return ImportRow.objects.filter(reseller_id=job.reseller_id, batch=job)


def batch_of(job: Import, where: str = "true", *params: Any) -> Batch:
    """The import's staged rows as a batch; `where` is SQL of ours over their columns."""
    sql = f"SELECT {', '.join(COLUMNS)}, action FROM {TABLE} WHERE reseller_id = %s AND import_id = %s AND {where}"
    return Batch(sql, (job.reseller_id, job.pk, *params), kept=f"action = '{Action.KEEP}'")


def mark_conflicts(job: Import, batch: Batch, verdict: Verdict, *, rows: int) -> None:
    """Give every staged row of the batch, which has so many `rows`, whose domain or number is not free its errors."""
    found = conflicts_query(batch, job.reseller_id)
    with connection.cursor() as cursor:
        # The planner knows nothing of rows that were staged a moment ago. A nested loop over many of them would never
        # end; for few anything else would read all that the reseller has.
        cursor.execute(f"SET LOCAL enable_nestloop = {'off' if rows > FEW else 'on'}")
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
        cursor.execute("SET LOCAL enable_nestloop = on")


def mark_lost(job: Import, numbers: Sequence[int]) -> None:
    """Rows that were valid when read and could not be created: say why, whatever it was."""
    batch = batch_of(job, "number = ANY(%s)", list(numbers))
    mark_conflicts(job, batch, Verdict.FAILED, rows=len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET verdict = %s, errors = %s"
            " WHERE reseller_id = %s AND import_id = %s AND number = ANY(%s) AND errors IS NULL",
            [
                Verdict.FAILED.value,
                json.dumps({"name": [Problem("not_created").as_json()]}),
                job.reseller_id,
                job.pk,
                list(numbers),
            ],
        )
