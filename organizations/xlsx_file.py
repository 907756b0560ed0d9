"""A workbook of one sheet, in which every cell is text: nothing is run, and no leading zero is lost.

openpyxl makes a workbook of the headings. Rows are poured into its sheet, which streams and is several times faster.
Importing it is slow and every process passes here, so only what makes a workbook does it.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 200_000  # of a workbook that we read or write
_SHEET: Final = "xl/worksheets/sheet1.xml"
_AT_ONCE: Final = 64 * 1024
_WIDTH: Final = 22
# Spreadsheets read _x0041_ as A, unless the underscore is written as its own number. So are control characters, of
# which XML holds none, and carriage returns, of which it makes line feeds.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f]")
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def xlsx_file(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, sheet: str = "Organizations"
) -> Iterator[bytes]:
    """The file in pieces; a row may be longer than the headings."""
    from openpyxl import Workbook

    book = Workbook()
    style = _set_up(book.worksheets[0], headings, sheet)
    return poured(book, ([text_cell(style, text) for text in row] for row in rows))


def poured(book: "Workbook", rows: Iterable[Sequence["Cell | None"]]) -> Iterator[bytes]:
    """The workbook in pieces with these rows below its first sheet's, flat in memory at any number of them."""
    frame, pieces = _frame(book), _Pieces()
    with ZipFile(pieces, "w", ZIP_DEFLATED) as file:
        for name, content in frame.others.items():
            file.writestr(name, content)
        with file.open(_SHEET, "w") as part:
            part.write(frame.before)
            for number, row in enumerate(rows, start=2):
                part.write(_row(number, row))
                yield from pieces.taken(least=_AT_ONCE)
            part.write(frame.behind)
    yield from pieces.taken()


# The attributes and the content of an element; where it stands is told between them.
Cell = tuple[str, str]


def text_cell(style: int, text: str) -> Cell | None:
    """Inline text in a style whose format is “Text”, so that what people type over it stays text as well."""
    if not text:
        return None
    return f's="{style}" t="inlineStr"', f'<is><t xml:space="preserve">{written(text)}</t></is>'


def number_cell(style: int, number: object) -> Cell:
    return f's="{style}"', f"<v>{number}</v>"


def boolean_cell(style: int, value: bool) -> Cell:
    return f's="{style}" t="b"', f"<v>{value:d}</v>"


def _row(number: int, row: Sequence[Cell | None]) -> bytes:
    cells = "".join(
        f'<c r="{letter}{number}" {cell[0]}>{cell[1]}</c>'
        for letter, cell in zip(_letters(len(row)), row, strict=True)
        if cell
    )
    return f'<row r="{number}">{cells}</row>'.encode()


@lru_cache
def _letters(count: int) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [get_column_letter(place) for place in range(1, count + 1)]


def written(text: str) -> str:
    """The text as it has to stand in the sheet, so that a spreadsheet shows the text."""
    text = _CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", _LOOKS_ESCAPED.sub("_x005F_", text))
    return escape(_UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text), quote=False)


class _Frame(NamedTuple):
    """A workbook without more rows: its sheet up to where they stand and from there, and its other files."""

    before: bytes
    behind: bytes
    others: dict[str, bytes]


def _frame(book: "Workbook") -> _Frame:
    from openpyxl.writer.excel import save_workbook

    content = io.BytesIO()
    save_workbook(book, content)
    with ZipFile(content) as files:
        parts = {name: files.read(name) for name in files.namelist()}
    # The dimension would tell readers that there is nothing below the headings.
    sheet = re.sub(rb"<dimension[^>]*/>", b"", parts.pop(_SHEET))
    before, end, behind = sheet.partition(b"</sheetData>")
    return _Frame(before, end + behind, parts)


def _set_up(sheet: "Worksheet", headings: Sequence[str], title: str) -> int:
    """Headings that stay in sight; returns the number of the rows' style."""
    from openpyxl.styles import Font

    sheet.title, sheet.freeze_panes = title, "A2"
    for place, (letter, heading) in enumerate(zip(_letters(len(headings)), headings, strict=True), start=1):
        sheet.column_dimensions[letter].width = _WIDTH
        cell = sheet.cell(1, place, _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub(" ", heading)))
        cell.data_type, cell.font = "s", Font(bold=True)
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
