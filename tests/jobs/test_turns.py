"""Turns are shared out: whose message counts, when a turn makes room for others, and by whose clock all that goes."""

import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery.app.trace import build_tracer
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cloudbroker.celery import app
from jobs import work
from jobs.clock import now
from jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "tests.count"
HOURS_OFF = timedelta(hours=3)


@pytest.fixture
def sent(monkeypatch):
    """What was sent, and went no further: the arguments and the headers of each message."""
    found = []
    monkeypatch.setattr(
        work.current_app, "send_task", lambda task, args, headers=None, **_: found.append((args, headers or {}))
    )
    return found


class Counter:
    """A job of `steps` steps, which takes its time over each and counts what it has done."""

    def __init__(self, cast):
        self.cast, self.steps, self.slow, self.fast = cast, 4, 0.0, 0.0
        self.done, self.turns, self.finished = 0, 0, False
        app.task(name=TASK)(self.take)

    def take(self, reseller_id, object_id):
        work.take_turn(TASK, reseller_id, object_id, work=self.work, give_up=lambda turn: None)

    def work(self, turn):
        self.turns += 1
        time.sleep(self.slow)
        while not turn.is_finished:
            with turn.step():
                time.sleep(self.fast)
                self.done += 1
                if self.done == self.steps:
                    turn.finish()
            if turn.is_over:
                return

    def enqueue(self):
        work.enqueue(TASK, reseller_id=self.cast.northwind.pk, object_id=1)

    def hear(self, message):
        """A message arrives, as Celery hands it to the task."""
        args, headers = message
        task = app.tasks[TASK]
        build_tracer(TASK, task, app=app)("a-message", args, {}, request=headers | {"args": args, "kwargs": {}})


@pytest.fixture
def counter(cast, sent):
    yield Counter(cast)
    app.tasks.pop(TASK, None)


def others(reseller, count=1, **values):
    """Jobs that have waited for a while."""
    for number in range(count):
        given = {"task": "tests.other", "due_at": timezone.now() + timedelta(hours=1)}
        given |= {"waits_since": timezone.now() - timedelta(seconds=5)} | values
        Job.objects.create(reseller=reseller, object_id=number, **given)


def test_a_message_that_comes_twice_is_taken_once(counter, sent, monkeypatch):
    monkeypatch.setattr(work, "TURN", -1.0)
    counter.enqueue()
    (first,) = sent
    counter.hear(first)
    counter.hear(first)
    assert (counter.turns, counter.done) == (1, 1), "the job has moved on, and waits for another message"
    assert len(sent) == 2
    counter.hear(sent[1])
    assert (counter.turns, counter.done) == (2, 2)


def test_a_job_that_is_swept_while_its_message_waits_keeps_its_place_and_goes_on_once(counter, sent):
    counter.enqueue()
    Job.objects.update(due_at=timezone.now())
    assert work.sweep() == 1
    assert sent[0] == sent[1]
    counter.hear(sent[0])
    counter.hear(sent[1])
    assert (counter.turns, counter.done, Job.objects.count()) == (1, 4, 0)


def test_a_job_whose_worker_was_killed_is_swept_and_its_old_message_counts_no_more(counter, sent):
    counter.enqueue()
    Job.objects.update(waits_since=None, due_at=timezone.now())  # as a worker leaves it that was killed at once
    counter.hear(sent[0])
    assert counter.turns == 0
    assert work.sweep() == 1
    counter.hear(sent[1])
    assert (counter.done, Job.objects.count()) == (4, 0)


def test_turns_that_end_without_getting_on_are_no_deaths(counter, sent, monkeypatch):
    """One that finds nothing to do, one that was dropped, and one that met an outage."""

    def look_around(turn):
        with turn.step(gets_on=False):
            pass

    def drop(turn):
        raise work.Dropped

    def meet_an_outage(turn):
        raise OperationalError

    counter.enqueue()
    for end in (look_around, drop, meet_an_outage) * work.MOST_FAILURES:
        monkeypatch.setattr(counter, "work", end)
        counter.take(counter.cast.northwind.pk, 1)
        assert Job.objects.get().unended == 0


