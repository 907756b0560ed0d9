"""The rows that were not created, as the file had them, with a last column that says why: to mend and upload again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from accounts.actors import Actor
from imports import uploads
from imports.headings import EXTRAS, TITLES
from imports.models import Import, ImportRow, Verdict
from imports.problems import sentences_of
from imports.readers import reader_by
from imports.readers.shape import Layout, SourceRow
from imports.reports.csv import write_csv
from imports.reports.xlsx import write_xlsx
from imports.reports.xml import write_xml
from imports.staging import staged_rows
from organizations.fields import BY_NAME
from organizations.xlsx_file import CONTENT_TYPE

ERRORS: Final = EXTRAS["errors"]
AT_ONCE: Final = 500

# Headings and rows of cells to the bytes of a file laid out like the upload; flat in memory at any size.
Writer = Callable[[Layout, list[str], Iterable[list[str]]], Iterator[bytes]]


class Format(NamedTuple):
    extension: str
    content_type: str
    write: Writer


_XLSX: Final = Format("xlsx", CONTENT_TYPE, write_xlsx)
# By the format of the upload.
FORMATS: Final = {
    "csv": Format("csv", "text/csv; charset=utf-8", write_csv),
    "xml": Format("xml", "application/xml; charset=utf-8", write_xml),
    "xlsx": _XLSX,
    "xls": _XLSX,
}


@dataclass(frozen=True)
class Report:
    """A file to download; `content` is read once, with the reseller entered."""

    name: str
    content_type: str
    content: Iterator[bytes]


def failed_rows(actor: Actor, job: Import) -> Report:
    """The report in the format of the upload, told in words that this actor may read."""
    layout = Layout.from_json(job.layout)
    made = FORMATS[layout.format]
    headings = [*_kept(job, job.headings), ERRORS]
    name = f"failed-rows-{job.public_id}.{made.extension}"
    return Report(name, made.content_type, made.write(layout, headings, _rows(actor, job, layout)))


def _rows(actor: Actor, job: Import, layout: Layout) -> Iterator[list[str]]:
    source = reader_by(layout).read_rows(uploads.path_of(job.upload), layout)
    for row, sentences in _failed(actor, job):
        yield [*_kept(job, _cells_of(source, row.number)), " ".join(sentences)]


def _kept(job: Import, cells: list[str]) -> list[str]:
    """Without an Errors column of an earlier report."""
    surplus = [place for place, heading in enumerate(job.headings) if heading.strip().casefold() == ERRORS.casefold()]
    return [cell for place, cell in enumerate(cells) if place not in surplus]


def _cells_of(source: Iterable[SourceRow], number: int) -> list[str]:
    return next(row.cells for row in source if row.number == number)


def _failed(actor: Actor, job: Import) -> Iterator[tuple[ImportRow, list[str]]]:
    place = 0
    while rows := list(_after(job, place)):
        for row, by_field in zip(rows, sentences_of(actor, [row.errors for row in rows]), strict=True):
            yield row, [f"{_label(name)}: {sentence}" for name, found in by_field.items() for sentence in found]
        place = rows[-1].number


def _after(job: Import, place: int) -> Iterable[ImportRow]:
    bad = staged_rows(job).filter(number__gt=place, verdict__in=[Verdict.INVALID, Verdict.FAILED])
    return bad.only("reseller_id", "batch_id", "number", "errors").order_by("number")[:AT_ONCE]


def _label(name: str) -> str:
    return str(BY_NAME[name].heading) if name in BY_NAME else TITLES.get(name, _("Row"))
