"""The report as XML, with the elements of the upload."""

from collections.abc import Iterable, Iterator

from imports.headings import EXTRAS
from imports.readers.shape import Layout
from imports.readers.xml_cells import AGAIN, INSIDE
from organizations.xml_file import xml_file


def write_xml(layout: Layout, headings: list[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    return xml_file([_element_name(heading) for heading in headings], rows)


def _element_name(heading: str) -> str:
    """An element that comes again is written so; one that lay inside another is named for both."""
    return "errors" if heading == EXTRAS["errors"] else heading.partition(AGAIN)[0].replace(INSIDE, ".")
