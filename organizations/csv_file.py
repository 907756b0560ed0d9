"""CSV that a spreadsheet may open: with a byte order mark, and without a cell that it would run."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from organizations.fields import neutralise


def csv_file(headings: Iterable[str], rows: Iterable[Iterable[str]], *, delimiter: str = ",") -> Iterator[bytes]:
    """The file line by line in UTF-8, flat in memory at any number of rows."""
    writer = csv.writer(_Echo(), delimiter=delimiter)
    yield "\N{BYTE ORDER MARK}".encode()
    for cells in chain([headings], rows):
        yield writer.writerow(map(neutralise, cells)).encode()


class _Echo:
    """A file for csv.writer that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
