"""The report as XLSX, for uploads in either kind of workbook."""

from collections.abc import Iterable, Iterator

from imports.readers.shape import Layout
from organizations.xlsx_file import xlsx_file


def write_xlsx(layout: Layout, headings: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    return xlsx_file(headings, rows, sheet="Failed rows")
