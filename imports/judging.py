"""What each row of a file would be and do, asking the database for what a row alone doesn't say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.roles import Permission
from imports import beside
from imports.checking.checked import Checked
from imports.checking.lines import lines_of
from imports.checking.rows import Cells, Chunk, checking, chunk_of
from imports.models import Action, Import, ImportRow, Mode, RowEdit, Verdict
from imports.readers.shape import NOTHING, Layout, SourceRow
from imports.staging import staged_rows
from imports.unreadable import UNREAD_CELLS
from imports.updating import check_rows
from organizations.fields import DAY_FIRST, NAMES, DecimalMark, Reading, text_of
from organizations.intake import reading_for
from organizations.problems import Problem


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


def says_all(job: Import) -> bool:
    """Whether the file's rows can be checked without the database: nobody has written into them, and new ones name no
    groups. What is said of rows that may be records already is only the beginning (imports/recognising.py).
    """
    is_alone = job.mode == Mode.UPDATE or not beside.is_read(job, job.matched)
    return is_alone and not _edits(job).exists()


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


def chunk_for(job: Import, checked: Sequence[Checked]) -> Chunk:
    """Checked rows as they will be staged."""
    return chunk_of(checked, job.matched.fields, partial(lines_of, reseller_id=job.reseller_id, import_id=job.pk))


def check_again(
    actor: Actor, job: Import, rows: Sequence[ImportRow], edits: Mapping[int, Mapping[str, str]] = NOTHING
) -> list[Checked]:
    """Rows that were checked before, anew, with what is still wrong with them that can't be seen in their texts."""
    cells = [(SourceRow(row.number, row.line, []), with_edit(texts_of(row), edits.get(row.number))) for row in rows]
    checked = check(actor, job, cells)
    for one, row in zip(checked, rows, strict=True):
        one.row.errors.update(_lasting(one, row))
    return checked


def _lasting(checked: Checked, old: ImportRow) -> dict[str, list[Problem]]:
    """What is wrong with the row as a whole, and with cells that couldn't be read and that nobody has written over."""
    before = dict(zip(beside.READ, texts_of(old), strict=False))
    return {
        name: [Problem.from_json(problem) for problem in problems]
        for name, problems in (old.errors or {}).items()
        if name == "row" or (problems[0]["code"] in UNREAD_CELLS and checked.text(name) == before[name])
    }


def texts_of(row: ImportRow) -> tuple[str, ...]:
    """The texts of a staged row: as they came where they were kept, else as files of ours write the values."""
    return tuple(row.raw) if row.raw else tuple(text_of(name, getattr(row, name)) for name in NAMES)


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
