"""The verbs about readings of the list: begin one, and answer one that is held."""

from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.refusals import Refused
from accounts.roles import Permission
from csp_link.merging import end_missing, forget_staged, lay_out
from csp_link.models import Connection, State, Sync
from events.log import record, record_by_itself
from events.models import Kind
from jobs.work import enqueue

SYNC: Final = "csp_link.sync"
AUTHOR: Final = "Partner Center"  # by whom events are that no person caused
UNFINISHED: Final = (State.QUEUED, State.RUNNING)


def refresh(actor: Actor) -> Sync:
    """Begin to read the list, unless that is going on already."""
    actor.require(Permission.TENANTS_EDIT)
    connection = Connection.objects.permitted(actor).first()
    if connection is None or connection.needs_consent:
        raise Refused(_("There is no working connection yet. Set it up first."))
    return begin(connection, actor)


@transaction.atomic
def begin(connection: Connection, actor: Actor | None = None) -> Sync:
    """For a person, or by itself. A reading that was held is given up for the new one, which will ask again."""
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    syncs = Sync.objects.filter(reseller_id=connection.reseller_id)
    if running := syncs.filter(state__in=UNFINISHED).first():
        return running
    for held in syncs.select_for_update(no_key=True).filter(state=State.HELD):
        close(held, State.DONE)
    sync = Sync.objects.create(reseller_id=connection.reseller_id, membership=_membership(actor))
    if actor:
        record(actor, Kind.SYNC_STARTED, sync.public_id)
    else:
        record_by_itself(connection.reseller_id, AUTHOR, Kind.SYNC_STARTED, sync.public_id)
    enqueue(SYNC, reseller_id=connection.reseller_id, object_id=sync.pk)
    return sync


def _membership(actor: Actor | None) -> Membership | None:
    return actor.membership if actor else None


@transaction.atomic
def confirm_ended(actor: Actor, sync: Sync) -> int:
    """Yes, these relationships have ended; returns how many."""
    sync = _held(actor, sync)
    lay_out(sync)
    sync.ended = end_missing(sync, actor.label)
    close(sync, State.DONE)
    record(actor, Kind.SYNC_CONFIRMED, sync.public_id, details={"count": sync.ended})
    return sync.ended


@transaction.atomic
def keep_missing(actor: Actor, sync: Sync) -> None:
    """No, something is wrong with that list; the tenants stay as they are until the next one."""
    sync = _held(actor, sync)
    close(sync, State.DONE)
    record(actor, Kind.SYNC_DISMISSED, sync.public_id, details={"count": sync.missing})


def _held(actor: Actor, sync: Sync) -> Sync:
    actor.require(Permission.TENANTS_EDIT)
    found = Sync.objects.select_for_update(no_key=True).get(reseller=actor.reseller, pk=sync.pk)
    if found.state != State.HELD:
        raise Refused(_("This has been answered already."))
    return found


def close(sync: Sync, state: State) -> None:
    sync.state, sync.finished_at, sync.resumes_at, sync.following = state, timezone.now(), None, ""
    sync.save()
    forget_staged(sync)


def abandon(reseller_id: int, code: str) -> None:
    """End readings that make no sense any more, because the connection has gone or is another."""
    for sync in Sync.objects.select_for_update(no_key=True).filter(
        reseller_id=reseller_id, state__in=(*UNFINISHED, State.HELD)
    ):
        sync.trouble = code
        close(sync, State.FAILED)
