"""Repairing a checked file without uploading it again: one row's cells, or one value wherever it is wrong.

Only the rows concerned are checked again, and those that share a domain or customer number with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.http import Http404

from accounts.actors import Actor
from accounts.roles import Permission
from imports import judging
from imports.beside import READ
from imports.checking.lines import lines_of
from imports.models import Import, ImportRow, RowEdit, State, Verdict
from imports.readers.shape import Layout
from imports.receiving import read_again
from imports.staging import TABLE, batch_of, mark_conflicts, stage, staged_rows
from organizations.changes import Refused
from organizations.fields import storable
from organizations.rules import CLASHES, UNIQUE

# More rows than this are read anew in the background instead of while somebody waits.
AT_ONCE: Final = 2_000
GROUPS: Final = 20
ALONE: Final = 3


@dataclass(frozen=True)
class Fault:
    """Rows that have the same text in the same field, wrong in the same way; `value` is None where texts differ."""

    field: str
    code: str
    value: str | None
    count: int = 0


def edit_row(actor: Actor, job: Import, number: int, texts: Mapping[str, str]) -> None:
    """Write texts into cells of a row that waits. Raises Http404 for a row that isn't there, Refused when too late."""
    with transaction.atomic():
        waiting = _waiting(actor, job)
        row = staged_rows(waiting).filter(number=number).first()
        if row is None:
            raise Http404
        known = {name: storable(text) for name, text in texts.items() if name in READ}
        edit, is_new = RowEdit.objects.get_or_create(
            reseller=actor.reseller, batch=waiting, **waiting.place_of(row), defaults={"texts": known}
        )
        if not is_new:
            edit.texts = edit.texts | known
            edit.save(update_fields=["texts"])
        _check_again(actor, waiting, {number: known})


def fix_all(actor: Actor, job: Import, fault: Fault, text: str) -> int:
    """Replace a wrong value in all rows that have it; returns how many. Very many are checked in the background."""
    with transaction.atomic():
        waiting = _waiting(actor, job)
        where, params = _having(fault)
        edit = {fault.field: storable(text)}
        numbers = _note(waiting, where, params, edit)
        if len(numbers) > AT_ONCE:
            read_again(actor, waiting)
        elif numbers:
            _check_again(actor, waiting, dict.fromkeys(numbers, edit))
    return len(numbers)


def _waiting(actor: Actor, job: Import) -> Import:
    actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    found = Import.objects.permitted(actor).select_for_update().filter(pk=job.pk, state=State.READY).first()
    if found is None:
        raise Refused("import_has_begun")
    return found


def _note(job: Import, where: str, params: Sequence[Any], edit: Mapping[str, str]) -> list[int]:
    """Keep the edit for every such row, with one statement."""
    layout = Layout.from_json(job.layout)
    sql = f"""
        WITH faulty AS (
            SELECT reseller_id, import_id, number, line FROM {TABLE}
            WHERE reseller_id = %s AND import_id = %s AND {where}
        ),
        noted AS (
            INSERT INTO imports_rowedit AS edit (reseller_id, import_id, part, place, texts)
            SELECT reseller_id, import_id, %s, {layout.place_of("number", "line")},
                   jsonb_build_object(%s::text, %s::text)
            FROM faulty
            ON CONFLICT (reseller_id, import_id, part, place) DO UPDATE SET texts = edit.texts || excluded.texts
        )
        SELECT number FROM faulty
    """
    ((name, text),) = edit.items()
    with connection.cursor() as cursor:
        cursor.execute(sql, [job.reseller_id, job.pk, *params, layout.part, name, text])
        return [number for (number,) in cursor]


def _check_again(actor: Actor, job: Import, edits: Mapping[int, Mapping[str, str]]) -> None:
    old = list(staged_rows(job).filter(number__in=list(edits)).order_by("number"))
    clashing = _keys(old)
    checked = judging.check_again(actor, job, old, edits)
    staged_rows(job).filter(number__in=list(edits)).delete()
    stage(lines_of(checked, job.reseller_id, job.pk))
    clashing |= _keys(staged_rows(job).filter(number__in=list(edits)))
    _judge_clashes(job, clashing)
    judging.count(job)
    job.rows_warned = staged_rows(job).filter(warnings__isnull=False).count()
    job.save(update_fields=[*judging.COUNTED, "rows_warned"])


def _keys(rows: Iterable[ImportRow]) -> set[tuple[str, str]]:
    return {(key, getattr(row, key)) for row in rows for key in UNIQUE.values() if getattr(row, key)}


def _judge_clashes(job: Import, keys: set[tuple[str, str]]) -> None:
    """Whether the values are free, for every row that has one of them; what was said of that before is taken back."""
    if not keys:
        return
    having = [Q(**{f"{key}__in": [value for name, value in keys if name == key]}) for key in UNIQUE.values()]
    concerned = list(staged_rows(job).filter(reduce(or_, having)))
    for row in concerned:
        row.errors = _without_clashes(row.errors)
        row.verdict = Verdict.INVALID if row.errors else Verdict.VALID
    ImportRow.objects.bulk_update(concerned, ["errors", "verdict"], batch_size=500)
    numbers = [row.number for row in concerned]
    mark_conflicts(job, batch_of(job, "number = ANY(%s)", numbers), Verdict.INVALID, rows=len(numbers))


def _without_clashes(errors: Mapping[str, list[dict[str, Any]]] | None) -> dict[str, Any] | None:
    kept = {
        name: [problem for problem in problems if problem["code"] not in CLASHES]
        for name, problems in (errors or {}).items()
    }
    return {name: problems for name, problems in kept.items() if problems} or None


def get_faults(job: Import) -> list[Fault]:
    """The errors of a waiting import by what repairs them, the most frequent first.

    Many values of which each stands on one row only are repaired in their rows, and are one fault.
    """
    sql = f"""
        WITH by_value AS (
            SELECT found.key AS field, problem ->> 'code' AS code, CASE WHEN problem ->> 'code' = ANY(%s) THEN NULL
                   ELSE raw[array_position(%s::text[], found.key)] END AS value, count(*) AS rows
            FROM {TABLE}, jsonb_each(errors) AS found, jsonb_array_elements(found.value) AS problem
            WHERE reseller_id = %s AND import_id = %s AND verdict = 'invalid'
            GROUP BY 1, 2, 3
        ),
        counted AS (
            SELECT *, rows = 1 AND count(*) FILTER (WHERE rows = 1) OVER (PARTITION BY field, code) > {ALONE} AS alone
            FROM by_value
        )
        SELECT field, code, CASE WHEN alone THEN NULL ELSE value END, sum(rows)::int
        FROM counted GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT {GROUPS}
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(CLASHES), list(READ), job.reseller_id, job.pk])
        return [Fault(*row) for row in cursor]


def _having(fault: Fault) -> tuple[str, list[Any]]:
    """SQL over staged rows: those with this fault."""
    where = "verdict = 'invalid' AND errors -> %s @> jsonb_build_array(jsonb_build_object('code', %s::text))"
    params: list[Any] = [fault.field, fault.code]
    if fault.value is not None:
        where += " AND raw[array_position(%s::text[], %s)] = %s"
        params += [list(READ), fault.field, fault.value]
    return where, params


def rows_with(job: Import, fault: Fault) -> Any:
    """The staged rows with this fault."""
    where, params = _having(fault)
    return staged_rows(job).extra(where=[where], params=params)  # noqa: S610 - `where` is ours, values are parameters
