"""The event log as an outbox: an endpoint reads it behind a cursor that no late commit can slip past.

An event carries the id of its transaction. Whatever is older than the oldest transaction still at work has committed or
never will, so in the order (transaction, id) nothing can appear before a place that was reached.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import BigIntegerField, Exists, Func, Max, OuterRef, Q, QuerySet

from events.models import Event
from imports.models import Import, Undo
from jobs.clock import now
from webhooks.kinds import ABOUT_ORGANIZATIONS
from webhooks.models import Delivery, Endpoint, State

Place = int | OuterRef
CHUNK: Final = 1_000
LAST: Final = 2**63 - 1
# A batch of more rows is told as a whole, unless an endpoint asks for each organization.
MOST_TOLD_EACH: Final = 1_000


class Oldest(Func):
    """The id of the oldest transaction that is still at work, or of the next one."""

    template = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    output_field = BigIntegerField()


class Next(Func):
    """The first id that no transaction has had yet."""

    template = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    output_field = BigIntegerField()


def place_now() -> dict[str, int]:
    """Where an endpoint begins that wants to hear of what happens from now on."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {Oldest.template}")
        return {"read_transaction": cursor.fetchone()[0] - 1, "read_id": LAST}


def with_work(reseller_id: int) -> QuerySet[Endpoint]:
    """The endpoints for which a worker has something to do at this moment."""
    moment = now()
    due = Delivery.objects.filter(
        reseller_id=reseller_id, endpoint=OuterRef("pk"), state=State.WAITING, next_at__lte=moment
    )
    news = _beyond(reseller_id, OuterRef("read_transaction"), OuterRef("read_id"), OuterRef("begins_after"))
    may_send = Q(off_at=None) & (Q(paused_until=None) | Q(paused_until__lte=moment))
    wanted = Exists(due) | Exists(news) | Q(read_transaction__gte=Next())
    return Endpoint.objects.filter(Q(is_mail_due=True) | may_send & wanted, reseller_id=reseller_id)


def _beyond(reseller_id: int, transaction: Place, last: Place, floor: Place) -> QuerySet[Event]:
    """Settled events after a place. The first condition is what lets the index start there."""
    after = Q(transaction__gte=transaction) & (Q(transaction__gt=transaction) | Q(id__gt=last))
    return Event.objects.filter(after, reseller_id=reseller_id, id__gt=floor, transaction__lt=Oldest())


def take_in(endpoint: Endpoint) -> bool:
    """Make deliveries of the next events, in the caller's transaction; True when there may be more."""
    _begin_anew_if_restored(endpoint)
    place = (endpoint.reseller_id, endpoint.read_transaction, endpoint.read_id, endpoint.begins_after)
    events = list(_beyond(*place).order_by("transaction", "id").defer("details", "actor_label")[:CHUNK])
    if events:
        moment = now()
        wanted = [_delivery(endpoint, event, moment) for event in _wanted(endpoint, events)]
        Delivery.objects.bulk_create(wanted, ignore_conflicts=True)
        endpoint.read_transaction, endpoint.read_id = events[-1].transaction, events[-1].pk
        endpoint.save(update_fields=["read_transaction", "read_id"])
    return len(events) == CHUNK


def _begin_anew_if_restored(endpoint: Endpoint) -> None:
    """A dump that was restored elsewhere brings along ids of transactions that lie in the future there.

    What was in the dump is not sent; what happens from the restore on is.
    """
    events = Event.objects.filter(reseller_id=endpoint.reseller_id, transaction__gte=Next())
    if Endpoint.objects.filter(pk=endpoint.pk, read_transaction__gte=Next()).exists():
        endpoint.begins_after = events.aggregate(last=Max("id"))["last"] or 0
        endpoint.read_transaction, endpoint.read_id = 0, 0
        endpoint.save(update_fields=["begins_after", "read_transaction", "read_id"])


def _wanted(endpoint: Endpoint, events: Iterable[Event]) -> list[Event]:
    chosen = [event for event in events if event.kind in endpoint.kinds]
    if endpoint.each_organization:
        return chosen
    each = {event.batch_id for event in chosen if event.batch_id and event.kind.startswith(ABOUT_ORGANIZATIONS)}
    large = _large(endpoint.reseller_id, each)
    return [event for event in chosen if not (event.kind.startswith(ABOUT_ORGANIZATIONS) and event.batch_id in large)]


def _large(reseller_id: int, batch_ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the batches that are imports of many rows, or take many records back."""
    imports = Import.objects.filter(reseller_id=reseller_id, public_id__in=batch_ids, rows_total__gt=MOST_TOLD_EACH)
    undos = Undo.objects.filter(reseller_id=reseller_id, public_id__in=batch_ids, total__gt=MOST_TOLD_EACH)
    return {*imports.values_list("public_id", flat=True), *undos.values_list("public_id", flat=True)}


def _delivery(endpoint: Endpoint, event: Event, next_at: datetime) -> Delivery:
    return Delivery(
        reseller_id=endpoint.reseller_id,
        endpoint=endpoint,
        event_id=event.pk,
        message_id=event.public_id,
        kind=event.kind,
        subject_id=event.subject_id,
        at=event.at,
        next_at=next_at,
    )
