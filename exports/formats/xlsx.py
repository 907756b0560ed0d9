"""An export as a workbook of one sheet, in which every cell is text: nothing is run, and no leading zero is lost.

openpyxl makes a workbook of the headings. Rows are poured into its sheet, which streams and is several times faster.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.formats.xml_text import writable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SHEET: Final = "xl/worksheets/sheet1.xml"
AT_ONCE: Final = 64 * 1024
WIDTH: Final = 22
# Spreadsheets read _x0041_ as A, unless the underscore is written as its own number.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    frame, pieces = _frame(columns), _Pieces()
    letters = [get_column_letter(place) for place in range(1, len(columns) + 1)]
    with ZipFile(pieces, "w", ZIP_DEFLATED) as book:
        for name, content in frame.others.items():
            book.writestr(name, content)
        with book.open(SHEET, "w") as sheet:
            sheet.write(frame.before)
            for number, row in enumerate(rows, start=2):
                sheet.write(_row(number, letters, row, frame.style))
                yield from pieces.taken(least=AT_ONCE)
            sheet.write(frame.behind)
    yield from pieces.taken()


def _row(number: int, letters: Sequence[str], row: Sequence[str], style: int) -> bytes:
    """Cells of inline text in the format “Text”, so that what people type over them stays text as well."""
    cells = "".join(
        f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(text)}</t></is></c>'
        for letter, text in zip(letters, row, strict=True)
        if text
    )
    return f'<row r="{number}">{cells}</row>'.encode()


def _text(text: str) -> str:
    return escape(_LOOKS_ESCAPED.sub("_x005F_", writable(text)), quote=False)


class _Frame(NamedTuple):
    """A workbook without its rows: its sheet up to where they stand and from there, its other files, their style."""

    before: bytes
    behind: bytes
    others: dict[str, bytes]
    style: int


def _frame(columns: Sequence[str]) -> _Frame:
    book = Workbook()
    style = _set_up(book.worksheets[0], columns)
    content = io.BytesIO()
    book.save(content)
    with ZipFile(content) as files:
        parts = {name: files.read(name) for name in files.namelist()}
    # The dimension would tell readers that there is nothing below the headings.
    sheet = re.sub(rb"<dimension[^>]*/>", b"", parts.pop(SHEET))
    before, end, behind = sheet.partition(b"</sheetData>")
    return _Frame(before, end + behind, parts, style)


def _set_up(sheet: Worksheet, columns: Sequence[str]) -> int:
    """Headings that stay in sight; returns the number of the rows' style."""
    sheet.title, sheet.freeze_panes = "Organizations", "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTH
        sheet.cell(1, place, column).font = Font(bold=True)
    below = sheet.cell(2, 1)
    below.number_format = "@"
    style: int = below.style_id
    sheet.delete_rows(2)
    return style


class _Pieces(io.RawIOBase):
    """A file for ZipFile that can't be wound back, and gives away what was written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, piece: "ReadableBuffer") -> int:
        self._pieces.append(bytes(piece))
        self._size += len(self._pieces[-1])
        return len(self._pieces[-1])

    def taken(self, *, least: int = 0) -> Iterator[bytes]:
        if self._size > least:
            yield b"".join(self._pieces)
            self._pieces, self._size = [], 0
