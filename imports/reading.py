"""What a worker does with a file: survey it, check and stage its rows, and find duplicates.

It goes on in chunks. A chunk's rows, the import's place and its counts are one transaction, so that a worker may be
killed anywhere and another goes on from the last committed chunk.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Final

from events.log import record
from events.models import Kind
from imports import beside, recognising, steps, uploads
from imports.access import actor_in_job
from imports.ahead import Checker
from imports.checking.request import Request
from imports.checking.rows import Cells, Chunk, arrange
from imports.judging import COUNTED, check, chunk_for, count, edited, may_approve, reading_of, says_all
from imports.models import Import, Mode, State, Verdict
from imports.readers import reader_by
from imports.readers.shape import Layout, Survey, samples_kept
from imports.settling import AmountColumn, DateColumn, Settled
from imports.staging import batch_of, mark_conflicts, stage
from imports.unreadable import Unreadable
from jobs.work import Turn

# Bytes from which a process of its own is worth its start; to it some thousand rows are little.
LARGE: Final = 500_000


def read(turn: Turn) -> None:
    """Survey the file, check and stage its rows, and find duplicates; the import is then ready or failed."""
    with turn.step(gets_on=False):
        job = steps.get_job(turn, State.READING)
        is_alone = says_all(job)
    try:
        with ExitStack() as stack:
            checker = stack.enter_context(Checker()) if is_alone and job.file_size > LARGE else None
            if job.rows_total is None:
                job = _survey(turn, job)
            if refusal := job.matched.refusal(may_update=job.mode == Mode.UPDATE):
                raise refusal
            _stage_rows(turn, job, checker)
    except FileNotFoundError:
        _fail(turn, Unreadable("upload_gone"))
    except Unreadable as error:
        _fail(turn, error)


def _fail(turn: Turn, why: Unreadable) -> None:
    with turn.step():
        steps.end(turn, steps.get_job(turn, State.READING), State.FAILED, error=why.as_json())


def _survey(turn: Turn, job: Import) -> Import:
    found, settled = _look_through(job)
    with turn.step():
        job = steps.get_job(turn, State.READING)
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


def _stage_rows(turn: Turn, job: Import, checker: Checker | None) -> None:
    for first, rows in _ahead(turn, job, checker):
        with turn.step(is_durable=False):
            job = steps.get_job(turn, State.READING, at=first - 1)
            if steps.is_cancelled(turn, job):
                return
            _stage_chunk(job, rows)
        if turn.is_over:
            return
    with turn.step():
        _find_duplicates(turn, steps.get_job(turn, State.READING))


def _ahead(turn: Turn, job: Import, checker: Checker | None) -> Iterator[tuple[int, Chunk | Cells]]:
    """The rows that are left, in chunks with the number of their first: checked already by a process, or read here."""
    if checker is None:
        return ((rows[0][0].number, rows) for rows in _chunks(job))
    with turn.step(gets_on=False):
        request = _request(job)
    return ((chunk.first, chunk) for chunk in checker.chunks(request))


def _request(job: Import) -> Request:
    """By the role and the settings of the turn's beginning. What new records would leave blank is filled in for these
    alone, so it has to wait where rows may mean others.
    """
    actor, columns, are_new = actor_in_job(job), job.matched, job.mode == Mode.CREATE
    return Request(
        path=str(uploads.path_of(job.upload).resolve(strict=True)),
        layout=Layout.from_json(job.layout),
        columns=columns.fields,
        beside=beside.places(job, columns),
        reading=reading_of(actor, job),
        may_approve=may_approve(actor),
        blanks=job.defaults if are_new else {},
        are_new=are_new,
        reseller_id=job.reseller_id,
        import_id=job.pk,
        chunk=steps.CHUNK,
        after=job.rows_read,
    )


def _chunks(job: Import) -> Iterator[Cells]:
    layout, columns = Layout.from_json(job.layout), job.matched
    rows = reader_by(layout).read_rows(uploads.path_of(job.upload), layout, after=job.rows_read)
    in_order = arrange(columns.fields, beside.places(job, columns), layout)
    while chunk := [(source, in_order(source.cells)) for source in islice(rows, steps.CHUNK)]:
        yield chunk


def _checked(job: Import, rows: Cells) -> Chunk:
    return chunk_for(job, check(actor_in_job(job), job, edited(job, rows)))


def _stage_chunk(job: Import, rows: Chunk | Cells) -> None:
    chunk = rows if isinstance(rows, Chunk) else _checked(job, rows)
    if chunk is rows and job.mode == Mode.UPDATE:
        job.rows_warned += recognising.stage(actor_in_job(job), job, chunk.lines)
    else:
        stage(chunk.lines)
        job.rows_warned += chunk.warned
    job.rows_read = chunk.last
    job.save(update_fields=["rows_read", "rows_warned"])


def _find_duplicates(turn: Turn, job: Import) -> None:
    if steps.is_cancelled(turn, job):
        return
    mark_conflicts(job, batch_of(job), Verdict.INVALID, rows=job.rows_read)
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
