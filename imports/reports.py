"""The rows that were not created, as the file had them, with a last column that says why: to mend and upload again."""

import csv
from collections.abc import Iterable, Iterator
from typing import Final

from accounts.actors import Actor
from imports import uploads
from imports.models import Import, ImportRow, Verdict
from imports.problems import sentences_of
from imports.readers import READERS
from imports.readers.shape import Layout, SourceRow
from organizations.fields import BY_NAME, neutralise

ERRORS: Final = "Errors"
AT_ONCE: Final = 500


def failed_rows(actor: Actor, job: Import) -> Iterator[str]:
    """The report as lines of CSV in UTF-8 with the delimiter of the upload; flat in memory at any size."""
    layout = Layout.from_json(job.layout)
    writer = csv.writer(_Echo(), delimiter=layout.delimiter)
    yield "\N{BYTE ORDER MARK}" + writer.writerow([*_kept(job, job.headings), ERRORS])
    source = READERS[layout.format].read_rows(uploads.path_of(job.upload), layout)
    for row, sentences in _failed(actor, job):
        cells = _cells_of(source, row.number)
        yield writer.writerow([*map(neutralise, _kept(job, cells)), " ".join(sentences)])


def _kept(job: Import, cells: list[str]) -> list[str]:
    """Without an Errors column of an earlier report."""
    surplus = [place for place, heading in enumerate(job.headings) if heading.strip() == ERRORS]
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
    rows = ImportRow.objects.filter(reseller_id=job.reseller_id, batch=job, number__gt=place)
    bad = rows.filter(verdict__in=[Verdict.INVALID, Verdict.FAILED])
    return bad.only("reseller_id", "batch_id", "number", "errors").order_by("number")[:AT_ONCE]


def _label(name: str) -> str:
    return str(BY_NAME[name].heading) if name in BY_NAME else "Row"


class _Echo:
    """A file for csv.writer that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
