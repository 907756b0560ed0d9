"""Organizations for an export, batch after batch by key, so that each comes once however many there are."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Prefetch

from accounts.actors import Actor
from exports.formats import Format
from groups.access import get_groups
from organizations.fields import NAMES
from organizations.models import Organization, OrganizationQuerySet

BATCH: Final = 2_000
BESIDE: Final = ("source", "created_at", "updated_at")  # what only a file with the columns of a list has


def read_batch(actor: Actor, found: OrganizationQuerySet, *, after: int) -> list[Organization]:
    """The next organizations, with the groups that the actor sees and their tenants; three queries."""
    rows = found.filter(pk__gt=after).order_by("pk").only("public_id", *NAMES, *BESIDE)
    return list(rows.prefetch_related(Prefetch("groups", get_groups(actor)), "tenants")[:BATCH])


def read_rows(actor: Actor, found: OrganizationQuerySet, made: Format) -> Iterator[list[Any]]:
    after, batch = 0, read_batch(actor, found, after=0)
    while batch:
        yield from map(made.row, batch)
        after = batch[-1].pk
        batch = read_batch(actor, found, after=after) if len(batch) == BATCH else []
