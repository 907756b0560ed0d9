"""The report as CSV with the delimiter of the upload."""

from collections.abc import Iterable, Iterator

from imports.readers.shape import Layout
from organizations.csv_file import csv_file


def write_csv(layout: Layout, headings: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    return csv_file(headings, rows, delimiter=layout.delimiter)
