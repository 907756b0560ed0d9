"""Writing to the event log and reading a record's timeline from it."""

import uuid
from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True)
class Entry:
    """A line of a timeline, in words."""

    who: str
    sentence: str
    at: datetime
    changes: list[dict[str, str]]


def get_timeline(actor: Actor, subject_id: uuid.UUID, *, most: int = 100) -> list[Entry]:
    """The newest events of a record that the caller has obtained for this actor."""
    events = Event.objects.filter(reseller=actor.reseller, subject_id=subject_id).order_by("-id")[:most]
    return [_entry(event) for event in events]


def _entry(event: Event) -> Entry:
    sentence = str(Kind(event.kind).label)
    words: dict[str, Any] = {key: value for key, value in event.details.items() if isinstance(value, str | int)}
    return Entry(event.actor_label, sentence % words if "%(" in sentence else sentence, event.at, _changes(event))


def _changes(event: Event) -> list[dict[str, str]]:
    changes: Iterable[dict[str, str]] = event.details.get("changes", [])
    return list(changes)
