"""The verbs of a person who wants a file: a small one at once, a large one from the background (engine.py)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import transaction

from accounts.actors import Actor
from accounts.roles import Permission
from accounts.tenancy import streamed
from events.log import record
from events.models import Kind
from exports.formats import FORMATS
from exports.models import UNFINISHED, Export
from exports.rows import read_rows
from jobs.work import enqueue
from organizations.bulk import Selection

MAKE: Final = "exports.make"
# More would hold a thread of the web server, and a person before a page, for too long.
AT_ONCE: Final = 5_000


def export_now(actor: Actor, selection: Selection, format_name: str, columns: Sequence[str] = ()) -> Iterator[bytes]:
    """The file's bytes, read from a transaction of their own. That it was taken out is recorded before."""
    actor.require(Permission.ORGANIZATIONS_SEE)
    made = FORMATS[format_name].only(columns)
    filters = selection.asked.narrowing if selection.is_all else {"selected": "ticked"}
    details = {"count": selection.count, "format": made.label, "filters": filters}
    record(actor, Kind.ORGANIZATIONS_EXPORTED, actor.reseller.public_id, details=details)
    return streamed(actor.reseller.pk, made.write(read_rows(actor, selection.rows, made)))


def start_export(actor: Actor, selection: Selection, format_name: str, columns: Sequence[str] = ()) -> Export:
    """Have the file made in the background; one that is being made already is not begun again."""
    actor.require(Permission.ORGANIZATIONS_SEE)
    wanted: dict[str, Any] = {"format": format_name, "asked": selection.asked.narrowing}
    wanted |= {"group_ids": _groups_of(actor), "columns": list(columns) or None}
    with transaction.atomic():
        made = Export.objects.permitted(actor).filter(**wanted, state__in=UNFINISHED).first()
        if made is None:
            made = Export.objects.create(reseller=actor.reseller, membership=actor.membership, **wanted)
            enqueue(MAKE, reseller_id=actor.reseller.pk, object_id=made.pk)
    return made


def _groups_of(actor: Actor) -> list[int] | None:
    return None if actor.group_ids is None else sorted(actor.group_ids)
