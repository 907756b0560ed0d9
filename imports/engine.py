"""What workers do with an import: read the file into staged rows, then create organizations from them.

Both go in chunks. A chunk's rows, the import's place and its counts are one transaction, so that a worker may be killed
anywhere and another goes on from the last committed chunk.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import new_id
from events.log import record
from events.models import Kind
from imports import beside, uploads
from imports.access import ACTING, actor_in_job
from imports.ahead import one_ahead
from imports.headings import Columns, rearrange
from imports.mailing import tell_by_mail
from imports.models import Action, Import, ImportRow, Mode, RowEdit, State, Verdict
from imports.readers import reader_by
from imports.readers.shape import Layout, SourceRow, Survey, samples_kept
from imports.settling import AmountColumn, DateColumn, Settled
from imports.staging import Checked, batch_of, mark_conflicts, mark_lost, stage, staged_rows
from imports.unreadable import Unreadable
from imports.updating import check_rows, write_rows
from jobs.work import Dropped, Turn
from organizations import upserts
from organizations.access import Ground, NoGround, get_ground
from organizations.fields import DAY_FIRST, NAMES, DecimalMark, Reading
from organizations.intake import check_row, create_batch, reading_for
from organizations.models import Source
from organizations.problems import Problem

CHUNK: Final = 2_000
Cells = list[tuple[SourceRow, tuple[str, ...]]]


class Chunk(NamedTuple):
    """Rows of the file that were read ahead, and checked as well where that needs no question to the database.

    Rows that people have written into, that may be records already, or that name groups are checked in their step.
    """

    rows: Cells
    checked: list[Checked] | None


def read(turn: Turn) -> None:
    """Survey the file, check and stage its rows, and find duplicates; the import is then ready or failed."""
    with turn.step(gets_on=False):
        job = get_job(turn, State.READING)
    try:
        if job.rows_total is None:
            job = _survey(turn, job)
        if refusal := job.matched.refusal(may_update=job.mode == Mode.UPDATE):
            raise refusal
        _stage_rows(turn, job)
    except FileNotFoundError:
        _fail(turn, Unreadable("upload_gone"))
    except Unreadable as error:
        _fail(turn, error)


def _fail(turn: Turn, why: Unreadable) -> None:
    with turn.step():
        end(turn, get_job(turn, State.READING), State.FAILED, error=why.as_json())


def _survey(turn: Turn, job: Import) -> Import:
    found, settled = _look_through(job)
    with turn.step():
        job = get_job(turn, State.READING)
        job.layout, job.rows_total = found.layout.as_json(), found.rows
        job.headings, job.samples = list(found.headings), samples_kept(found.samples)
        job.columns = list(job.matched.fields)
        job.decimal_mark, job.date_order = settled.decimal_mark, settled.date_order
        job.save(update_fields=SURVEYED)
    return job


SURVEYED: Final = ("layout", "rows_total", "headings", "samples", "columns", "decimal_mark", "date_order")


def _look_through(job: Import) -> tuple[Survey, Settled]:
    """Every row once; twice where rows name cells that the beginning of the file didn't."""
    layout, headings = Layout.from_json(job.layout), list(job.headings)
    found, settled = _look(job, layout)
    if list(found.headings) != headings:
        job.headings = list(found.headings)
        found, settled = _look(job, found.layout)
    return found, settled


def _look(job: Import, layout: Layout) -> tuple[Survey, Settled]:
    amounts, dates = AmountColumn(), DateColumn()
    watchers = {"approval_limit": amounts.look, "billing_start_date": dates.look}
    fields = job.matched.fields
    watch = {fields.index(name): look for name, look in watchers.items() if name in fields}
    found = reader_by(layout).survey(uploads.path_of(job.upload), layout, watch=watch)
    return found, Settled(amounts.mark.value, job.chosen_layout.get("date_order") or dates.order)


def _stage_rows(turn: Turn, job: Import) -> None:
    with turn.step(gets_on=False):
        prepare = _preparing(job)
    for chunk in one_ahead(map(prepare, _chunks(_rows_to_read(job)))):
        with turn.step():
            job = get_job(turn, State.READING, at=chunk.rows[0][0].number - 1)
            if _is_cancelled(turn, job):
                return
            _stage_chunk(job, chunk.checked or check(actor_in_job(job), job, edited(job, chunk.rows)))
        if turn.is_over:
            return
    with turn.step():
        _check(turn, get_job(turn, State.READING))


def _rows_to_read(job: Import) -> Iterator[SourceRow]:
    layout = Layout.from_json(job.layout)
    return reader_by(layout).read_rows(uploads.path_of(job.upload), layout, after=job.rows_read)


