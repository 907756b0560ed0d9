"""What a worker does with a checked import: write an organization from every valid row.

It goes on in chunks, as reading does: a chunk's records, their events, the import's place and its counts are one
transaction.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.tenancy import acting_for
from imports import beside, lanes, steps
from imports.access import ACTING, actor_in_job
from imports.judging import reading_of
from imports.models import Import, ImportRow, Mode, State, Verdict
from imports.staging import batch_of, mark_lost, staged_rows
from imports.updating import without_unchanged, write_rows
from jobs.work import Turn
from organizations import upserts
from organizations.access import Ground, NoGround, get_ground
from organizations.intake import Written, create_batch, created_before
from organizations.models import Source

WRITTEN: Final = ("rows_created", "rows_updated", "rows_unchanged", "rows_failed", "place")
STRIDE: Final = 10  # chunks that are looked through at once for rows that change something


def create(turn: Turn) -> None:
    """Create an organization from every valid row, chunk by chunk, from the place that was reached."""
    while not turn.is_finished:
        try:
            with turn.step():
                portions = _go_on(turn, steps.get_job(turn, State.IMPORTING))
            if portions:
                lanes.run(partial(_write_portion, turn), portions)
        except (PermissionDenied, NoGround):
            with turn.step():
                _refuse(turn, steps.get_job(turn, State.IMPORTING))
        if turn.is_over:
            return


def _go_on(turn: Turn, job: Import) -> list[int]:
    """Write the next chunk; or say which portions of a large import are next, once what was written is counted."""
    is_large, place = lanes.has_lanes(job), job.place
    ahead = lanes.take_over(job) if is_large else []
    if not ahead and steps.is_cancelled(turn, job):
        job.save(update_fields=WRITTEN)
        return []
    if not is_large and (lost := write_chunk(actor_in_job(job), job)):
        mark_lost(job, lost)
    job.save(update_fields=WRITTEN)
    if job.place >= job.rows_read:
        steps.end(turn, job, State.DONE)
    elif job.place == place:
        turn.stand_still()  # to hand out portions is not to have written them
    return lanes.next_portions(job, steps.CHUNK, ahead) if is_large else []


def _write_portion(turn: Turn, first: int) -> None:
    with acting_for(turn.reseller_id):
        job = Import.objects.select_related(*ACTING).get(pk=turn.object_id)
        portion = lanes.claim(job, first, min(first + steps.CHUNK - 1, job.rows_read))
        if portion is None:
            return
        job.place, job.rows_created, job.rows_failed = first - 1, 0, 0
        if lost := write_chunk(actor_in_job(job), job, portion.last):
            mark_lost(job, lost)
        portion.created, portion.failed = job.rows_created, job.rows_failed
        portion.save(update_fields=["created", "failed"])


def _refuse(turn: Turn, job: Import) -> None:
    """Whoever started the import may no longer write it; what was written stays."""
    lanes.take_over(job, with_gaps=True)
    job.save(update_fields=WRITTEN)
    steps.end(turn, job, State.FAILED, error={"code": "not_permitted", "params": {}})


def write_chunk(actor: Actor, job: Import, upto: int = 0) -> list[int]:
    """Write the valid rows from the import's place up to a number, or up to the end of a chunk; counts them on `job`,
    which the caller saves. Rows that are as their records are make a chunk no longer: such are counted in strides.

    Returns the numbers of rows that could not be written, because the records changed meanwhile.
    """
    ground = get_ground(actor, job.group_public_ids)
    if job.mode == Mode.UPDATE:
        upto, left = _reach(actor, job)
        lost = _update_rows(actor, job, upto, left, ground)
    else:
        upto = upto or min(job.place + steps.CHUNK, job.rows_read)
        lost = _create_rows(actor, job, upto, ground)
    if "microsoft_id" in job.matched.extras:
        beside.note_tenants(actor, job, upto)
    job.rows_failed += len(lost)
    job.place = upto
    return lost


def _create_rows(actor: Actor, job: Import, upto: int, ground: Ground) -> list[int]:
    name_groups = "organization_groups" in job.matched.extras
    written = list((_create_by_groups if name_groups else _create_together)(actor, job, upto, ground))
    job.rows_created += sum(one.created for one in written)
    lost = frozenset[uuid.UUID]().union(*(one.lost for one in written))
    if not lost:
        return []
    before = created_before(actor, lost)
    job.rows_created += len(before)
    return list(_valid(job, upto).filter(public_id__in=lost - before).values_list("number", flat=True))


def _create_by_groups(actor: Actor, job: Import, upto: int, ground: Ground) -> Iterator[Written]:
    known = beside.groups_known(actor, job)
    for text in beside.texts_of_groups(job, upto):
        grown = beside.grown(ground, text, known)
        yield from _create_together(actor, job, upto, grown, f"AND {beside.WITH_GROUPS}", text)


def _create_together(
    actor: Actor, job: Import, upto: int, ground: Ground, where: str = "", *params: Any
) -> Iterator[Written]:
    valid = f"verdict = 'valid' AND number > %s AND number <= %s {where}"
    batch = batch_of(job, valid, job.place, upto, *params)
    yield create_batch(actor, batch, source=Source.IMPORT, ground=ground, batch_id=job.public_id)


def _reach(actor: Actor, job: Import) -> tuple[int, list[ImportRow]]:
    """How far a stride from the import's place goes, and the rows of it that may change something: at most a chunk."""
    end = min(job.place + STRIDE * steps.CHUNK, job.rows_read)
    left = list(without_unchanged(actor, _valid(job, end)).order_by("number")[: steps.CHUNK])
    return left[-1].number if len(left) == steps.CHUNK else end, left


def _update_rows(actor: Actor, job: Import, upto: int, left: Sequence[ImportRow], ground: Ground) -> list[int]:
    puts = write_rows(actor, job, left, reading_of(actor, job), ground) if left else []
    done = Counter(put.action for put in puts)
    job.rows_created += done[upserts.Action.CREATED]
    job.rows_updated += done[upserts.Action.UPDATED]
    job.rows_unchanged += _valid(job, upto).count() - len(left) + done[upserts.Action.UNCHANGED]
    return [put.number for put in puts if put.errors]


def _valid(job: Import, upto: int) -> "QuerySet[ImportRow]":
    return staged_rows(job).filter(verdict=Verdict.VALID, number__gt=job.place, number__lte=upto)
