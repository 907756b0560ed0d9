"""Events as a CSV file."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Final

from django.db.models import QuerySet

from events.log import sentence_of
from events.models import Event
from organizations.csv_file import csv_file

HEADINGS: Final = ("Time", "Who", "Person ID", "What happened", "Kind", "Record ID", "Details")
AT_ONCE: Final = 2_000


def event_file(events: QuerySet[Event]) -> Iterator[bytes]:
    """The newest event first; times in UTC, details as JSON. Flat in memory at any number."""
    return csv_file(HEADINGS, map(_cells, events.order_by("-at", "-public_id").iterator(AT_ONCE)))


def _cells(event: Event) -> tuple[str, ...]:
    return (
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_label,
        str(event.actor_id or ""),
        sentence_of(event),
        event.kind,
        str(event.subject_id),
        json.dumps(event.details, ensure_ascii=False) if event.details else "",
    )
