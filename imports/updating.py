"""Create and update: rows find the records that exist, when they are checked and again when they are written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.lookups import IsNull

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.models import new_id
from accounts.roles import Permission
from imports.beside import beside, groups_known, grown
from imports.checking.checked import Checked
from imports.models import Action, Blanks, Import, ImportRow
from imports.readers.shape import SourceRow
from organizations.access import Ground
from organizations.batches import STORED
from organizations.fields import NAMES, Reading
from organizations.models import Organization, Source
from organizations.problems import Problem, shortened
from organizations.upserts import Mode, Put, carry_out, plan

ID: Final = "organization_id"
NULLABLE: Final = ("approval_limit", "billing_start_date")


def check_rows(
    actor: Actor, job: Import, rows: Sequence[tuple[SourceRow, tuple[str, ...]]], reading: Reading
) -> Iterator[Checked]:
    """The rows as they would be written; after the cells of the fields stand the texts beside them.

    Whether unique values are free is asked when all are staged.
    """
    puts = [_put(job, source, cells) for source, cells in rows]
    plan(actor, puts, reading, with_conflicts=False)
    for put, (source, cells) in zip(puts, rows, strict=True):
        yield _checked(put, source, cells)


def _put(job: Import, source: SourceRow, cells: tuple[str, ...]) -> Put:
    put = Put(source.number, texts_given(job, cells), new_id=new_id(), blanks=job.defaults)
    if text := beside(cells)[ID]:
        put.wanted_id = uuid_of(text)
        if put.wanted_id is None:
            put.errors[ID] = [Problem("id_malformed", {"value": shortened(text)})]
    return put


def texts_given(job: Import, cells: Sequence[str]) -> dict[str, str]:
    """The texts that a row has something to say with: an empty one only where it clears, in a column of the file."""
    clears = cleared(job)
    return {name: text for name, text in zip(NAMES, cells, strict=False) if name in clears or text.strip()}


def cleared(job: Import) -> set[str | None]:
    """The fields whose empty cells clear."""
    return set(job.columns) if job.blanks == Blanks.CLEAR else set()


def _checked(put: Put, source: SourceRow, cells: tuple[str, ...]) -> Checked:
    """An archived record is met as every other record that a new one would clash with."""
    assert put.row is not None and put.public_id is not None
    if put.current is not None and put.current.archived_at is not None:
        put.row.errors.clear()
        return Checked(source, put.row, str(new_id()), Action.CREATE.value, cells)
    put.row.errors = put.errors
    action = Action.CREATE if put.is_new else Action.UPDATE if put.differs else Action.KEEP
    return Checked(source, put.row, str(put.public_id), action.value, cells)


def without_unchanged(actor: Actor, rows: "QuerySet[ImportRow]") -> "QuerySet[ImportRow]":
    """The rows without those that are to keep their record, where it is still just as they say."""
    same = {name: OuterRef(name) for name in STORED if name not in NULLABLE}
    now = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(archived_at=None, **same)
    for name in NULLABLE:
        now = now.filter(Q(**{name: OuterRef(name)}) | Q(IsNull(F(name), True), IsNull(OuterRef(name), True)))
    return rows.exclude(Exists(now), action=Action.KEEP)


def write_rows(actor: Actor, job: Import, rows: Sequence[ImportRow], reading: Reading, ground: Ground) -> list[Put]:
    """Create and change by staged rows, which keep to what the check said: records that came since are not touched."""
    puts = [_staged(job, row) for row in rows]
    plan(actor, puts, reading, Mode.CREATE)
    known = groups_known(actor, job)
    for names, some in _by_groups(rows, puts):
        groups = [group.public_id for group in grown(ground, names, known).groups]
        carry_out(actor, some, source=Source.IMPORT, groups=groups, batch_id=job.public_id)
    return puts


def _by_groups(rows: Sequence[ImportRow], puts: Sequence[Put]) -> Iterator[tuple[str, list[Put]]]:
    """The puts with the same text about groups, which counts for new organizations only."""
    found: dict[str, list[Put]] = defaultdict(list)
    for row, put in zip(rows, puts, strict=True):
        found[beside(row.raw or ())["organization_groups"] if put.is_new else ""].append(put)
    yield from sorted(found.items())


def _staged(job: Import, row: ImportRow) -> Put:
    assert row.raw is not None
    put = Put(row.number, texts_given(job, row.raw), new_id=row.public_id, blanks=job.defaults)
    if row.action != Action.CREATE:
        put.wanted_id = row.public_id
    return put
