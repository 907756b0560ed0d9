"""Reading Retry-After, by which others say when to come again: a number of seconds or a date."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Final

UNSAID: Final = 30
LONGEST: Final = 3600


def seconds_of(text: str) -> int:
    """Whole seconds from 1 to an hour, whatever the header says or doesn't."""
    if text.strip().isascii() and text.strip().isdigit():
        return _within(int(text.strip()[:9]))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return UNSAID
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return _within(ceil((until - datetime.now(UTC)).total_seconds()))


def _within(seconds: int) -> int:
    return max(1, min(seconds, LONGEST))
