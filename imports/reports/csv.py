"""The report as CSV in UTF-8 with the delimiter of the upload, neutralised for spreadsheets."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from imports.readers.shape import Layout
from organizations.fields import neutralise


def write_csv(layout: Layout, headings: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    writer = csv.writer(_Echo(), delimiter=layout.delimiter)
    yield "\N{BYTE ORDER MARK}".encode()
    for cells in chain([headings], rows):
        yield writer.writerow(map(neutralise, cells)).encode()


class _Echo:
    """A file for csv.writer that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
