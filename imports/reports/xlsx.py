"""The report as XLSX, for uploads in either kind of workbook."""

from collections.abc import Iterable, Iterator

from imports.readers.shape import Layout
from organizations.xlsx_file import xlsx_file


def write_xlsx(layout: Layout, headings: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    return xlsx_file(headings, (_under(row, len(headings)) for row in rows), sheet="Failed rows")


def _under(row: list[str], width: int) -> list[str]:
    """The errors, last in the row, under their heading also where text without a heading stands before them."""
    *cells, errors = row
    return [*cells[: width - 1], errors, *cells[width - 1 :]]
