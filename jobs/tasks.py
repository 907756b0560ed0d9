"""The sweep, as Celery's schedule calls it."""

import time
from typing import Final

from celery import shared_task
from django.core.cache import cache

from jobs import work

# Where the cache keeps the time of the last sweep: the sign that beat, broker, workers and database work together.
SWEPT_AT: Final = "jobs.swept_at"


@shared_task(name="jobs.sweep", expires=60)
def sweep() -> int:
    sent = work.sweep()
    cache.set(SWEPT_AT, time.time(), timeout=24 * 60 * 60)
    return sent
