"""XLSX and legacy XLS workbooks to rows: one sheet of them, read in a process of its own."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from imports.headings import count_known
from imports.readers.contents import HEAD, content_of
from imports.readers.detect import RECORDS_LOOKED_AT, read_choice
from imports.readers.shape import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    NOTHING,
    Layout,
    RowProblem,
    SourceRow,
    Survey,
    Unreadable,
    Watch,
    check_headings,
    fit,
    survey_rows,
)
from imports.readers.workbook_process import ask
from imports.workbook.cells import letters
from organizations import xlsx_file
from organizations.problems import shortened

MOST_ROWS_OF_A_SHEET: Final = xlsx_file.MOST_ROWS


class Beginning(NamedTuple):
    """A visible sheet that holds something: its first rows as (line, cells), and how many there are in all."""

    sheet: str
    rows: list[tuple[int, list[str]]]
    filled: int


def detect(path: Path, *, chosen: Mapping[str, object] = NOTHING) -> Layout:
    """The first visible sheet with headings that are known, else the first that isn't empty, unless `chosen` says."""
    choice = read_choice({"heading_row": chosen.get("heading_row")})
    beginnings = [Beginning(*content) for _, content in ask(path, first_line=choice.heading_row or 1)]
    if not beginnings:
        raise Unreadable("no_headings", line=choice.heading_row) if choice.heading_row else Unreadable("empty")
    sheet = _chosen_sheet(beginnings, chosen.get("sheet"))
    best = max([sheet] if sheet else beginnings, key=_looks_like_customers)
    if best.filled > MOST_ROWS_OF_A_SHEET + RECORDS_LOOKED_AT:
        raise _too_many_rows()
    line, headings = _headings(best, first=bool(choice.heading_row))
    names = (*choice.names(), "sheet") if sheet else choice.names()
    others = tuple(each.sheet for each in beginnings if each is not best)
    return Layout(_format_of(path), heading_row=line, sheet=best.sheet, elements=headings, others=others, chosen=names)


def read_headings(path: Path, layout: Layout) -> list[str]:
    check_headings(layout.elements)
    return list(layout.elements)


def read_rows(path: Path, layout: Layout, *, after: int = 0) -> Iterator[SourceRow]:
    """Every row under the heading that isn't blank, from number `after` + 1 on; the same numbers at every call."""
    width = len(layout.elements)
    for number, (line, cells, spots) in enumerate(_rows(path, layout, after), start=after + 1):
        if number > MOST_ROWS_OF_A_SHEET:
            raise _too_many_rows()
        problem = fit(cells, width) if len(cells) != width else None
        yield SourceRow(number, line, cells, problem and _beyond(cells, width), _bad(line, spots) if spots else NOTHING)


def survey(path: Path, layout: Layout, *, watch: Watch = NOTHING, most_rows: int = MOST_ROWS_OF_A_SHEET) -> Survey:
    """One pass over all rows of the sheet."""
    headings = read_headings(path, layout)
    return survey_rows(read_rows(path, layout), layout, headings, watch=watch, most_rows=most_rows)


def _too_many_rows() -> Unreadable:
    return Unreadable("too_many_rows_in_sheet", limit=MOST_ROWS_OF_A_SHEET, most=MOST_ROWS)


def _format_of(path: Path) -> str:
    with path.open("rb") as file:
        return content_of(file.read(HEAD))


def _chosen_sheet(beginnings: list[Beginning], name: object) -> Beginning | None:
    if name is None or name == "":
        return None
    for beginning in beginnings:
        if beginning.sheet == name:
            return beginning
    raise Unreadable("unknown_choice", value=str(name)[:40])


def _looks_like_customers(beginning: Beginning) -> bool:
    return any(_knows(cells) for _, cells in beginning.rows)


def _knows(cells: list[str]) -> bool:
    return count_known(cells[:MOST_COLUMNS]) >= 2


def _headings(beginning: Beginning, *, first: bool) -> tuple[int, tuple[str, ...]]:
    """Line and cells of the first row with two known headings, or of the first row."""
    known = (row for row in beginning.rows if _knows(row[1]))
    line, cells = beginning.rows[0] if first else next(known, beginning.rows[0])
    while not cells[-1].strip():
        cells.pop()
    return line, tuple(cell.replace("\0", "\N{REPLACEMENT CHARACTER}") for cell in cells)


def _rows(path: Path, layout: Layout, after: int) -> Iterator[tuple[int, list[str], Mapping[str, Any]]]:
    wanted = {"sheet": layout.sheet, "heading_row": layout.heading_row, "after": after, "longest_cell": LONGEST_CELL}
    for _, chunk in ask(path, **wanted):
        yield from chunk


def _beyond(cells: list[str], width: int) -> RowProblem:
    place = next(place for place, cell in enumerate(cells) if place >= width and cell.strip())
    return RowProblem("no_heading_above", {"column": letters(place)})


def _bad(line: int, spots: Mapping[str, list[str]]) -> Mapping[int, RowProblem]:
    """JSON has made texts of the places."""
    found = ((int(place), code, text) for place, (code, text) in spots.items())
    return {
        place: RowProblem(code, {"cell": f"{letters(place)}{line}", "value": shortened(text)})
        for place, code, text in found
    }
