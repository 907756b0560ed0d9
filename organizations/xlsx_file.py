"""A workbook of one sheet in which every cell is text: nothing is run, and no leading zero is lost."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from tempfile import TemporaryFile
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import save_workbook

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_A_CELL: Final = 32_767
_AT_ONCE: Final = 64 * 1024
_WIDTH: Final = 22
# Spreadsheets read _x0041_ as A, unless the underscore is written as its own number. XML can't hold control characters,
# and makes a line feed of a carriage return.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f]")
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def xlsx_file(headings: Iterable[str], rows: Iterable[Iterable[str]], *, sheet: str) -> Iterator[bytes]:
    """The file in pieces, flat in memory at any number of rows; all pieces come after the last row."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    try:
        _fill(page, headings, rows)
    except BaseException:
        page.close()
        page._writer.cleanup()  # the library deletes its temporary file only when a book is saved
        raise
    with TemporaryFile() as file:
        save_workbook(book, file)
        file.seek(0)
        yield from iter(partial(file.read, _AT_ONCE), b"")


def _fill(page: WriteOnlyWorksheet, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    page.freeze_panes = "A2"
    cells = [text_cell(page, heading) for heading in headings]
    for place, cell in enumerate(cells, start=1):
        page.column_dimensions[get_column_letter(place)].width = _WIDTH  # type: ignore[attr-defined]
        cell.font = Font(bold=True)
    page.append(cells)
    for row in rows:
        page.append([text_cell(page, text) for text in row])


def text_cell(page: WriteOnlyWorksheet, text: str) -> Cell:
    cell: Cell = WriteOnlyCell(page, written(text))
    cell.data_type = "s"  # else “=1+1” would be a formula, and “#N/A” an error
    cell.number_format = "@"  # what people type into it stays text as well
    return cell


def written(text: str) -> str:
    """The text as it has to stand in the file, so that a spreadsheet shows the text."""
    escaped = _CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", _LOOKS_ESCAPED.sub("_x005F_", text))
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", escaped)[:MOST_IN_A_CELL]