def test_a_job_whose_turns_never_end_is_given_up_and_one_that_gets_on_is_forgiven(counter, sent):
    counter.enqueue()
    Job.objects.update(unended=work.MOST_FAILURES - 1)
    counter.steps = 5
    counter.hear(sent[0])
    assert (counter.done, Job.objects.count()) == (5, 0)
    counter.enqueue()
    Job.objects.update(unended=work.MOST_FAILURES)
    counter.hear(sent[-1])
    assert (counter.turns, Job.objects.count()) == (1, 0)


def test_only_a_step_that_may_be_done_again_commits_without_waiting_for_the_disk(counter, sent):
    counter.enqueue()
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # which tests do without
    for is_durable in (True, False, True):
        with work.Turn(counter.cast.northwind.pk, TASK, 1).step(is_durable=is_durable), connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            found += cursor.fetchone()
    assert found == ["on", "off", "on"]


def test_the_step_that_finishes_a_job_waits_for_the_disk(counter, sent):
    counter.enqueue()
    turn = work.Turn(counter.cast.northwind.pk, TASK, 1)
    with CaptureQueriesContext(connection) as asked, turn.step(is_durable=False):
        turn.finish()
    told = [query["sql"] for query in asked if "synchronous_commit" in query["sql"]]
    assert told == ["SET LOCAL synchronous_commit = off", "SET LOCAL synchronous_commit = DEFAULT"]
    assert not Job.objects.exists()


def test_a_message_that_nobody_stamped_counts(counter, sent):
    """Sent by the version before this one, or for a job that somebody asked for again."""
    counter.enqueue()
    counter.enqueue()
    assert sent[1][1] == {}
    counter.hear(sent[1])
    assert counter.done == 4


def test_a_turn_goes_on_while_nobody_waits_and_ends_when_somebody_does(counter, sent, cast, monkeypatch):
    monkeypatch.setattr(work, "SHARE", 0.0)
    others(cast.fabrikam, waits_since=None)
    others(cast.northwind, waits_since=timezone.now() + timedelta(seconds=5), task="tests.just_sent")
    counter.enqueue()
    counter.hear(sent[0])
    assert (counter.turns, counter.done) == (1, 4), "one is at work and one was sent a moment ago: nobody waits"
    Job.objects.all().delete()
    others(cast.fabrikam)
    counter.done, counter.steps = 0, 100
    counter.enqueue()
    counter.hear(sent[-1])
    assert counter.turns == 2 and 0 < counter.done < 10
    assert Job.objects.get(task=TASK).waits_since is not None


def test_the_jobs_of_one_reseller_have_one_share_together(counter, sent, cast, monkeypatch):
    """Ten files of one reseller keep another's waiting for no longer than one file does."""
    monkeypatch.setattr(work, "SHARE", 1.0)
    turn = work.Turn(cast.northwind.pk, TASK, 1)
    assert turn._share() == work.TURN
    others(cast.northwind, 9)
    assert turn._share() == 1.0, "among themselves they take turns of full length"
    others(cast.fabrikam, task="tests.fabrikams")
    assert turn._share() == pytest.approx(0.1)


def test_whoever_takes_long_to_get_ready_may_work_for_as_long(counter, sent, cast, monkeypatch):
    """A large workbook is opened anew in every turn; turns that only did that would never end it."""
    monkeypatch.setattr(work, "SHARE", 0.0)
    others(cast.fabrikam)
    counter.steps, counter.slow, counter.fast = 100, 0.4, 0.05
    counter.enqueue()
    counter.hear(sent[0])
    assert counter.turns == 1
    assert counter.done >= 4


@contextmanager
def wrong_clock(monkeypatch):
    with monkeypatch.context() as planted:
        planted.setattr("django.utils.timezone.now", lambda: now() + HOURS_OFF)
        yield


def test_a_worker_whose_clock_is_wrong_puts_nothing_off(counter, sent, monkeypatch):
    monkeypatch.setattr(work, "TURN", -1.0)
    with wrong_clock(monkeypatch):
        counter.enqueue()
        assert work.sweep() == 0
        counter.hear(sent[0])
    job = Job.objects.get()
    assert timedelta() < job.due_at - now() <= work.STALE_AFTER
    assert abs(job.waits_since - now()) < timedelta(seconds=30)
