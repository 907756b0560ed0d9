"""What each row of a file would be and do, asking the database for what a row alone doesn't say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.roles import Permission
from imports import beside
from imports.checking.rows import Cells, Checked, checking
from imports.models import Action, Import, Mode, RowEdit, Verdict
from imports.readers.shape import Layout
from imports.staging import staged_rows
from imports.updating import check_rows
from organizations.fields import DAY_FIRST, DecimalMark, Reading
from organizations.intake import reading_for


def edited(job: Import, rows: Cells) -> Cells:
    """The rows with what people wrote into their cells before the file was read anew."""
    layout = Layout.from_json(job.layout)
    places = [layout.place_of(source.number, source.line) for source, _ in rows]
    found = _edits(job).filter(part=layout.part, place__range=(places[0], places[-1]))
    edits = dict(found.values_list("place", "texts"))
    if not edits:
        return rows
    return [(source, with_edit(cells, edits.get(at))) for (source, cells), at in zip(rows, places, strict=True)]


def _edits(job: Import) -> "QuerySet[RowEdit]":
    return RowEdit.objects.filter(reseller_id=job.reseller_id, batch=job)


def needs_no_question(job: Import) -> bool:
    """Whether rows say all by themselves: nobody has written into them, they name no groups and are no records yet."""
    return not beside.is_read(job, job.matched) and not _edits(job).exists()


def with_edit(cells: tuple[str, ...], texts: Mapping[str, str] | None) -> tuple[str, ...]:
    """The cells with some of the fields' replaced."""
    if not texts:
        return cells
    return tuple(texts.get(name, text) for name, text in zip(beside.READ, cells, strict=False))


def check(actor: Actor, job: Import, rows: Cells) -> list[Checked]:
    """What each row would be and do, as the import is set."""
    reading = reading_of(actor, job)
    if job.mode == Mode.UPDATE:
        checked = list(check_rows(actor, job, rows, reading))
    else:
        check_new = checking(reading, may_approve=may_approve(actor), blanks=job.defaults)
        checked = [check_new(source, texts) for source, texts in rows]
    if beside.is_read(job, job.matched):
        groups = beside.groups_known(actor, job)
        for one in checked:
            is_new = one.action == Action.CREATE
            found = beside.problems_beside(one.raw or (), groups, is_new=is_new)
            one.row.errors.update({name: [problem] for name, problem in found})
    return checked


def reading_of(actor: Actor, job: Import) -> Reading:
    mark = DecimalMark(job.decimal_mark)
    return replace(reading_for(actor), decimal_mark=mark, date_order=job.date_order or DAY_FIRST)


def may_approve(actor: Actor) -> bool:
    return actor.can(Permission.APPROVAL_EDIT)


COUNTED: Final = ("rows_invalid", "rows_valid", "rows_to_update", "rows_to_keep")


def count(job: Import) -> None:
    """How many of the staged rows are good, and what they would do; the caller saves."""
    job.rows_invalid = staged_rows(job).filter(verdict=Verdict.INVALID).count()
    job.rows_valid = job.rows_read - job.rows_invalid
    if job.mode == Mode.UPDATE:
        planned = staged_rows(job).filter(verdict=Verdict.VALID)
        job.rows_to_update = planned.filter(action=Action.UPDATE).count()
        job.rows_to_keep = planned.filter(action=Action.KEEP).count()
