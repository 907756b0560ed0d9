"""Reading the tenants from Partner Center: what keeping them costs beside asking for the pages alone."""

import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, Final

import requests

from benchmarks import place, report
from benchmarks.figures import paired_ratio
from benchmarks.ours import acting
from cloudbroker.embedded import Cluster

ROUNDS: Final = 5
EMPTIED: Final = "csp_link_tenant, csp_link_sync, csp_link_stagedtenant, csp_link_assessment, events_event"


def measure(cluster: Cluster, count: int) -> dict[str, float]:
    with _stand_in(count) as microsoft:
        _connect()
        seconds: dict[str, list[float]] = defaultdict(list)
        for _round in range(ROUNDS):
            _empty(cluster)
            began = time.perf_counter()
            pages = _read_pages_alone()
            seconds["pages alone"].append(time.perf_counter() - began)
            asked = microsoft.count()
            seconds["sync"].append(_sync(count))
            asked = microsoft.count() - asked
    _tell(seconds, count, pages)
    return {"sync requests": asked / pages, "sync": paired_ratio(seconds, "sync", "pages alone")}


def _tell(seconds: dict[str, list[float]], count: int, pages: int) -> None:
    report.say(f"\nReading {count:,} tenants in {pages} pages from the stand-in, {ROUNDS} rounds, medians")
    for name, values in seconds.items():
        report.say(f"  {name:24} {median(values):8.2f} s")


class Microsoft:
    def __init__(self, url: str) -> None:
        self.url = url

    def count(self) -> int:
        """Lists of customers that were asked for."""
        entries = requests.get(f"{self.url}/control/requests", timeout=10).json()
        return sum(entry["operation"] == "customers" for entry in entries)


@contextmanager
def _stand_in(count: int) -> Iterator[Microsoft]:
    from django.conf import settings

    argv = [sys.executable, "-m", "csp_link.fake", "--customers", str(count)]
    with subprocess.Popen(argv, cwd=place.ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            settings.PARTNER_CENTER_FAKE = process.stdout.readline().strip()
            yield Microsoft(settings.PARTNER_CENTER_FAKE)
        finally:
            process.kill()


def _connect() -> None:
    from csp_link.clouds import Cloud
    from csp_link.connecting import Wanted, set_connection
    from csp_link.fake.partners import NORTHWIND
    from csp_link.models import CredentialKind, Mode

    with acting() as actor:
        ids = uuid.UUID(NORTHWIND.id), uuid.UUID(NORTHWIND.app_id)
        set_connection(actor, Wanted(Cloud.COMMERCIAL, *ids, Mode.APP_ONLY, CredentialKind.SECRET, NORTHWIND.secret))


def _read_pages_alone() -> int:
    """With the token in hand already from the second time on, as a sync has it."""
    from csp_link.client import PartnerCenter
    from csp_link.models import Connection

    with acting():
        connection = Connection.objects.get()
    pages, following = 0, None
    with PartnerCenter(connection) as center:
        while following != "":
            following = center.get_page(following or "").following
            pages += 1
    return pages


def _sync(count: int) -> float:
    from csp_link.models import Sync
    from csp_link.syncing import refresh
    from csp_link.tasks import read

    began = time.perf_counter()
    with acting() as actor:
        sync = refresh(actor)
    while (now := _now(Sync, sync)).state in ("queued", "running"):
        read(sync.reseller_id, sync.pk)
    seconds = time.perf_counter() - began
    if (now.state, now.found) != ("done", count):
        raise RuntimeError(f"The reading is {now.state} with {now.found} of {count} tenants: {now.trouble}.")
    return seconds


def _now(model: Any, job: Any) -> Any:
    with acting():
        return model.objects.get(pk=job.pk)


def _empty(cluster: Cluster) -> None:
    with place.owner_of(cluster) as owner:
        owner.execute(f"TRUNCATE {EMPTIED} CASCADE".encode())
        owner.execute("DELETE FROM jobs_job")
        owner.execute("UPDATE csp_link_connection SET paced_until = now()")
