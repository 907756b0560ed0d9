"""Doing jobs: queue one, take it in short turns, and bring back those that somebody dropped.

A turn's steps are transactions of their own that lock the job's row, so that of two workers on one job one waits, finds
the place moved, and stops. Killed at any moment, a job goes on from its last committed step.

A job that waits says since when, and its message says the same: one that comes twice finds nothing to take. Turns are
long while nobody waits, and short while somebody does.

A turn counts as unended from its beginning until it gets on or ends in whatever way: a job that kills its worker each
time is known by that, and is given up like one that keeps failing.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from celery import current_app, current_task
from django.db import Error, connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now
from structlog.contextvars import bind_contextvars

from accounts.tenancy import acting_for
from jobs.absence import Absence
from jobs.clock import now
from jobs.models import Job
from jobs.outages import is_outage

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=15)
TURN = 45.0  # seconds a task works at most before it lets others in
SHARE = 2.0  # … when a job waits; the jobs of one reseller have this together when another's waits
PATIENCE = timedelta(seconds=0.5)  # before that it doesn't count as waiting: a worker may be idle
MOST_FAILURES = 5
SINCE = "waits_since"  # the header of a message
broker_is_away = Absence(seconds=5.0)


class Dropped(Exception):
    """The job is gone or somebody else has moved it on: stop without a word."""


class Turn:
    """One worker's turn at one job."""

    def __init__(self, reseller_id: int, task: str, object_id: int) -> None:
        self.reseller_id, self.task, self.object_id = reseller_id, task, object_id
        self._began = time.monotonic()
        self._got_going: float | None = None
        self._ends = self._began + TURN
        self._gets_on = False
        self.is_finished = False
        self.rests_until: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether to let others in. Nobody does who has spent more time on getting ready than on getting on."""
        if self._got_going is None or time.monotonic() > self._ends:
            return time.monotonic() > self._ends
        worked = time.monotonic() - self._got_going
        return worked >= self._got_going - self._began and worked >= self._share()

    def _share(self) -> float:
        """How long this turn may be as things stand; who waits is asked for whenever somebody wants to know."""
        waiting = Job.objects.filter(waits_since__lt=Now() - PATIENCE)
        found = waiting.aggregate(all=Count("pk"), own=Count("pk", filter=Q(reseller_id=self.reseller_id)))
        if not found["all"]:
            return TURN
        return SHARE if found["all"] == found["own"] else SHARE / (found["own"] + 1)

    @property
    def got_on(self) -> bool:
        """Whether a step of this turn has got on."""
        return self._got_going is not None

    @contextmanager
    def step(self, *, gets_on: bool = True, is_durable: bool = True) -> Iterator[None]:
        """A transaction of the reseller that holds the job; what it writes and the job's place commit together.

        One that only looks around does not get on, and so forgives no failure. Nobody waits until one that is not
        durable is on the disk: a power cut may take it back, and the job's place with it, so that it is done again. The
        next durable one makes it so; the last one of a job always is, as others are told of its end.
        """
        self._gets_on = gets_on
        with acting_for(self.reseller_id):
            if not is_durable:
                _wait_for_the_disk("off")
            job = _jobs(self).select_for_update().first()
            if job is None:
                raise Dropped
            yield
            if self.is_finished:
                job.delete()
                if not is_durable:
                    _wait_for_the_disk("DEFAULT")
            else:
                job.due_at = self.rests_until or Now() + STALE_AFTER
                if self._gets_on:
                    job.failures = job.unended = 0
                job.save(update_fields=["due_at", "failures", "unended"])
        if self._gets_on and self._got_going is None:
            self._got_going = time.monotonic()

    def finish(self) -> None:
        """To be called inside the last step."""
        self.is_finished = True

    def stand_still(self) -> None:
        """To be called inside a step that turned out to only look around."""
        self._gets_on = False

    def rest(self, until: datetime) -> None:
        """To be called inside the last step of a turn that has to wait: nobody takes the job up before then."""
        self.rests_until = until


def enqueue(task: str, *, reseller_id: int, object_id: int) -> None:
    """Note the work and send it when the transaction has committed; asked for twice, it is noted once."""
    since = now()
    job, is_new = Job.objects.get_or_create(
        task=task,
        object_id=object_id,
        defaults={"reseller_id": reseller_id, "due_at": since + STALE_AFTER, "waits_since": since},
    )
    transaction.on_commit(partial(_send, job, since if is_new else None), robust=True)


def take_turn(
    task: str, reseller_id: int, object_id: int, *, work: Callable[[Turn], None], give_up: Callable[[Turn], None]
) -> None:
    """Let `work` go on until it is finished or its turn is over; after repeated errors or deaths `give_up` says so."""
    bind_contextvars(reseller=reseller_id, task=task, job=object_id)
    turn = Turn(reseller_id, task, object_id)
    try:
        if not _begin(turn):
            return
        if _jobs(turn).filter(unended__gt=MOST_FAILURES).exists():
            logger.error("Job %s %s was begun %s times and never ended.", task, object_id, MOST_FAILURES)
            _end(turn, give_up)
            return
        with _ended(turn):
            work(turn)
    except Dropped:
        return
    except Exception as error:
        logger.exception("Job %s %s failed.", task, object_id)
        if is_outage(error) or _failures(turn) < MOST_FAILURES:
            return  # the sweep brings it back
        _end(turn, give_up)
    if not turn.is_finished and turn.rests_until is None:
        _get_in_line(turn)


def sweep() -> int:
    """Send every job again that nobody has moved for a while; returns how many."""
    with transaction.atomic():
        stale = list(Job.objects.select_for_update(skip_locked=True).filter(due_at__lt=Now())[:1000])
        jobs = Job.objects.filter(pk__in=[job.pk for job in stale])
        jobs.update(due_at=Now() + STALE_AFTER, waits_since=Coalesce(F("waits_since"), Now()))
        waiting = list(jobs)
    for job in waiting:
        _send(job, job.waits_since)
    return len(waiting)


def _begin(turn: Turn) -> bool:
    """Whether the message that brought us here is the one for which the job waits, or one that nobody stamped."""
    since = current_task.request.get(SINCE) if current_task else None
    jobs = _jobs(turn) if since is None else _jobs(turn).filter(waits_since=datetime.fromisoformat(since))
    return jobs.update(waits_since=None, unended=F("unended") + 1) == 1


@contextmanager
def _ended(turn: Turn) -> Iterator[None]:
    """Whatever end the work comes to, it is one; a worker that is killed, or can't reach the database, notes none."""
    try:
        yield
    finally:
        if not turn.got_on and not _note_end(turn):
            connection.close()  # which the work has lost: there may be another
            _note_end(turn)


