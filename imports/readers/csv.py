"""Delimited text to rows."""

import csv
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from imports.readers.contents import HEAD
from imports.readers.detect import detect_layout, parse
from imports.readers.encoding import explain_broken_text, open_text, settle_encoding
from imports.readers.shape import (
    LONGEST_CELL,
    LONGEST_ROW,
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

# Blank lines aren't rows, but a hundred million of them would keep a worker busy all the same.
MOST_LINES = 5_000_000
MOST_LINES_OF_A_ROW = 50


def detect(path: Path, *, chosen: Mapping[str, object] = NOTHING) -> Layout:
    """What the first 64 kB say about the layout, unless `chosen` (encoding, delimiter, heading_row) says it."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return detect_layout(head, whole=path.stat().st_size <= HEAD, chosen=chosen)


def read_headings(path: Path, layout: Layout) -> list[str]:
    for _first, _last, cells in _records(path, layout):
        check_headings(cells)
        if any("\0" in cell for cell in cells):  # kept before the survey sees it, and no database can hold it
            raise explain_broken_text(path, layout.encoding)
        return cells
    raise Unreadable("no_headings", line=layout.heading_row)


def read_rows(path: Path, layout: Layout, *, after: int = 0) -> Iterator[SourceRow]:
    """Every row under the heading that isn't blank, from number `after` + 1 on; the same numbers at every call."""
    records = _records(path, layout)
    heading = next(records, None)
    width = len(heading[2]) if heading else 0
    for number, (first, last, cells) in enumerate(records, start=1):
        if number <= after:
            continue
        problem = fit(cells, width) if len(cells) != width else None
        if last - first >= MOST_LINES_OF_A_ROW:
            problem = RowProblem("many_lines", {"first": first, "last": last})
        yield SourceRow(number, first, cells, problem)


def survey(path: Path, layout: Layout, *, watch: Watch = NOTHING, most_rows: int = MOST_ROWS) -> Survey:
    """One pass over all of the file; `watch` maps a column's place to what shall see each of its cells."""
    settled = settle_encoding(path, layout)
    headings = read_headings(path, settled)
    return survey_rows(read_rows(path, settled), settled, headings, watch=watch, most_rows=most_rows)


def _records(path: Path, layout: Layout) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of each record that isn't blank, the heading first."""
    with open_text(path, layout.encoding) as file:
        lines = _Lines(file)
        try:
            yield from _parse(lines, layout)
        except UnicodeDecodeError:
            raise explain_broken_text(path, layout.encoding) from None
        except csv.Error:
            raise Unreadable("cell_too_long", line=lines.first, limit=LONGEST_CELL) from None


def _parse(lines: "_Lines", layout: Layout) -> Iterator[tuple[int, int, list[str]]]:
    lines.skip(layout.heading_row - 1)
    reader = parse(lines, layout.delimiter)
    before = layout.heading_row - 1
    for cells in reader:
        size, lines.size = lines.size, 0
        first, last = lines.first, before + reader.line_num
        lines.first = last + 1
        if last > MOST_LINES:
            raise Unreadable("too_many_lines", limit=MOST_LINES)
        if not (cells and cells[0].strip()) and not "".join(cells).strip():
            continue
        if size > LONGEST_CELL and max(map(len, cells)) > LONGEST_CELL:
            raise Unreadable("cell_too_long", line=first, limit=LONGEST_CELL)
        yield first, last, cells


class _Lines:
    """The lines of a file for `csv.reader`, which knows no bounds: whoever takes a record sets `size` back to 0."""

    def __init__(self, file: TextIO) -> None:
        self._read = partial(file.readline, LONGEST_ROW + 1)
        self.size = 0
        self.first = 1

    def skip(self, count: int) -> None:
        for line in islice(iter(self._read, ""), count):
            if len(line) > LONGEST_ROW:
                raise self._too_long()
            self.first += 1

    def __iter__(self) -> Iterator[str]:
        for line in iter(self._read, ""):
            self.size += len(line)
            if self.size > LONGEST_ROW:
                raise self._too_long()
            yield line
        if self.size:
            raise Unreadable("open_quote", line=self.first)

    def _too_long(self) -> Unreadable:
        return Unreadable("row_too_long", line=self.first, limit=LONGEST_ROW)
