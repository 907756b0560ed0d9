"""What workers do with an import: read the file into staged rows, then create organizations from them.

Both go in chunks. A chunk's rows, the import's place and its counts are one transaction, so that a worker may be killed
anywhere and another goes on from the last committed chunk.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from events.log import record
from events.models import Kind
from groups.access import actor_of
from imports import uploads
from imports.amounts import AmountColumn
from imports.headings import Columns, match_headings, rearrange
from imports.models import Import, ImportRow, State, Verdict
from imports.readers import reader_by
from imports.readers.shape import Layout, SourceRow, Survey
from imports.staging import batch_of, mark_conflicts, mark_lost, stage
from imports.unreadable import Unreadable
from jobs.work import Dropped, Turn
from organizations.access import NoGround, get_ground
from organizations.fields import DecimalMark, Reading, Row
from organizations.intake import check_row, create_batch, reading_for
from organizations.models import Source
from organizations.problems import Problem

CHUNK: Final = 2_000


def read(turn: Turn) -> None:
    """Survey the file, check and stage its rows, and find duplicates; the import is then ready or failed."""
    with turn.step(gets_on=False):
        job = _get(turn, State.READING)
    try:
        if job.rows_total is None:
            job = _survey(turn, job)
        _stage_rows(turn, job)
    except Unreadable as error:
        with turn.step():
            _end(turn, _get(turn, State.READING), State.FAILED, error={"code": error.code, "params": error.params})


def _survey(turn: Turn, job: Import) -> Import:
    found, columns, mark = _look_through(job)
    with turn.step():
        job = _get(turn, State.READING)
        job.layout, job.rows_total, job.decimal_mark = found.layout.as_json(), found.rows, mark.value
        job.headings, job.columns = list(columns.headings), list(columns.fields)
        job.save(update_fields=["layout", "rows_total", "decimal_mark", "headings", "columns"])
    return job


def _look_through(job: Import) -> tuple[Survey, Columns, DecimalMark]:
    """Every row once; twice where rows name cells that the beginning of the file didn't."""
    layout, columns = Layout.from_json(job.layout), Columns(tuple(job.headings), tuple(job.columns))
    found, mark = _look(job, layout, columns)
    if found.headings != columns.headings:
        columns = match_headings(found.headings)
        found, mark = _look(job, found.layout, columns)
    if layout.names_its_cells and (refusal := columns.refusal()):
        raise refusal
    return found, columns, mark


def _look(job: Import, layout: Layout, columns: Columns) -> tuple[Survey, DecimalMark]:
    amounts = AmountColumn()
    watch = {columns.fields.index(name): amounts.look for name in ("approval_limit",) if name in columns.fields}
    return reader_by(layout).survey(uploads.path_of(job.upload), layout, watch=watch), amounts.mark


def _stage_rows(turn: Turn, job: Import) -> None:
    layout = Layout.from_json(job.layout)
    rows = reader_by(layout).read_rows(uploads.path_of(job.upload), layout, after=job.rows_read)
    for chunk in _chunks(rows):
        with turn.step():
            job = _get(turn, State.READING, at=chunk[0].number - 1)
            if _is_cancelled(turn, job):
                return
            _stage_chunk(job, chunk)
        if turn.is_over:
            return
    with turn.step():
        _check(turn, _get(turn, State.READING))


def _stage_chunk(job: Import, chunk: list[SourceRow]) -> None:
    actor = actor_of(job.membership)
    reading = replace(reading_for(actor), decimal_mark=DecimalMark(job.decimal_mark))
    columns = Columns(tuple(job.headings), tuple(job.columns))
    in_order = rearrange(columns, neutralised=job.layout["format"] == "csv")
    checked = [(source, _checked(actor, source, in_order(source.cells), reading)) for source in chunk]
    stage(job, checked)
    job.rows_read = chunk[-1].number
    job.rows_warned += sum(1 for _, row in checked if row.warnings)
    job.save(update_fields=["rows_read", "rows_warned"])


