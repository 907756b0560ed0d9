"""The text of a cell: what a person would type for what it holds, not how it happens to be displayed."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

Value = str | int | float | bool | date | datetime | time | timedelta
_EXACT = 2**53  # whole numbers below it are what they seem


def text_of(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, timedelta):
        return _duration(value)
    return str(value)


def _number(value: float) -> str:
    """Without `.0` and exponent, in the fifteen digits that a spreadsheet itself keeps apart."""
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return f"{Decimal(f'{value:.15g}'):f}"


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if value < timedelta() else ''}{hours}:{minutes:02d}:{seconds:02d}"


def letters(place: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
