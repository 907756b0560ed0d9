"""Create and update: rows find the records that exist, when they are checked and again when they are written."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Final

from accounts.actors import Actor
from accounts.models import new_id
from imports.headings import Columns
from imports.models import Action, Blanks, Import, ImportRow
from imports.readers.shape import SourceRow
from imports.staging import Checked
from organizations.access import Ground
from organizations.fields import NAMES, Reading
from organizations.models import Source
from organizations.problems import Problem, shortened
from organizations.upserts import Mode, Put, carry_out, plan

ID: Final = "organization_id"


def check_rows(
    actor: Actor, job: Import, rows: Sequence[tuple[SourceRow, tuple[str, ...]]], reading: Reading
) -> Iterator[Checked]:
    """The rows as they would be written; after the cells of the fields stands the text of the organization id.

    Whether unique values are free is asked when all are staged.
    """
    puts = [_put(job, source, cells) for source, cells in rows]
    plan(actor, puts, reading, with_conflicts=False)
    for put, (source, cells) in zip(puts, rows, strict=True):
        yield _checked(put, source, cells)


def _put(job: Import, source: SourceRow, cells: tuple[str, ...]) -> Put:
    put = Put(source.number, texts_given(job, cells), new_id=new_id(), blanks=job.defaults)
    if text := cells[len(NAMES)].strip():
        put.wanted_id = _uuid(text)
        if put.wanted_id is None:
            put.errors[ID] = [Problem("id_malformed", {"value": shortened(text)})]
    return put


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def with_id(columns: Columns, source: SourceRow, cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of the fields, and then what the file's own column says of the organization's id."""
    return (*cells, source.cells[columns.extras[ID]] if ID in columns.extras else "")


def texts_given(job: Import, cells: Sequence[str]) -> dict[str, str]:
    """The texts that a row has something to say with: an empty one only where it clears, in a column of the file."""
    clears = set(job.columns) if job.blanks == Blanks.CLEAR else set()
    return {name: text for name, text in zip(NAMES, cells, strict=False) if name in clears or text.strip()}


def _checked(put: Put, source: SourceRow, cells: tuple[str, ...]) -> Checked:
    """An archived record is met as every other record that a new one would clash with."""
    assert put.row is not None and put.public_id is not None
    if put.current is not None and put.current.archived_at is not None:
        put.row.errors.clear()
        return Checked(source, put.row, new_id(), Action.CREATE.value, cells)
    put.row.errors = put.errors
    action = Action.CREATE if put.is_new else Action.UPDATE if put.differs else Action.KEEP
    return Checked(source, put.row, put.public_id, action.value, cells)


def write_rows(actor: Actor, job: Import, rows: Sequence[ImportRow], reading: Reading, ground: Ground) -> list[Put]:
    """Create and change by staged rows, which keep to what the check said: records that came since are not touched."""
    puts = [_staged(job, row) for row in rows]
    plan(actor, puts, reading, Mode.CREATE)
    groups = [group.public_id for group in ground.groups]
    carry_out(actor, puts, source=Source.IMPORT, groups=groups, batch_id=job.public_id)
    return puts


def _staged(job: Import, row: ImportRow) -> Put:
    assert row.raw is not None
    put = Put(row.number, texts_given(job, row.raw), new_id=row.public_id, blanks=job.defaults)
    if row.action != Action.CREATE:
        put.wanted_id = row.public_id
    return put
