"""The sheets of a workbook as rows of text: how each begins, and all rows of one."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from imports.workbook.blind_spots import Spots, blind_spots
from imports.workbook.cells import letters, text_of
from imports.workbook.refusals import Refused

Answer = tuple[str, Any]
# Line from 1, cells, and what is wrong with some of them by their place: [code, text].
Row = tuple[int, list[str], dict[int, tuple[str, str]]]
RECORDS_LOOKED_AT: Final = 20
ROWS_AT_ONCE: Final = 250
TEXT_AT_ONCE: Final = 256 * 1024
# Ten million cells may share one long text: what would be no CSV file of a size that is read is refused here as well.
MOST_TEXT: Final = 100 * 1024 * 1024


def beginnings(path: Path, *, first_line: int) -> Iterator[Answer]:
    """For each visible sheet that holds anything from this line on: name, first rows, and how many rows there are."""
    with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
        for about in workbook.sheets_metadata:
            if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet:
                yield from _beginning(workbook.get_sheet_by_name(about.name), first_line)


def _beginning(sheet: CalamineSheet, first_line: int) -> Iterator[Answer]:
    found = ((line, cells) for line, cells, _ in _filled(sheet, {}) if line >= first_line)
    if first := list(islice(found, RECORDS_LOOKED_AT)):
        yield "sheet", [sheet.name, first, sum(1 for row in sheet.iter_rows() if any(row))]


def rows(path: Path, *, sheet: str, heading_row: int, after: int, longest_cell: int) -> Iterator[Answer]:
    """All rows below the heading from number `after` + 1 on, in bounded chunks."""
    with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
        place = workbook.sheet_names.index(sheet)
        loaded = workbook.get_sheet_by_index(place)
    below = (row for row in _filled(loaded, blind_spots(path, place)) if row[0] > heading_row)
    total = size = 0
    chunk: list[Row] = []
    for row in islice(below, after, None):
        size += _check_length(row, longest_cell)
        chunk.append(row)
        if len(chunk) >= ROWS_AT_ONCE or size > TEXT_AT_ONCE:
            yield "rows", chunk
            total, size, chunk = total + size, 0, []
            if total > MOST_TEXT:
                raise Refused("workbook_too_large")
    yield "rows", chunk


def _check_length(row: Row, longest_cell: int) -> int:
    line, cells, _ = row
    size = sum(map(len, cells))
    if size > longest_cell and max(map(len, cells)) > longest_cell:
        place = next(place for place, cell in enumerate(cells) if len(cell) > longest_cell)
        raise Refused("sheet_cell_too_long", cell=f"{letters(place)}{line}", limit=longest_cell)
    return size


def _filled(sheet: CalamineSheet, spots: Spots) -> Iterator[Row]:
    """The rows that aren't blank. Calamine leaves out blank columns at the left, and everything after its last cell."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    beyond = [] if not spots else range(_height(sheet), max(spots) + 1)
    for line, values in enumerate(chain(sheet.iter_rows(), ([] for _ in beyond)), start=1):
        cells = left + [value if type(value) is str else text_of(value) for value in values]
        found = spots.get(line - 1, {})
        _put(cells, found)
        if "".join(cells).strip():
            yield line, cells, found


def _height(sheet: CalamineSheet) -> int:
    return sheet.end[0] + 1 if sheet.end else 0


def _put(cells: list[str], found: dict[int, tuple[str, str]]) -> None:
    for place, (_, text) in found.items():
        cells.extend([""] * (place + 1 - len(cells)))
        cells[place] = text
