"""Numbers for Prometheus: requests as this web server counted them, and the work that waits in the database."""

import os
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cloudbroker import stock
from jobs.tasks import SWEPT_AT

# The folder in which the processes of one web server count together; serving.py sets it.
MANY: Final = "PROMETHEUS_MULTIPROC_DIR"
REQUESTS: Final = Histogram(
    "cloudbroker_request_seconds",
    "How long requests took to answer.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
WAITING: Final = """
SELECT count(*),
       count(*) FILTER (WHERE due_at < now() - interval '1 minute' OR created_at < now() - interval '30 minutes'),
       count(*) FILTER (WHERE failures > 0 OR unended > 1),
       coalesce(extract(epoch FROM now() - min(created_at)), 0)
FROM jobs_job
"""
GAUGES: Final = (
    ("cloudbroker_jobs", "Jobs that are not finished."),
    ("cloudbroker_jobs_stuck", "Jobs that nobody has looked after for a minute, or that are half an hour old."),
    ("cloudbroker_jobs_failing", "Jobs whose last run ended in an error of ours or was killed."),
    ("cloudbroker_job_oldest_seconds", "The age of the oldest job."),
)


BY_TASK: Final = "SELECT task, count(*) FROM jobs_job GROUP BY task ORDER BY task"
# How things stand, as a worker counted last (see stock.py): name, what it says, the label, and whether it only grows.
STOCK: Final = {
    "imports": ("cloudbroker_imports", "Imports that have not ended.", "state", False),
    "import_rows": ("cloudbroker_import_rows", "Rows of all imports so far, by what became of them.", "result", True),
    "connections": ("cloudbroker_connections", "Connections to Partner Center, by health.", "health", False),
    "webhooks": ("cloudbroker_webhooks", "Webhooks, by state.", "state", False),
    "deliveries": ("cloudbroker_webhook_messages", "Messages of webhooks that wait to be sent.", "state", False),
}


class Work(Collector):
    """What waits, asked of the database whenever somebody wants to know."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            for (name, says), value in zip(GAUGES, cursor.fetchone(), strict=True):
                yield GaugeMetricFamily(name, says, value=float(value))
            cursor.execute(BY_TASK)
            queue = GaugeMetricFamily("cloudbroker_queue", "Jobs that are not finished, by task.", labels=["task"])
            for task, count in cursor.fetchall():
                queue.add_metric([task], count)
            yield queue
        if swept_at := cache.get(SWEPT_AT):
            age = time.time() - swept_at
            yield GaugeMetricFamily(
                "cloudbroker_sweep_age_seconds",
                "Since when beat, broker, a worker and the database have not done the sweep together.",
                value=age,
            )


class Stock(Collector):
    """How things stand; nothing before it was counted for the first time."""

    def collect(self) -> Iterator[Metric]:
        found = cache.get(stock.KEY)
        if not found:
            return
        for key, (name, says, label, grows) in STOCK.items():
            kind = CounterMetricFamily if grows else GaugeMetricFamily
            family = kind(name, says, labels=[label])
            for value, count in found[key].items():
                family.add_metric([value], count)
            yield family
        late = "How long the oldest message of a webhook that is on has been waiting."
        yield GaugeMetricFamily("cloudbroker_webhook_oldest_seconds", late, value=found["late"])
        age = "Since when nobody has counted how things stand."
        yield GaugeMetricFamily("cloudbroker_stock_age_seconds", age, value=time.time() - found["at"])


def metrics_text() -> bytes:
    registry = CollectorRegistry()
    registry.register(Work())
    registry.register(Stock())
    if MANY in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
    return generate_latest(registry)


def may_read(request: HttpRequest) -> bool:
    """With the token where there is one; else from a private address and not through the proxy."""
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and is_private(request.META.get("REMOTE_ADDR", ""))


def is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
