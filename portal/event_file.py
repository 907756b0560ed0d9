"""Events as a CSV file."""

import json
from collections.abc import Collection, Iterator
from datetime import UTC
from typing import Final

from django.db.models import QuerySet

from accounts.actors import Actor
from events.log import details_for, sentence_of
from events.models import Event
from groups.access import get_own_group_ids
from organizations.csv_file import csv_file

HEADINGS: Final = ("Time", "Who", "Person ID", "What happened", "Kind", "Record ID", "Details")
AT_ONCE: Final = 2_000


def event_file(actor: Actor, events: QuerySet[Event]) -> Iterator[bytes]:
    """The newest event first; times in UTC, details as JSON. Flat in memory at any number."""
    own, rows = get_own_group_ids(actor), events.order_by("-at", "-public_id").iterator(AT_ONCE)
    return csv_file(HEADINGS, (_cells(actor, event, own) for event in rows))


def _cells(actor: Actor, event: Event, own_groups: Collection[str]) -> tuple[str, ...]:
    details = details_for(actor, event, own_groups)
    return (
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_label,
        str(event.actor_id or ""),
        sentence_of(actor, event, own_groups),
        event.kind,
        str(event.subject_id),
        json.dumps(details, ensure_ascii=False) if details else "",
    )
