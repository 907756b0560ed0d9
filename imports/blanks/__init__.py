"""The empty templates that people fill in: headings only, the mandatory ones marked in words."""

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from imports.blanks.csv import csv_template
from imports.blanks.xml import xml_template
from organizations.xlsx_file import CONTENT_TYPE


class Template(NamedTuple):
    """A format of the template: what its button says, its media type, and what makes it.

    `content` takes the names of the fields that the reseller demands beside our own.
    """

    label: str
    content_type: str
    content: Callable[[Collection[str]], bytes]


def _xlsx_template(also_mandatory: Collection[str] = ()) -> bytes:
    from organizations.xlsx_template import xlsx_template  # slow to import, and every process passes here

    return xlsx_template(also_mandatory)


TEMPLATES: Final = {
    "csv": Template("CSV", "text/csv; charset=utf-8", csv_template),
    "xlsx": Template("Excel (XLSX)", CONTENT_TYPE, _xlsx_template),
    "xml": Template("XML", "application/xml; charset=utf-8", xml_template),
}
