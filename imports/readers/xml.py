"""XML to rows: the children of the root are rows, and what is in them are cells; namespaces are ignored."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from imports.readers.contents import HEAD
from imports.readers.detect import read_choice
from imports.readers.shape import (
    LONGEST_CELL,
    MOST_ROWS,
    NOTHING,
    Layout,
    SourceRow,
    Survey,
    Unreadable,
    Watch,
    survey_rows,
)
from imports.readers.xml_cells import Columns
from imports.readers.xml_elements import elements_of, line_of
from imports.readers.xml_prolog import encoding_of

ROWS_LOOKED_AT: Final = 100
# Blank rows aren't rows, but twenty million of them would keep a worker busy all the same.
MOST_BLANK: Final = 100_000


def detect(path: Path, *, chosen: Mapping[str, object] = NOTHING) -> Layout:
    """The encoding that the file declares, unless `chosen` says another, and the names in its first rows."""
    choice = read_choice(chosen)
    with path.open("rb") as file:
        encoding = choice.encoding or encoding_of(file.read(HEAD))
    columns = Columns()
    rows = sum(1 for _ in islice(_rows(path, encoding, columns), ROWS_LOOKED_AT))
    if not rows:
        raise Unreadable("no_rows")
    if columns.are_too_deep:
        raise Unreadable("xml_rows_too_deep")
    return Layout("xml", encoding, elements=tuple(columns.names), chosen=("encoding",) if choice.encoding else ())


def read_headings(path: Path, layout: Layout) -> list[str]:
    return list(layout.elements)


def read_rows(path: Path, layout: Layout, *, after: int = 0) -> Iterator[SourceRow]:
    """Every row that isn't blank, from number `after` + 1 on; the same numbers at every call."""
    for row in _rows(path, layout.encoding, Columns(layout.elements)):
        if row.number > after:
            yield row


def survey(path: Path, layout: Layout, *, watch: Watch = NOTHING, most_rows: int = MOST_ROWS) -> Survey:
    """One pass over all of the file, which finds the names that its beginning lacks; they have no samples yet."""
    columns = Columns(layout.elements)
    found = survey_rows(_rows(path, layout.encoding, columns), layout, columns.names, watch=watch, most_rows=most_rows)
    return replace(found, layout=replace(layout, elements=found.headings))


def _rows(path: Path, encoding: str, columns: Columns) -> Iterator[SourceRow]:
    number = 0
    for count, element in enumerate(elements_of(path, encoding), start=1):
        if count - number > MOST_BLANK:
            raise Unreadable("too_many_blank", limit=MOST_BLANK)
        cells, bad_cells = columns.cells_of(element)
        joined = "".join(cells)
        if not joined.strip():
            continue
        if len(joined) > LONGEST_CELL and max(map(len, cells)) > LONGEST_CELL:
            raise Unreadable("element_too_long", line=line_of(element), limit=LONGEST_CELL)
        number += 1
        yield SourceRow(number, line_of(element), cells, bad_cells=bad_cells)