def _preparing(job: Import) -> Callable[[list[SourceRow]], Chunk]:
    """What is done with a chunk ahead of its step, by the role and the settings of the turn's beginning."""
    actor = actor_in_job(job)
    reading, columns = reading_of(actor, job), job.matched
    in_order = rearrange(columns, neutralised=job.layout["format"] == "csv")
    says_more = beside.is_read(job, columns)
    is_enough = not says_more and not _edits(job).exists()

    def prepare(sources: list[SourceRow]) -> Chunk:
        rows = [(source, in_order(source.cells)) for source in sources]
        if says_more:
            rows = [(source, (*cells, *beside.texts_beside(columns, source))) for source, cells in rows]
        return Chunk(rows, list(_check_new(actor, job, rows, reading)) if is_enough else None)

    return prepare


def _stage_chunk(job: Import, checked: list[Checked]) -> None:
    columns = job.matched
    for one in checked:
        _add_problems(one, columns)
    stage(job, checked)
    job.rows_read = checked[-1].source.number
    job.rows_warned += sum(1 for one in checked if one.row.warnings)
    job.save(update_fields=["rows_read", "rows_warned"])


def edited(job: Import, rows: Cells) -> Cells:
    """The rows with what people wrote into their cells before the file was read anew."""
    layout = Layout.from_json(job.layout)
    places = [layout.place_of(source.number, source.line) for source, _ in rows]
    found = _edits(job).filter(part=layout.part, place__range=(places[0], places[-1]))
    edits = dict(found.values_list("place", "texts"))
    if not edits:
        return rows
    return [(source, with_edit(cells, edits.get(at))) for (source, cells), at in zip(rows, places, strict=True)]


def _edits(job: Import) -> Any:
    return RowEdit.objects.filter(reseller_id=job.reseller_id, batch=job)


def with_edit(cells: tuple[str, ...], texts: Mapping[str, str] | None) -> tuple[str, ...]:
    """The cells with some of the fields' replaced."""
    if not texts:
        return cells
    return tuple(texts.get(name, text) for name, text in zip(beside.READ, cells, strict=False))


def check(actor: Actor, job: Import, rows: Cells) -> list[Checked]:
    """What each row would be and do, as the import is set."""
    look = check_rows if job.mode == Mode.UPDATE else _check_new
    checked = list(look(actor, job, rows, reading_of(actor, job)))
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


def _check_new(actor: Actor, job: Import, rows: Cells, reading: Reading) -> Iterator[Checked]:
    blanks = [job.defaults.get(name, "") for name in NAMES] if job.defaults else None
    for source, texts in rows:
        cells = texts[: len(NAMES)]
        if blanks:
            cells = tuple(cell if cell.strip() else blank for cell, blank in zip(cells, blanks, strict=True))
        raw = None if texts is cells else (*cells, *texts[len(NAMES) :])
        yield Checked(source, check_row(actor, cells, reading), new_id(), raw=raw)


def _add_problems(checked: Checked, columns: Columns) -> None:
    """What couldn't be read says more than what is wrong with the text in its place, until somebody writes over it."""
    row, source = checked.row, checked.source
    if source.problem is not None:
        row.errors["row"] = [Problem(*source.problem)]
    for place, problem in source.bad_cells.items():
        name = columns.fields[place]
        if name and checked.text(name) == source.cells[place]:
            row.errors[name] = [Problem(*problem)]


def _check(turn: Turn, job: Import) -> None:
    if _is_cancelled(turn, job):
        return
    mark_conflicts(job, batch_of(job), Verdict.INVALID)
    count(job)
    job.state = State.READY
    job.save(update_fields=[*COUNTED, "state"])
    record(
        actor_in_job(job),
        Kind.IMPORT_READ,
        job.public_id,
        details={"file": job.file_name, "rows": job.rows_read},
    )
    turn.finish()


COUNTED: Final = ("rows_invalid", "rows_valid", "rows_to_update", "rows_to_keep")


def count(job: Import) -> None:
    """How many of the staged rows are good, and what they would do; the caller saves."""
    job.rows_invalid = staged_rows(job).filter(verdict=Verdict.INVALID).count()
    job.rows_valid = job.rows_read - job.rows_invalid
    if job.mode == Mode.UPDATE:
        planned = staged_rows(job).filter(verdict=Verdict.VALID)
        job.rows_to_update = planned.filter(action=Action.UPDATE).count()
        job.rows_to_keep = planned.filter(action=Action.KEEP).count()


def create(turn: Turn) -> None:
    """Create an organization from every valid row, chunk by chunk, from the place that was reached."""
    while not turn.is_finished:
        with turn.step():
            job = get_job(turn, State.IMPORTING)
            if not _is_cancelled(turn, job):
                _create_chunk(turn, job)
        if turn.is_over:
            return


