"""Undoing in the background: a batch is taken back chunk by chunk, each in a transaction with its place and counts."""

import uuid
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Refused
from events.log import record
from events.models import Kind
from imports.access import ACTING, actor_in_job
from imports.beside import forget_tenants
from imports.models import Import, State, Undo
from jobs.work import Dropped, Turn, enqueue
from organizations.undoing import get_batch, undo_some

UNDO: Final = "imports.undo"
CHUNK: Final = 1_000
KEPT_SHOWN: Final = 200


def get_undo(actor: Actor, batch_id: uuid.UUID) -> Undo | None:
    """The undoing of a batch that the actor may undo, if it has begun."""
    return Undo.objects.filter(reseller=actor.reseller, batch_id=batch_id).first()


def start_undo(actor: Actor, batch_id: uuid.UUID) -> Undo:
    """Begin to take the batch back; asked for twice, it is done once. Refused after 30 days or while it still runs."""
    batch = get_batch(actor, batch_id)
    if batch.is_over:
        raise Refused(_("This was more than 30 days ago and can't be undone any more."))
    with transaction.atomic():
        job = Import.objects.select_for_update().filter(reseller=actor.reseller, public_id=batch_id).first()
        if job is not None and job.state in (State.READING, State.READY, State.IMPORTING):
            raise Refused(_("This import is still running. Cancel it, or wait for its end."))
        undo, is_new = Undo.objects.get_or_create(
            reseller=actor.reseller,
            batch_id=batch_id,
            defaults={"membership": actor.membership, "api_key": actor.key, "total": batch.events.count()},
        )
        if is_new:
            _mark(job, State.UNDOING)
            enqueue(UNDO, reseller_id=actor.reseller.pk, object_id=undo.pk)
    return undo


def run_undo(turn: Turn) -> None:
    while not turn.is_finished:
        with turn.step():
            _undo_chunk(turn)
        if turn.is_over:
            return


def _undo_chunk(turn: Turn) -> None:
    undo = _get(turn)
    actor = actor_in_job(undo)
    try:
        batch = get_batch(actor, undo.batch_id)
    except (Http404, PermissionDenied):
        _end(turn, undo, actor, failed=True)
        return
    done = undo_some(actor, batch, after=undo.place, most=CHUNK, undo_id=undo.public_id)
    if done.place == undo.place:
        _end(turn, undo, actor)
        return
    undo.place = done.place
    undo.removed += done.removed
    undo.restored += done.restored
    undo.kept += len(done.kept)
    room = KEPT_SHOWN - len(undo.kept_first)
    undo.kept_first += [[str(public_id), reason] for public_id, reason in done.kept[:room]]
    undo.save(update_fields=["place", "removed", "restored", "kept", "kept_first"])


def _get(turn: Turn) -> Undo:
    undos = Undo.objects.select_for_update(of=("self",)).select_related(*ACTING)
    undo = undos.filter(pk=turn.object_id, finished_at=None).first()
    if undo is None:
        raise Dropped
    return undo


def _end(turn: Turn, undo: Undo, actor: Actor, *, failed: bool = False) -> None:
    undo.finished_at, undo.failed = timezone.now(), failed
    undo.save(update_fields=["finished_at", "failed"])
    job = Import.objects.select_for_update().filter(reseller=undo.reseller, public_id=undo.batch_id).first()
    _mark(job, State.UNDONE)
    if not failed:
        forget_tenants(undo.reseller_id, undo.batch_id)
    counts = {"removed": undo.removed, "restored": undo.restored, "kept": undo.kept}
    record(actor, Kind.BATCH_UNDONE, undo.batch_id, batch_id=undo.public_id, details=counts)
    turn.finish()


def _mark(job: Import | None, state: State) -> None:
    """What undoes a file tells so on its import; a grid and a program's call have none."""
    if job is not None:
        job.state = state
        job.save(update_fields=["state"])


def give_up(turn: Turn) -> None:
    """After repeated errors: what was taken back stays so, and the page says that it stopped."""
    undo = _get(turn)
    _end(turn, undo, actor_in_job(undo), failed=True)
