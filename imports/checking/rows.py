"""Rows of a file that would be new organizations, with all that is wrong with them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from accounts.ids import new_id
from imports.checking.checked import Checked
from imports.checking.lines import lines_of, lines_said
from imports.checking.request import Request
from imports.headings import rearrange
from imports.readers import reader_by
from imports.readers.shape import Layout, SourceRow
from organizations.checking import check_row
from organizations.fields import NAMES, Reading
from organizations.problems import Problem

Texts = tuple[str, ...]
Cells = list[tuple[SourceRow, Texts]]


class Chunk(NamedTuple):
    """Rows from one number to another, all checked, as the lines of COPY; of `warned` of them something is odd."""

    first: int
    last: int
    warned: int
    lines: bytes


def chunks(request: Request) -> Iterator[Chunk]:
    """The rest of the file; raises Unreadable."""
    rows = reader_by(request.layout).read_rows(Path(request.path), request.layout, after=request.after)
    in_order = arrange(request.columns, request.beside, request.layout)
    check = checking(request.reading, may_approve=request.may_approve, blanks=request.blanks, are_new=request.are_new)
    lines = partial(lines_of, reseller_id=request.reseller_id, import_id=request.import_id)
    while some := list(islice(rows, request.chunk)):
        checked = [check(source, in_order(source.cells)) for source in some]
        yield chunk_of(checked, request.columns, lines if request.are_new else lines_said)


def chunk_of(
    checked: Sequence[Checked], columns: Sequence[str | None], lines: Callable[[Sequence[Checked]], bytes]
) -> Chunk:
    """The rows with what is wrong with their cells, as lines."""
    for one in checked:
        _add_problems(one, columns)
    warned = sum(1 for one in checked if one.row.warnings)
    return Chunk(checked[0].source.number, checked[-1].source.number, warned, lines(checked))


def arrange(
    columns: Sequence[str | None], beside: Sequence[int | None], layout: Layout
) -> Callable[[list[str]], Texts]:
    """From the cells of a row to the texts of its fields, followed by those at the places `beside`.

    Exports put an apostrophe before text that a spreadsheet would run; only from CSV it comes back with it.
    """
    of_fields = rearrange(columns, neutralised=layout.format == "csv")
    if not beside:
        return of_fields
    if not any(place is not None for place in beside):
        blank = ("",) * len(beside)
        return lambda cells: of_fields(cells) + blank
    return lambda cells: (*of_fields(cells), *("" if place is None else cells[place] for place in beside))


def checking(
    reading: Reading, *, may_approve: bool, blanks: Mapping[str, str], are_new: bool = True
) -> Callable[[SourceRow, Texts], Checked]:
    """A function that checks one row; after the texts of its fields may stand those beside them. It gets an id if it is
    new for sure.
    """
    fillers = [blanks.get(name, "") for name in NAMES] if blanks else None

    def check(source: SourceRow, texts: Texts) -> Checked:
        cells = texts[: len(NAMES)]
        if fillers:
            cells = tuple(cell if cell.strip() else blank for cell, blank in zip(cells, fillers, strict=True))
        raw = None if texts is cells else cells + texts[len(NAMES) :]
        public_id = str(new_id()) if are_new else ""
        return Checked(source, check_row(cells, reading, may_approve=may_approve), public_id, raw=raw)

    return check


def _add_problems(checked: Checked, columns: Sequence[str | None]) -> None:
    """What couldn't be read says more than what is wrong with the text in its place, until somebody writes over it."""
    row, source = checked.row, checked.source
    if source.problem is not None:
        row.errors["row"] = [Problem(*source.problem)]
    for place, problem in source.bad_cells.items():
        name = columns[place]
        if name and checked.text(name) == source.cells[place]:
            row.errors[name] = [Problem(*problem)]
