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
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

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
       count(*) FILTER (WHERE failures > 0),
       coalesce(extract(epoch FROM now() - min(created_at)), 0)
FROM jobs_job
"""
GAUGES: Final = (
    ("cloudbroker_jobs", "Jobs that are not finished."),
    ("cloudbroker_jobs_stuck", "Jobs that nobody has looked after for a minute, or that are half an hour old."),
    ("cloudbroker_jobs_failing", "Jobs whose last run ended in an error of ours."),
    ("cloudbroker_job_oldest_seconds", "The age of the oldest job."),
)


class Work(Collector):
    """What waits, asked of the database whenever somebody wants to know."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            for (name, says), value in zip(GAUGES, cursor.fetchone(), strict=True):
                yield GaugeMetricFamily(name, says, value=float(value))
        if swept_at := cache.get(SWEPT_AT):
            age = time.time() - swept_at
            yield GaugeMetricFamily(
                "cloudbroker_sweep_age_seconds",
                "Since when beat, broker, a worker and the database have not done the sweep together.",
                value=age,
            )


def metrics_text() -> bytes:
    registry = CollectorRegistry()
    registry.register(Work())
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
