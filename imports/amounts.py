"""Which decimal mark a whole column of amounts uses: narrowed cell by cell while the file is surveyed."""

from organizations.fields import EVERY_MARK, DecimalMark, narrow, settled


class AmountColumn:
    def __init__(self) -> None:
        self._marks = EVERY_MARK

    def look(self, text: str) -> None:
        if text:
            self._marks = narrow(self._marks, text)

    @property
    def mark(self) -> DecimalMark:
        return settled(self._marks)
