"""Doing jobs: queue one, take it in short turns, and bring back those that somebody dropped.

A turn's steps are transactions of their own that lock the job's row, so that of two workers on one job one waits, finds
the place moved, and stops. Killed at any moment, a job goes on from its last committed step.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone
from structlog.contextvars import bind_contextvars

from accounts.tenancy import acting_for
from jobs.absence import Absence
from jobs.models import Job
from jobs.outages import is_outage

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=15)
TURN = 45.0  # seconds a task works before it lets others in
MOST_FAILURES = 5
broker_is_away = Absence(seconds=5.0)


class Dropped(Exception):
    """The job is gone or somebody else has moved it on: stop without a word."""


class Turn:
    """One worker's turn at one job."""

    def __init__(self, reseller_id: int, task: str, object_id: int) -> None:
        self.reseller_id, self.task, self.object_id = reseller_id, task, object_id
        self._ends = time.monotonic() + TURN
        self.is_finished = False
        self.rests_until: datetime | None = None

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._ends

    @contextmanager
    def step(self, *, gets_on: bool = True) -> Iterator[None]:
        """A transaction of the reseller that holds the job; what it writes and the job's place commit together.

        One that only looks around does not get on, and so forgives no failure.
        """
        with acting_for(self.reseller_id):
            job = Job.objects.select_for_update().filter(task=self.task, object_id=self.object_id).first()
            if job is None:
                raise Dropped
            yield
            if self.is_finished:
                job.delete()
            else:
                job.due_at = self.rests_until or timezone.now() + STALE_AFTER
                job.failures = 0 if gets_on else job.failures
                job.save(update_fields=["due_at", "failures"])

    def finish(self) -> None:
        """To be called inside the last step."""
        self.is_finished = True

    def rest(self, until: datetime) -> None:
        """To be called inside the last step of a turn that has to wait: nobody takes the job up before then."""
        self.rests_until = until


def enqueue(task: str, *, reseller_id: int, object_id: int) -> None:
    """Note the work and send it when the transaction has committed; asked for twice, it is noted once."""
    Job.objects.get_or_create(
        task=task,
        object_id=object_id,
        defaults={"reseller_id": reseller_id, "due_at": timezone.now() + STALE_AFTER},
    )
    transaction.on_commit(partial(_send, task, reseller_id, object_id), robust=True)


def take_turn(
    task: str, reseller_id: int, object_id: int, *, work: Callable[[Turn], None], give_up: Callable[[Turn], None]
) -> None:
    """Let `work` go on until it is finished or its turn is over; after repeated errors, `give_up` says so instead."""
    bind_contextvars(reseller=reseller_id, task=task, job=object_id)
    turn = Turn(reseller_id, task, object_id)
    try:
        work(turn)
    except Dropped:
        return
    except Exception as error:
        logger.exception("Job %s %s failed.", task, object_id)
        if is_outage(error) or _failures(turn) < MOST_FAILURES:
            return  # the sweep brings it back
        with turn.step():
            give_up(turn)
            turn.finish()
    if not turn.is_finished and turn.rests_until is None:
        _send(task, reseller_id, object_id)


def sweep() -> int:
    """Send every job again that nobody has moved for a while; returns how many."""
    with transaction.atomic():
        stale = list(Job.objects.select_for_update(skip_locked=True).filter(due_at__lt=timezone.now())[:1000])
        Job.objects.filter(pk__in=[job.pk for job in stale]).update(due_at=timezone.now() + STALE_AFTER)
    for job in stale:
        _send(job.task, job.reseller_id, job.object_id)
    return len(stale)


def _failures(turn: Turn) -> int:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(task=turn.task, object_id=turn.object_id).first()
        if job is None:
            return 0
        job.failures += 1
        job.save(update_fields=["failures"])
        return job.failures


def _send(task: str, reseller_id: int, object_id: int) -> None:
    """Wake a worker up. A broker that can't be reached is no fault of the caller's: the sweep sends the job again."""
    if broker_is_away:
        return
    try:
        current_app.send_task(task, args=[reseller_id, object_id], retry=False)
    except Exception:  # each transport raises errors of its own
        broker_is_away.note()
        logger.warning("The broker does not answer; %s %s waits for the sweep.", task, object_id, exc_info=True)
