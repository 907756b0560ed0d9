"""Writing to the event log and reading a record's timeline from it."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Permission
from events.models import Event, Kind


def record(
    actor: Actor,
    kind: Kind,
    subject_id: uuid.UUID,
    *,
    batch_id: uuid.UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add one event in the caller's transaction."""
    _event(actor, kind, subject_id, batch_id, details or {}).save()


def _event(
    actor: Actor, kind: Kind, subject_id: uuid.UUID, batch_id: uuid.UUID | None, details: Mapping[str, Any]
) -> Event:
    return Event(
        reseller=actor.reseller,
        kind=kind,
        subject_id=subject_id,
        actor_id=actor.public_id,
        actor_label=actor.label,
        batch_id=batch_id,
        details=dict(details),
    )


def record_by_itself(
    reseller_id: int,
    who: str,
    kind: Kind,
    subject_id: uuid.UUID,
    *,
    batch_id: uuid.UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add one event of which no person is the author; `who` names the part of the portal that is."""
    Event.objects.create(
        reseller_id=reseller_id,
        kind=kind,
        subject_id=subject_id,
        actor_label=who,
        batch_id=batch_id,
        details=dict(details or {}),
    )


def record_many(
    actor: Actor,
    kind: Kind,
    happened: Sequence[tuple[uuid.UUID, Mapping[str, Any]]],
    *,
    batch_id: uuid.UUID | None = None,
) -> None:
    """One event for each subject and its details, with one statement a thousand."""
    Event.objects.bulk_create(
        (_event(actor, kind, subject_id, batch_id, details) for subject_id, details in happened), batch_size=1000
    )


@dataclass(frozen=True)
class Entry:
    """A line of a timeline, in words."""

    who: str
    sentence: str
    at: datetime
    changes: list["Change"]


@dataclass(frozen=True)
class Change:
    """A field's texts before and after, as files write them."""

    field: str
    before: str
    after: str


NO_GROUPS: Final[frozenset[str]] = frozenset()


def get_timeline(
    actor: Actor, subject_id: uuid.UUID, *, own_groups: Collection[str] = NO_GROUPS, most: int = 100
) -> list[Entry]:
    """The newest events of a record that the caller has obtained for this actor."""
    events = Event.objects.filter(reseller=actor.reseller, subject_id=subject_id).order_by("-id")[:most]
    return [in_words(actor, event, own_groups) for event in events]


def erase_person(actor: Actor, person: uuid.UUID) -> None:
    """Remove a person's name and values from this reseller's log; ids, dates and kinds stay."""
    actor.require(Permission.PEOPLE_EDIT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_event_person(%s)", [person])


def in_words(actor: Actor, event: Event, own_groups: Collection[str] = NO_GROUPS) -> Entry:
    changes: dict[str, list[str]] = event.details.get("changes", {})
    told = [Change(field, before, after) for field, (before, after) in changes.items()]
    return Entry(
        event.actor_label or _("Somebody who was erased"), sentence_of(actor, event, own_groups), event.at, told
    )


def details_for(actor: Actor, event: Event, own_groups: Collection[str] = NO_GROUPS) -> dict[str, Any]:
    """The event's details without the name of a group that this reader, being bound to `own_groups`, may not see."""
    details: dict[str, Any] = event.details
    if "group_id" not in details or not actor.is_group_bound or details["group_id"] in own_groups:
        return details
    return {name: value for name, value in details.items() if name != "group_id"} | {"group": _("another group")}


def sentence_of(actor: Actor, event: Event, own_groups: Collection[str] = NO_GROUPS) -> str:
    """What happened, without who and when; values that were erased leave an ellipsis."""
    details = details_for(actor, event, own_groups)
    words = {key: value for key, value in details.items() if isinstance(value, str | int)}
    return told_as(event.kind, words)


def told_as(kind: str, words: Mapping[str, str | int]) -> str:
    label = str(Kind(kind).label) if kind in Kind.values else kind
    return label % defaultdict(lambda: "…", words) if "%(" in label else label
