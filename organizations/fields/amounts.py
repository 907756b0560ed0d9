"""Reading amounts of money. Which mark separates decimals is settled by a whole column, never guessed from one cell."""

import re
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from organizations.problems import Problem, shortened

LARGEST = Decimal("9999999999.99")
_PLACES = Decimal("0.01")


class DecimalMark(StrEnum):
    POINT = "point"
    COMMA = "comma"
    UNSETTLED = "unsettled"


EVERY_MARK = frozenset({DecimalMark.POINT, DecimalMark.COMMA})


def _pattern(decimal: str, grouping: str) -> re.Pattern[str]:
    return re.compile(
        rf"([0-9]+|[1-9][0-9]{{0,2}}([{grouping}'’ ])[0-9]{{3}}(?:\2[0-9]{{3}})*)(?:{decimal}([0-9]+))?", re.ASCII
    )


_PATTERNS = {DecimalMark.POINT: _pattern(r"\.", ","), DecimalMark.COMMA: _pattern(",", r"\.")}
_NOT_DIGITS = re.compile("[^0-9]")


def narrow(marks: frozenset[DecimalMark], text: str) -> frozenset[DecimalMark]:
    """The marks that are still possible for a column after one more of its cells. Start with EVERY_MARK.

    A cell that is no amount says nothing. A column that contradicts itself leaves none.
    """
    text = " ".join(text.split())
    if text.isdecimal():
        return marks
    possible = frozenset(mark for mark, pattern in _PATTERNS.items() if pattern.fullmatch(text))
    return marks & possible if possible else marks


def settled(marks: frozenset[DecimalMark]) -> DecimalMark:
    """One mark, if the column left exactly one; otherwise each cell must be clear by itself."""
    return next(iter(marks)) if len(marks) == 1 else DecimalMark.UNSETTLED


def plain_amount(text: str, mark: DecimalMark) -> Decimal | None:
    """Up to ten digits, with a point and two more unless the mark is a comma; None: take the exact path."""
    if len(text) > 13 or not text.isascii():
        return None
    if text.isdecimal():
        return Decimal(f"{text}.00") if len(text) <= 10 else None
    whole, _, places = text.partition(".")
    if mark == DecimalMark.COMMA or len(places) != 2 or not whole.isdecimal() or not places.isdecimal():
        return None
    return Decimal(text)


@lru_cache(8192)
def read_amount(text: str, mark: DecimalMark) -> Decimal | Problem:
    value = {"value": shortened(text)}
    if text[:1] in "-−" and _matches(text[1:].strip(), DecimalMark.UNSETTLED):
        return Problem("amount_negative", value)
    found = _matches(text, mark)
    if not found:
        elsewhere = _matches(text, DecimalMark.UNSETTLED)
        return Problem("amount_other_mark" if elsewhere else "amount_unreadable", value)
    amounts = {_amount(match) for match in found}
    if len(amounts) > 1:
        return Problem("amount_ambiguous", value | {"whole": _NOT_DIGITS.sub("", text)})
    if len(found[0][3] or "") > 2:
        return Problem("amount_places", value)
    amount = amounts.pop()
    if amount > LARGEST:
        return Problem("amount_too_large", value | {"max": str(LARGEST)})
    return amount.quantize(_PLACES)


def _matches(text: str, mark: DecimalMark) -> list[re.Match[str]]:
    patterns = _PATTERNS.values() if mark == DecimalMark.UNSETTLED else [_PATTERNS[mark]]
    return [match for pattern in patterns if (match := pattern.fullmatch(text))]


def _amount(match: re.Match[str]) -> Decimal:
    return Decimal(f"{_NOT_DIGITS.sub('', match[1])}.{match[3] or 0}")


def amount_text(amount: Decimal) -> str:
    """1000 or 1000.50: no grouping, a decimal point, and decimals only where there are some."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"
