"""What workers do with an export: gather the organizations into a spool batch by batch, then write the file from it.

A batch, the place that it reached and its count are one transaction; what a killed worker wrote beyond does not count.
The file is made from the spool alone: whoever is killed over it begins it again, and it appears whole or not at all.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from django.utils import timezone

from accounts.actors import Actor
from events.log import record
from events.models import Kind
from exports import files
from exports.access import get_organizations, sees_as_much
from exports.formats import FORMATS
from exports.models import UNFINISHED, Export, State
from exports.rows import read_batch
from groups.access import actor_of
from jobs.work import Dropped, Turn
from organizations.models import OrganizationQuerySet

AT_ONCE: Final = 2_000  # rows of the file between two looks at the job


def make(turn: Turn) -> None:
    """Gather until everything is there, then write. The file is written in one turn, from its beginning."""
    with turn.step(gets_on=False):
        export = _get(turn)
    while export.state == State.GATHERING:
        export = _gather(turn)
        if turn.is_over:
            return
    if export.state == State.WRITING:
        _write(turn, export)


def _gather(turn: Turn) -> Export:
    with turn.step():
        export = _get(turn, State.GATHERING)
        actor = actor_of(export.membership)
        found = get_organizations(actor, export)
        if found is None:
            _fail(turn, export, "sight_changed")
        else:
            _gather_batch(turn, actor, export, found)
    return export


def _gather_batch(turn: Turn, actor: Actor, export: Export, found: OrganizationQuerySet) -> None:
    made = FORMATS[export.format].only(export.columns or ())
    if export.total is None:
        export.total = found.count()
    if made.most is not None and export.total > made.most:
        _fail(turn, export, "too_many")
        return
    if batch := read_batch(actor, found, after=export.place):
        export.spooled = files.append(export, map(made.row, batch))
        export.place = batch[-1].pk
        export.gathered += len(batch)
    else:
        export.state = State.WRITING
    export.save(update_fields=["total", "spooled", "place", "gathered", "state"])


def _write(turn: Turn, export: Export) -> None:
    rows = _told(turn, files.spooled_rows(export))
    size = files.save(export, FORMATS[export.format].only(export.columns or ()).write(rows))
    with turn.step():
        export = _get(turn, State.WRITING)
        actor = actor_of(export.membership)
        if sees_as_much(actor, export):
            _finish(turn, actor, export, size)
        else:
            _fail(turn, export, "sight_changed")
    files.spool_of(export).unlink(missing_ok=True)


def _told(turn: Turn, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """The rows; now and then the job is told how many, and that somebody is at work."""
    for number, row in zip(count(1), rows, strict=False):
        yield row
        if number % AT_ONCE == 0:
            with turn.step(gets_on=False):
                export = _get(turn, State.WRITING)
                export.written = number
                export.save(update_fields=["written"])


def _finish(turn: Turn, actor: Actor, export: Export, size: int) -> None:
    export.state, export.file_size, export.finished_at = State.DONE, size, timezone.now()
    export.written = export.gathered
    export.save(update_fields=["state", "file_size", "finished_at", "written"])
    details = {"count": export.gathered, "format": FORMATS[export.format].label, "filters": export.asked}
    record(actor, Kind.ORGANIZATIONS_EXPORTED, export.public_id, details=details)
    turn.finish()


def _fail(turn: Turn, export: Export, error: str) -> None:
    export.state, export.error, export.finished_at = State.FAILED, error, timezone.now()
    export.save(update_fields=["state", "error", "finished_at"])
    files.discard(export)
    turn.finish()


def give_up(turn: Turn) -> None:
    """After repeated unexpected errors."""
    _fail(turn, _get(turn), "internal")


def _get(turn: Turn, state: State | None = None) -> Export:
    """The export, locked; Dropped when it has ended, or is not in the state in which the caller knew it."""
    states = UNFINISHED if state is None else (state,)
    locked = Export.objects.select_for_update(of=("self",)).select_related("membership__user", "reseller")
    export = locked.filter(pk=turn.object_id, state__in=states).first()
    if export is None:
        raise Dropped
    export.membership.reseller = export.reseller
    return export