def _note_end(turn: Turn) -> bool:
    """False where the database does not answer."""
    try:
        _jobs(turn).update(unended=Greatest(F("unended") - 1, 0))
    except Error as error:
        if not is_outage(error):
            raise
        return False
    return True


def _end(turn: Turn, give_up: Callable[[Turn], None]) -> None:
    with turn.step():
        give_up(turn)
        turn.finish()


def _get_in_line(turn: Turn) -> None:
    """Behind those who wait already. A database that has just gone away leaves it to the sweep."""
    try:
        since = now()
        _jobs(turn).update(due_at=since + STALE_AFTER, waits_since=since)
    except Error as error:
        if not is_outage(error):
            raise
        return
    _send(Job(task=turn.task, reseller_id=turn.reseller_id, object_id=turn.object_id), since)


def _wait_for_the_disk(how: str) -> None:
    """Whether the transaction's commit does."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = {how}")


def _jobs(turn: Turn) -> "QuerySet[Job]":
    return Job.objects.filter(task=turn.task, object_id=turn.object_id)


def _failures(turn: Turn) -> int:
    with transaction.atomic():
        job = _jobs(turn).select_for_update().first()
        if job is None:
            return 0
        job.failures += 1
        job.save(update_fields=["failures"])
        return job.failures


def _send(job: Job, since: datetime | None) -> None:
    """Wake a worker up. A broker that can't be reached is no fault of the caller's: the sweep sends the job again."""
    if broker_is_away:
        return
    stamp = {"headers": {SINCE: since.isoformat()}} if since else {}
    try:
        current_app.send_task(job.task, args=[job.reseller_id, job.object_id], retry=False, **stamp)
    except Exception:  # each transport raises errors of its own
        broker_is_away.note()
        logger.warning("The broker does not answer; %s %s waits for the sweep.", job.task, job.object_id, exc_info=True)
