"""`python -m benchmarks.sizes`: what a million organizations take on the disk and an import in processor time.

The figures that docs/scale.md quotes, per million organizations, from tables filled on a private PostgreSQL.
"""

import argparse
import os
import resource
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from benchmarks import many, ours, place, report, rows
from cloudbroker.embedded import Cluster

MILLION: Final = 1_000_000
RELATIONS: Final = """
SELECT t.relname, i.relname, pg_relation_size(i.oid) FROM pg_class t
JOIN LATERAL (
    SELECT t.oid, 'rows' AS relname UNION ALL
    SELECT indexrelid, indexrelid::regclass::name FROM pg_index WHERE indrelid = t.oid UNION ALL
    SELECT t.reltoastrelid, 'long values' WHERE t.reltoastrelid <> 0
) AS i ON true
WHERE t.relname = ANY(%s) ORDER BY t.relname, i.relname <> 'rows', i.relname
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizes", description=__doc__)
    parser.add_argument("--organizations", type=int, default=200_000)
    parser.add_argument("--imported", type=int, default=100_000)
    options = parser.parse_args()
    with place.measured_in() as cluster:
        _disk(cluster, options.organizations)
        _imports(cluster, options.imported)
        _pages(cluster)


def _disk(cluster: Cluster, count: int) -> None:
    from accounts.models import Reseller
    from accounts.tenancy import acting_for
    from groups.models import Group

    reseller = Reseller.objects.get()
    with acting_for(reseller.pk):
        group = Group.objects.create(reseller=reseller, name="Everybody")
    with place.owner_of(cluster) as owner:
        many.fill_organizations(owner, reseller.pk, count)  # row by row, as indexes grow in life
        many.fill_group(owner, reseller.pk, group.pk, "true")
        many.fill_events(owner, reseller.pk, uuid.uuid4(), uuid.uuid4())
        many.settle(owner)
    _tell_sizes(cluster, count)


def _tell_sizes(cluster: Cluster, count: int) -> None:
    report.say(f"\nMB per million, after VACUUM, from {count:,}")
    with place.owner_of(cluster) as owner:
        found: Any = owner.execute(RELATIONS.encode(), [list(place.TABLES)]).fetchall()
    for table in place.TABLES:
        parts = [(name, size * MILLION / count / 1e6) for owner_table, name, size in found if owner_table == table]
        report.say(f"  {table:32} {sum(size for _, size in parts):8.0f}")
        for name, size in parts:
            report.say(f"    {name:30} {size:8.0f}")


def _imports(cluster: Cluster, count: int) -> None:
    """Of new rows, and of the same again when nothing is left to change."""
    path = cluster.home / "sizes.csv"
    rows.WRITERS["csv"](path, count, 1)
    place.emptied(cluster)
    _import(cluster, path, count, again=False)
    _tell_sizes(cluster, count)
    _import(cluster, path, count, again=True)


def _import(cluster: Cluster, path: Path, count: int, *, again: bool) -> None:
    """Through the steps of a worker, in this process; what PostgreSQL computes is told apart."""
    with _computed(cluster) as seconds, patch("jobs.work.SHARE", ours.GIVE_UP_AFTER):  # mails wait that nobody sends
        ours.import_file(path, ours.work_here, again=again)
    report.say(f"\nAn import of {count:,} rows{' again' if again else ''}, CPU-seconds per 100,000")
    for name, value in seconds.items():
        report.say(f"  {name:32} {value * 100_000 / count:8.2f}")


def _pages(cluster: Cluster, times: int = 200) -> None:
    from benchmarks.lists import LIST, signed_in

    client = signed_in()
    with _computed(cluster) as seconds:
        for _time in range(times):
            client.get(LIST)
    report.say("\nA page of the list of organizations, CPU-milliseconds")
    for name, value in seconds.items():
        report.say(f"  {name:32} {value * 1000 / times:8.2f}")
    report.say(f"\nMost memory of the process that did all this: {ours.peak_megabytes(os.getpid()):.0f} MB")


@contextmanager
def _computed(cluster: Cluster) -> Iterator[dict[str, float]]:
    """CPU-seconds of the portal's processes and of PostgreSQL meanwhile."""
    found: dict[str, float] = {}
    ours_before, theirs_before, began = _own_seconds(), _seconds_of(cluster), time.perf_counter()
    yield found
    found |= {
        "the portal": _own_seconds() - ours_before,
        "PostgreSQL": _seconds_of(cluster) - theirs_before,
        "on the clock": time.perf_counter() - began,
    }


def _own_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _seconds_of(cluster: Cluster) -> float:
    """Of the server and its children, the ones that have ended included."""
    server, parents = cluster.server_pid(), ours.parents_of_all()
    pids = [pid for pid, parent in parents.items() if server in (pid, parent)]
    return sum(_ticks(pid, is_parent=pid == server) for pid in pids) / 100


def _ticks(pid: int, *, is_parent: bool) -> int:
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, parts[11 : 15 if is_parent else 13]))


if __name__ == "__main__":
    main()
