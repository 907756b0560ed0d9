"""The sweep, as Celery's schedule calls it."""

from celery import shared_task

from jobs import work


@shared_task(name="jobs.sweep", expires=60)
def sweep() -> int:
    return work.sweep()
