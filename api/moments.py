"""Moments as programs write them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def in_utc(moment: datetime) -> datetime:
    """PostgreSQL takes fewer offsets than Python, which in turn has no year 0 and no year 10,000: ValueError."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Not a moment of the years 1 to 9999.") from None


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
