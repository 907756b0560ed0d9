"""What a whole column settles for all of its cells: the decimal mark of amounts, and the order of days and months."""

from typing import Final, NamedTuple

from organizations.fields import (
    DAY_FIRST,
    EVERY_MARK,
    EVERY_ORDER,
    MONTH_FIRST,
    DecimalMark,
    narrow,
    orders_of,
    settled,
)

# So many dates must be possible with the month first only. One mistyped day must not turn a column around.
EVIDENCE: Final = 3
LONGEST_DATE: Final = 40


class Settled(NamedTuple):
    decimal_mark: str
    date_order: str


class AmountColumn:
    """Narrowed cell by cell while the file is surveyed."""

    def __init__(self) -> None:
        self._marks = EVERY_MARK

    def look(self, text: str) -> None:
        if text:
            self._marks = narrow(self._marks, text)

    @property
    def mark(self) -> DecimalMark:
        return settled(self._marks)


class DateColumn:
    """The day comes first, unless the column says otherwise throughout."""

    def __init__(self) -> None:
        self._month_first = 0
        self._is_day_first = False

    def look(self, text: str) -> None:
        if not text or len(text) > LONGEST_DATE or (orders := orders_of(text.strip())) == EVERY_ORDER or not orders:
            return
        if DAY_FIRST in orders:
            self._is_day_first = True
        else:
            self._month_first += 1

    @property
    def order(self) -> str:
        return MONTH_FIRST if self._month_first >= EVIDENCE and not self._is_day_first else DAY_FIRST
