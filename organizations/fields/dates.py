"""Reading dates: ISO, or day and month in the one order that a person chose for the whole column."""

import re
from datetime import date
from functools import lru_cache

from organizations.problems import Problem, shortened

FIRST_YEAR = 1900
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
_PATTERN_NAMES = {DAY_FIRST: "DD/MM/YYYY", MONTH_FIRST: "MM/DD/YYYY"}
_EXAMPLES = {DAY_FIRST: "31/01/2026", MONTH_FIRST: "01/31/2026"}

_TIME = r"(?:[T ](?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(?:Z|[+-]00:?00)?)?"
_ISO = re.compile(r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})" + _TIME)
_DAY_FIRST = re.compile(r"(?P<d>[0-9]{1,2})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})" + _TIME)
_MONTH_FIRST = re.compile(r"(?P<m>[0-9]{1,2})(?P<s>[-/.])(?P<d>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})" + _TIME)


EVERY_ORDER = frozenset({DAY_FIRST, MONTH_FIRST})


@lru_cache(8192)
def orders_of(text: str) -> frozenset[str]:
    """The orders in which the text is a date: both, one, or none."""
    return frozenset(order for order in EVERY_ORDER if isinstance(read_date(text, order), date))


@lru_cache(8192)
def read_date(text: str, order: str = DAY_FIRST) -> date | Problem:
    ordered = _MONTH_FIRST if order == MONTH_FIRST else _DAY_FIRST
    match = _ISO.fullmatch(text) or ordered.fullmatch(text)
    if not match:
        return _problem("date_unreadable", text, order, example=_EXAMPLES[order])
    if set(match["time"] or "") - set("0:."):
        return _problem("date_with_time", text, order)
    return _day(match, text, order)


def _day(match: re.Match[str], text: str, order: str) -> date | Problem:
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    if month > 12 and 1 <= day <= 12:
        return _problem("date_order", text, order, month=month)
    try:
        read = date(year, month, day)
    except ValueError:
        return _problem("date_impossible", text, order)
    return read if year >= FIRST_YEAR else _problem("date_out_of_range", text, order, first=FIRST_YEAR)


def _problem(code: str, text: str, order: str, **params: str | int) -> Problem:
    return Problem(code, {"value": shortened(text), "pattern": _PATTERN_NAMES[order], **params})


def date_text(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
