"""The formats of an export: what fills their columns, and what makes the bytes of columns and rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from import_export.resources import ModelResource

from exports.formats.json import write_json
from exports.formats.template import write_template
from exports.resources import AS_VALUES, WITH_HEADINGS, WITH_NAMES, with_columns
from organizations.csv_file import csv_file
from organizations.models import Organization
from organizations.xlsx_file import CONTENT_TYPE, MOST_ROWS, xlsx_file
from organizations.xml_file import xml_file

# Columns and rows to the bytes of a file, flat in memory at any number of rows.
Writer = Callable[[Sequence[str], Iterable[Sequence[Any]]], Iterator[bytes]]


class Format(NamedTuple):
    """`most` is how many organizations a file of this format may hold; `ending` is its name's, if not the format's."""

    label: str
    content_type: str
    resource: ModelResource
    writer: Writer
    most: int | None = None
    ending: str = ""

    def row(self, organization: Organization) -> list[Any]:
        row: list[Any] = self.resource.export_resource(organization)
        return row

    def only(self, columns: Sequence[str]) -> "Format":
        """With these columns of a list instead of all; formats that are read by names keep theirs."""
        is_possible = columns and self.resource is WITH_HEADINGS and self.writer is not write_template
        return self._replace(resource=with_columns(tuple(columns))) if is_possible else self

    def write(self, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
        return self.writer(self.resource.get_export_headers(), rows)


# As many as an XLSX file that is imported may hold.
MOST_IN_XLSX: Final = MOST_ROWS
FORMATS: Final = {
    "csv": Format("CSV", "text/csv; charset=utf-8", WITH_HEADINGS, csv_file),
    "xlsx": Format("XLSX", CONTENT_TYPE, WITH_HEADINGS, xlsx_file, MOST_IN_XLSX),
    "template": Format("XLSX template", CONTENT_TYPE, WITH_HEADINGS, write_template, MOST_IN_XLSX, "xlsx"),
    "xml": Format("XML", "application/xml; charset=utf-8", WITH_NAMES, xml_file),
    "json": Format("JSON", "application/json", AS_VALUES, write_json),
}
