"""Writing to the event log and reading a record's timeline from it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actors import Actor
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
    Event.objects.create(
        reseller=actor.reseller,
        kind=kind,
        subject_id=subject_id,
        actor_id=actor.public_id,
        actor_label=actor.label,
        batch_id=batch_id,
        details=dict(details or {}),
    )


def record_many(actor: Actor, kind: Kind, happened: Sequence[tuple[uuid.UUID, Mapping[str, Any]]]) -> None:
    """One event for each subject and its details, with one statement a thousand."""
    Event.objects.bulk_create(
        (
            Event(
                reseller=actor.reseller,
                kind=kind,
                subject_id=subject_id,
                actor_id=actor.public_id,
                actor_label=actor.label,
                details=dict(details),
            )
            for subject_id, details in happened
        ),
        batch_size=1000,
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


def get_timeline(actor: Actor, subject_id: uuid.UUID, *, most: int = 100) -> list[Entry]:
    """The newest events of a record that the caller has obtained for this actor."""
    events = Event.objects.filter(reseller=actor.reseller, subject_id=subject_id).order_by("-id")[:most]
    return [_entry(event) for event in events]


def _entry(event: Event) -> Entry:
    sentence = str(Kind(event.kind).label)
    words: dict[str, Any] = {key: value for key, value in event.details.items() if isinstance(value, str | int)}
    changes: dict[str, list[str]] = event.details.get("changes", {})
    told = [Change(field, before, after) for field, (before, after) in changes.items()]
    return Entry(event.actor_label, sentence % words if "%(" in sentence else sentence, event.at, told)
