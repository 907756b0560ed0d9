"""Taking a batch back: what it created goes, what it changed gets its old values, what was touched since stays.

A batch is what the event log says it is, so that a file, a grid and a program's bulk call are taken back the same way.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Max, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.actors import Actor
from accounts.roles import Permission
from events.models import Event, Kind
from organizations.changes import remove_organizations
from organizations.intake import reading_for
from organizations.models import Organization, Source
from organizations.tenants import linked
from organizations.upserts import Action, Mode, Put, carry_out, plan

POSSIBLE_FOR: Final = timedelta(days=30)
KINDS: Final = (Kind.ORGANIZATION_CREATED, Kind.ORGANIZATION_CHANGED)


@dataclass(frozen=True)
class BatchMade:
    """What the log knows of a batch."""

    batch_id: uuid.UUID
    events: "QuerySet[Event]"
    first: Event

    @property
    def is_over(self) -> bool:
        """Whether it is too late."""
        return self.first.at < timezone.now() - POSSIBLE_FOR


@dataclass
class Undone:
    """What became of some events of a batch; `kept` names records and why they stay."""

    place: int
    removed: int = 0
    restored: int = 0
    kept: list[tuple[uuid.UUID, str]] = field(default_factory=list)


def get_batch(actor: Actor, batch_id: uuid.UUID) -> BatchMade:
    """The batch, for who made it and for Reseller Admins; others who see everything get 403, the rest 404."""
    events = Event.objects.filter(reseller=actor.reseller, batch_id=batch_id, kind__in=KINDS).order_by("id")
    first = events.first()
    if first is None:
        raise Http404
    is_mine = first.actor_id == actor.public_id and actor.can(Permission.ORGANIZATIONS_CREATE_MANY)
    if is_mine or (actor.can(Permission.ORGANIZATIONS_ARCHIVE) and not actor.is_group_bound):
        return BatchMade(batch_id, events, first)
    if actor.group_ids is None and actor.can(Permission.EVENTS_SEE):
        raise PermissionDenied
    raise Http404


# The same question as _reason's, asked of a whole batch at once.
_FORESEE: Final = """
SELECT e.kind, count(*), count(*) FILTER (WHERE o.archived_at IS NULL AND o.id IS NOT NULL
    AND (e.kind <> %(created)s OR o.version = 1)
    AND NOT EXISTS (SELECT FROM events_event l WHERE l.reseller_id = %(reseller)s AND l.subject_id = e.subject_id
                    AND l.id > e.id))
FROM events_event e
LEFT JOIN organizations_organization o ON o.reseller_id = %(reseller)s AND o.public_id = e.subject_id
WHERE e.reseller_id = %(reseller)s AND e.batch_id = %(batch)s AND e.kind = ANY(%(kinds)s)
GROUP BY e.kind
"""


def foresee(actor: Actor, batch: BatchMade) -> tuple[int, int, int]:
    """How many records would be removed, get their old values back, and stay as they are."""
    params: dict[str, Any] = {
        "reseller": actor.reseller.pk,
        "batch": batch.batch_id,
        "created": Kind.ORGANIZATION_CREATED.value,
        "kinds": [kind.value for kind in KINDS],
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORESEE, params)
        found = {kind: (total, fine) for kind, total, fine in cursor}
    removed, restored = (found.get(kind.value, (0, 0))[1] for kind in KINDS)
    return removed, restored, sum(total for total, _ in found.values()) - removed - restored


def undo_some(actor: Actor, batch: BatchMade, *, after: int, most: int, undo_id: uuid.UUID) -> Undone:
    """Take back the events after a place, in the caller's transaction; what it writes is of the batch `undo_id`."""
    events = list(batch.events.filter(id__gt=after)[:most])
    done = Undone(events[-1].pk if events else after)
    records = _locked(actor, events)
    newest, with_tenants = _newest(actor, events), _linked(actor, records)
    fine: list[Event] = []
    for event in events:
        if reason := _reason(records.get(event.subject_id), event, newest, with_tenants):
            done.kept.append((event.subject_id, reason))
        else:
            fine.append(event)
    created = [records[event.subject_id] for event in fine if event.kind == Kind.ORGANIZATION_CREATED]
    done.removed = remove_organizations(actor, created, batch_id=undo_id)
    _restore(actor, [event for event in fine if event.kind == Kind.ORGANIZATION_CHANGED], done, undo_id)
    return done


def _locked(actor: Actor, events: Sequence[Event]) -> dict[uuid.UUID, Organization]:
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    rows = permitted.filter(public_id__in=[event.subject_id for event in events])
    return {row.public_id: row for row in rows.select_for_update(of=("self",)).order_by("pk")}


def _newest(actor: Actor, events: Sequence[Event]) -> dict[uuid.UUID, int]:
    """The newest event of each record: a later one than the batch's own means that it was touched since."""
    later = Event.objects.filter(reseller=actor.reseller, subject_id__in=[event.subject_id for event in events])
    return dict(later.values_list("subject_id").annotate(Max("id")))


def _linked(actor: Actor, records: Mapping[uuid.UUID, Organization]) -> set[int]:
    """The keys of those of the records that have a Microsoft tenant."""
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    found = linked(permitted.filter(pk__in=[record.pk for record in records.values()]))
    return set(found.values_list("pk", flat=True))


def _reason(
    record: Organization | None, event: Event, newest: Mapping[uuid.UUID, int], with_tenants: Collection[int]
) -> str:
    """Why the record stays as it is; nothing where it can be taken back."""
    if record is None:
        return "gone"
    if record.archived_at is not None:
        return "archived"
    if newest[event.subject_id] == event.pk and (event.kind != Kind.ORGANIZATION_CREATED or record.version == 1):
        return ""
    return "linked" if record.pk in with_tenants else "touched"


def _restore(actor: Actor, events: Sequence[Event], done: Undone, undo_id: uuid.UUID) -> None:
    """Give records the values that the events have kept, through the rules that hold for every change."""
    if not events:
        return
    puts = [Put(number, _before(event), wanted_id=event.subject_id) for number, event in enumerate(events, start=1)]
    plan(actor, puts, reading_for(actor, Source.API), Mode.CREATE)
    carry_out(actor, puts, source=Source.API, batch_id=undo_id)
    done.restored = sum(1 for put in puts if put.action is Action.UPDATED)
    for put, event in zip(puts, events, strict=True):
        if put.errors:
            done.kept.append((event.subject_id, "not_valid"))


def _before(event: Event) -> dict[str, str]:
    changes: Mapping[str, Any] = event.details.get("changes", {})
    return {name: texts[0] for name, texts in changes.items()}