WRITTEN: Final = ("rows_created", "rows_updated", "rows_unchanged", "rows_failed", "place")


def _create_chunk(turn: Turn, job: Import) -> None:
    try:
        lost = write_chunk(actor_in_job(job), job, job.place + CHUNK)
    except (PermissionDenied, NoGround):
        end(turn, job, State.FAILED, error={"code": "not_permitted", "params": {}})
        return
    if lost:
        mark_lost(job, lost)
    job.save(update_fields=WRITTEN)
    if job.place >= job.rows_read:
        end(turn, job, State.DONE)


def write_chunk(actor: Actor, job: Import, upto: int) -> list[int]:
    """Write the valid rows from the import's place up to a number; counts them on `job`, which the caller saves.

    Returns the numbers of rows that could not be written, because the records changed meanwhile.
    """
    ground = get_ground(actor, job.group_public_ids)
    lost = (_update_rows if job.mode == Mode.UPDATE else _create_rows)(actor, job, upto, ground)
    if "microsoft_id" in job.matched.extras:
        beside.note_tenants(actor, job, upto)
    job.rows_failed += len(lost)
    job.place = upto
    return lost


def _create_rows(actor: Actor, job: Import, upto: int, ground: Ground) -> list[int]:
    name_groups = "organization_groups" in job.matched.extras
    created = (_create_by_groups if name_groups else _create_together)(actor, job, upto, ground)
    job.rows_created += len(created)
    valid = _valid(job, upto)
    if valid.count() == len(created):
        return []
    return list(valid.exclude(public_id__in=created).values_list("number", flat=True))


def _create_by_groups(actor: Actor, job: Import, upto: int, ground: Ground) -> set[uuid.UUID]:
    known = beside.groups_known(actor, job)
    created: set[uuid.UUID] = set()
    for text in beside.texts_of_groups(job, upto):
        grown = beside.grown(ground, text, known)
        created |= _create_together(actor, job, upto, grown, f"AND {beside.WITH_GROUPS}", text)
    return created


def _create_together(
    actor: Actor, job: Import, upto: int, ground: Ground, where: str = "", *params: Any
) -> set[uuid.UUID]:
    valid = f"verdict = 'valid' AND number > %s AND number <= %s {where}"
    batch = batch_of(job, valid, job.place, upto, *params)
    return create_batch(actor, batch, source=Source.IMPORT, ground=ground, batch_id=job.public_id)


def _update_rows(actor: Actor, job: Import, upto: int, ground: Ground) -> list[int]:
    puts = write_rows(actor, job, list(_valid(job, upto).order_by("number")), reading_of(actor, job), ground)
    done = Counter(put.action for put in puts)
    job.rows_created += done[upserts.Action.CREATED]
    job.rows_updated += done[upserts.Action.UPDATED]
    job.rows_unchanged += done[upserts.Action.UNCHANGED]
    return [put.number for put in puts if put.errors]


def _valid(job: Import, upto: int) -> "QuerySet[ImportRow]":
    return staged_rows(job).filter(verdict=Verdict.VALID, number__gt=job.place, number__lte=upto)


def give_up(turn: Turn) -> None:
    """After repeated unexpected errors: say so on the import, and keep what was done."""
    job = Import.objects.select_for_update(of=("self",)).select_related(*ACTING).get(pk=turn.object_id)
    end(turn, job, State.FAILED, error={"code": "internal", "params": {}})


def get_job(turn: Turn, state: State, *, at: int | None = None) -> Import:
    """The import, locked; Dropped when another worker has moved it on."""
    wanted = Q(pk=turn.object_id, state=state) & (Q() if at is None else Q(rows_read=at))
    job = Import.objects.select_for_update(of=("self",)).select_related(*ACTING).filter(wanted).first()
    if job is None:
        raise Dropped
    return job


def _is_cancelled(turn: Turn, job: Import) -> bool:
    if job.cancel_requested:
        end(turn, job, State.CANCELLED)
    return job.cancel_requested


KINDS: Final = {
    State.DONE: Kind.IMPORT_FINISHED,
    State.CANCELLED: Kind.IMPORT_CANCELLED,
    State.FAILED: Kind.IMPORT_FAILED,
}


def end(turn: Turn, job: Import, state: State, *, error: dict[str, Any] | None = None) -> None:
    job.state, job.error, job.finished_at = state, error, timezone.now()
    job.save(update_fields=["state", "error", "finished_at"])
    counts = {"created": job.rows_created, "failed": job.rows_failed}
    record(actor_in_job(job), KINDS[state], job.public_id, details=counts)
    tell_by_mail(job)
    turn.finish()


def _chunks(rows: Iterator[SourceRow]) -> Iterator[list[SourceRow]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
