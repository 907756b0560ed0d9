"""The same finished rows written without any of our promises: COPY, the floor under every import, and bulk_create."""

import time
from typing import Any

from benchmarks.place import owner_of
from cloudbroker.embedded import Cluster

Record = tuple[Any, ...]


def finished_rows() -> tuple[list[str], list[Record]]:
    """What an import has just made of a file: columns and typed values, without the primary key."""
    from django.db import connection

    from accounts.models import Reseller
    from accounts.tenancy import acting_for

    with acting_for(Reseller.objects.get().pk), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organizations_organization ORDER BY id")
        names = [column.name for column in cursor.description or ()]
        key = names.index("id")
        rows = [row[:key] + row[key + 1 :] for row in cursor.fetchall()]
    return names[:key] + names[key + 1 :], rows


def copy_seconds(cluster: Cluster, names: list[str], rows: list[Record]) -> float:
    """As the owner, whom no policy holds up, in one transaction."""
    with owner_of(cluster) as owner:
        began = time.perf_counter()
        with (
            owner.transaction(),
            owner.cursor().copy(f"COPY organizations_organization ({', '.join(names)}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - began


def bulk_create_seconds(names: list[str], rows: list[Record]) -> float:
    """As anybody would with Django: the same values, two thousand at a time, without memberships and events."""
    from accounts.models import Reseller
    from accounts.tenancy import acting_for
    from organizations.models import Organization

    with acting_for(Reseller.objects.get().pk):
        began = time.perf_counter()
        made = (Organization(**dict(zip(names, row, strict=True))) for row in rows)
        Organization.objects.bulk_create(made, batch_size=2_000)
        return time.perf_counter() - began


def events_seconds(cluster: Cluster) -> float:
    """What writing one event for each organization costs by itself."""
    with owner_of(cluster) as owner:
        began = time.perf_counter()
        owner.execute(
            "INSERT INTO events_event (reseller_id, kind, subject_id, actor_label, details, at)"
            " SELECT reseller_id, 'organization.created', public_id, 'somebody', '{\"source\": \"import\"}', now()"
            " FROM organizations_organization"
        )
        return time.perf_counter() - began