def _checked(actor: Actor, source: SourceRow, cells: tuple[str, ...], reading: Reading) -> Row:
    row = check_row(actor, cells, reading)
    if source.problem is not None:
        row.errors["row"] = [Problem(source.problem.code, source.problem.params)]
    return row


def _check(turn: Turn, job: Import) -> None:
    if _is_cancelled(turn, job):
        return
    mark_conflicts(job, batch_of(job), Verdict.INVALID)
    job.rows_invalid = _rows(job).filter(verdict=Verdict.INVALID).count()
    job.rows_valid = job.rows_read - job.rows_invalid
    job.state = State.READY
    job.save(update_fields=["rows_invalid", "rows_valid", "state"])
    record(
        actor_of(job.membership),
        Kind.IMPORT_READ,
        job.public_id,
        details={"file": job.file_name, "rows": job.rows_read},
    )
    turn.finish()


def create(turn: Turn) -> None:
    """Create an organization from every valid row, chunk by chunk, from the place that was reached."""
    while not turn.is_finished:
        with turn.step():
            job = _get(turn, State.IMPORTING)
            if not _is_cancelled(turn, job):
                _create_chunk(turn, job)
        if turn.is_over:
            return


def _create_chunk(turn: Turn, job: Import) -> None:
    actor = actor_of(job.membership)
    upto = job.place + CHUNK
    chunk = "verdict = 'valid' AND number > %s AND number <= %s", job.place, upto
    try:
        ground = get_ground(actor, job.group_public_ids)
        batch = batch_of(job, *chunk)
        created = create_batch(actor, batch, source=Source.IMPORT, ground=ground, batch_id=job.public_id)
    except (PermissionDenied, NoGround):
        _end(turn, job, State.FAILED, error={"code": "not_permitted", "params": {}})
        return
    job.rows_created += len(created)
    job.rows_failed += _mark_lost(job, upto, created)
    job.place = upto
    job.save(update_fields=["rows_created", "rows_failed", "place"])
    if upto >= job.rows_read:
        _end(turn, job, State.DONE)


def _mark_lost(job: Import, upto: int, created: set[uuid.UUID]) -> int:
    valid = _rows(job).filter(verdict=Verdict.VALID, number__gt=job.place, number__lte=upto)
    if valid.count() == len(created):
        return 0
    lost = list(valid.exclude(public_id__in=created).values_list("number", flat=True))
    mark_lost(job, lost)
    return len(lost)


def give_up(turn: Turn) -> None:
    """After repeated unexpected errors: say so on the import, and keep what was done."""
    job = Import.objects.select_for_update().get(pk=turn.object_id)
    _end(turn, job, State.FAILED, error={"code": "internal", "params": {}})


def _get(turn: Turn, state: State, *, at: int | None = None) -> Import:
    """The import, locked; Dropped when another worker has moved it on."""
    wanted = Q(pk=turn.object_id, state=state) & (Q() if at is None else Q(rows_read=at))
    job = (
        Import.objects.select_for_update(of=("self",))
        .select_related("membership__user", "reseller")
        .filter(wanted)
        .first()
    )
    if job is None:
        raise Dropped
    job.membership.reseller = job.reseller
    return job


def _is_cancelled(turn: Turn, job: Import) -> bool:
    if job.cancel_requested:
        _end(turn, job, State.CANCELLED)
    return job.cancel_requested


KINDS: Final = {
    State.DONE: Kind.IMPORT_FINISHED,
    State.CANCELLED: Kind.IMPORT_CANCELLED,
    State.FAILED: Kind.IMPORT_FAILED,
}


def _end(turn: Turn, job: Import, state: State, *, error: dict[str, Any] | None = None) -> None:
    job.state, job.error, job.finished_at = state, error, timezone.now()
    job.save(update_fields=["state", "error", "finished_at"])
    counts = {"created": job.rows_created, "failed": job.rows_failed}
    record(actor_of(job.membership), KINDS[state], job.public_id, details=counts)
    turn.finish()


def _rows(job: Import) -> Any:
    return ImportRow.objects.filter(reseller_id=job.reseller_id, batch=job)


def _chunks(rows: Iterator[SourceRow]) -> Iterator[list[SourceRow]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
