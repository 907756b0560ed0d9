"""How a text table is laid out: encoding, delimiter and heading row, by looking at its beginning or as chosen."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from imports.headings import count_known
from imports.readers.contents import is_binary
from imports.readers.encoding import ENCODINGS, decode_head, guess_encoding
from imports.readers.shape import MOST_COLUMNS, Layout, Unreadable

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
RECORDS_LOOKED_AT = 20
_LAST_HEADING_ROW = 10_000_000
_EXCELS_OWN_LINE = re.compile(r'\A"?sep=([,;\t|])"?[\r\n]', re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """What a person chose; None where detection decides."""

    encoding: str | None
    delimiter: str | None
    heading_row: int | None

    def names(self) -> tuple[str, ...]:
        return tuple(name for name, value in vars(self).items() if value is not None)


@dataclass(frozen=True)
class Attempt:
    """What the beginning of the file looks like, taken apart by one delimiter."""

    delimiter: str
    heading_row: int
    known: int
    regular: int


def detect_layout(head: bytes, *, whole: bool, chosen: Mapping[str, object]) -> Layout:
    """`whole` says that `head` is all of the file."""
    choice = read_choice(chosen)
    encoding = choice.encoding or guess_encoding(head, whole=whole)
    if not encoding.startswith("utf-16") and is_binary(head):
        raise Unreadable("is_binary")
    text = decode_head(head, encoding)
    if whole and not text.strip():
        raise Unreadable("empty")
    best = _best_attempt(io.StringIO(text, newline="").readlines(), text, choice)
    return Layout("csv", encoding, best.delimiter, best.heading_row, chosen=choice.names())


def parse(lines: Iterable[str], delimiter: str) -> "Reader":
    """Records by the one dialect: a space may stand before an opening quotation mark."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def read_choice(chosen: Mapping[str, object]) -> Choice:
    """Form values or JSON to a choice; blank means that detection decides."""
    return Choice(
        _one_of(ENCODINGS, chosen.get("encoding")),
        _one_of(DELIMITERS, chosen.get("delimiter")),
        _line_number(chosen.get("heading_row")),
    )


def _one_of(offered: Mapping[str, object], value: object) -> str | None:
    if value is None or value == "":
        return None
    if value not in offered:
        raise Unreadable("unknown_choice", value=str(value)[:40])
    return str(value)


def _line_number(value: object) -> int | None:
    if value is None or value == "":
        return None
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,8}", text) or not 1 <= int(text) <= _LAST_HEADING_ROW:
        raise Unreadable("unknown_choice", value=text[:40])
    return int(text)


def _best_attempt(lines: Sequence[str], text: str, choice: Choice) -> Attempt:
    own_line = _EXCELS_OWN_LINE.match(text)
    named = choice.delimiter or (own_line[1] if own_line else None)
    first = choice.heading_row or (2 if own_line else 1)
    attempts = [_attempt(lines, delimiter, first, choice) for delimiter in ([named] if named else DELIMITERS)]
    return max(attempts, key=lambda attempt: (attempt.known, attempt.regular))


def _attempt(lines: Sequence[str], delimiter: str, first: int, choice: Choice) -> Attempt:
    records = list(islice(_records(lines[first - 1 :], delimiter, first), RECORDS_LOOKED_AT))
    if not records:
        return Attempt(delimiter, first, 0, 0)
    known = [count_known(cells[:MOST_COLUMNS]) for _line, cells in records]
    at = 0 if choice.heading_row else next((at for at, count in enumerate(known) if count >= 2), 0)
    heading_row = choice.heading_row or records[at][0]
    return Attempt(delimiter, heading_row, known[at], _regularity([len(cells) for _line, cells in records[at:]]))


def _records(lines: Sequence[str], delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    reader = parse(lines, delimiter)
    line = first
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = first + reader.line_num


def _regularity(widths: list[int]) -> int:
    """How many records share the commonest width; a delimiter that never occurs makes every width 1."""
    width, records = Counter(widths).most_common(1)[0]
    return records if width > 1 else 0
