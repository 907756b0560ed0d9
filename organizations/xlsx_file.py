"""A workbook of one sheet, in which every cell is text: nothing is run, and no leading zero is lost.

openpyxl makes a workbook of the headings. Rows are poured into its sheet, which streams and is several times faster.
Importing it is slow and every process passes here, so only what makes a workbook does it.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from openpyxl.worksheet.worksheet import Worksheet

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    """The file in pieces, flat in memory at any number of rows; a row may be longer than the headings."""
    frame, pieces = _frame(headings, sheet), _Pieces()
    letters = _letters(len(headings))
    with ZipFile(pieces, "w", ZIP_DEFLATED) as book:
        for name, content in frame.others.items():
            book.writestr(name, content)
        with book.open(_SHEET, "w") as part:
            part.write(frame.before)
            for number, row in enumerate(rows, start=2):
                letters = letters if len(row) <= len(letters) else _letters(len(row))
                part.write(_row(number, letters, row, frame.style))
                yield from pieces.taken(least=_AT_ONCE)
            part.write(frame.behind)
    yield from pieces.taken()


def _letters(count: int) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [get_column_letter(place) for place in range(1, count + 1)]


def _row(number: int, letters: Sequence[str], row: Sequence[str], style: int) -> bytes:
    """Cells of inline text in the format “Text”, so that what people type over them stays text as well."""
    cells = "".join(
        f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written(text)}</t></is></c>'
        for letter, text in zip(letters, row, strict=False)
        if text
    )
    return f'<row r="{number}">{cells}</row>'.encode()


def written(text: str) -> str:
    """The text as it has to stand in the sheet, so that a spreadsheet shows the text."""
    text = _CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", _LOOKS_ESCAPED.sub("_x005F_", text))
    return escape(_UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text), quote=False)


class _Frame(NamedTuple):
    """A workbook without its rows: its sheet up to where they stand and from there, its other files, their style."""

    before: bytes
    behind: bytes
    others: dict[str, bytes]
    style: int


def _frame(headings: Sequence[str], title: str) -> _Frame:
    from openpyxl import Workbook
    from openpyxl.writer.excel import save_workbook

    book, content = Workbook(), io.BytesIO()
    style = _set_up(book.worksheets[0], headings, title)
    save_workbook(book, content)
    with ZipFile(content) as files:
        parts = {name: files.read(name) for name in files.namelist()}
    # The dimension would tell readers that there is nothing below the headings.
    sheet = re.sub(rb"<dimension[^>]*/>", b"", parts.pop(_SHEET))
    before, end, behind = sheet.partition(b"</sheetData>")
    return _Frame(before, end + behind, parts, style)


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
