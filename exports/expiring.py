"""The end of exports: after a day, and at once where they may hold a customer who is erased."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Reseller
from accounts.roles import Permission
from accounts.tenancy import acting_for
from exports import files
from exports.models import KEPT_FOR, UNFINISHED, Export, State


def sweep() -> int:
    """Let old exports expire, and delete every file that no export has any use for; returns how many."""
    return sum(_sweep(reseller) for reseller in Reseller.objects.all())


def _sweep(reseller: Reseller) -> int:
    lying = list(files.folder_of(reseller).glob("*"))
    with acting_for(reseller.pk):
        exports = Export.objects.filter(reseller=reseller)
        exports.filter(state=State.DONE, finished_at__lt=timezone.now() - KEPT_FOR).update(state=State.EXPIRED)
        used = {str(pk): state for pk, state in exports.filter(state__in=_USING).values_list("public_id", "state")}
        unused = [path for path in lying if not _is_used(path, used)]
        for path in unused:
            path.unlink(missing_ok=True)
    return len(unused)


_USING = (*UNFINISHED, State.DONE)


def _is_used(path: Path, used: dict[str, str]) -> bool:
    """A finished export uses its file and nothing else of that name."""
    state = used.get(path.name.partition(".")[0])
    return state is not None and (state != State.DONE or path.suffix not in (".rows", ".part"))


def forget_exports(actor: Actor) -> None:
    """Expire every export of the reseller, and begin those anew that are being made: any may hold the customer.

    They can be made again in a minute, while looking for one customer in all of them would take longer.
    """
    actor.require(Permission.ORGANIZATIONS_ARCHIVE)
    mine = Export.objects.filter(reseller=actor.reseller)
    finished = list(mine.filter(state=State.DONE).select_related("reseller"))
    mine.filter(state=State.DONE).update(state=State.EXPIRED)
    begun = {"state": State.GATHERING, "total": None, "place": 0, "gathered": 0, "spooled": 0, "written": 0}
    mine.filter(state__in=UNFINISHED).update(**begun)
    transaction.on_commit(partial(_discard, finished))


def _discard(exports: Iterable[Export]) -> None:
    for export in exports:
        files.discard(export)
