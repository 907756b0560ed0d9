"""Workers that are killed, tasks that come twice, late or never, and a broker that doesn't answer."""

import os
import signal
import time
from types import SimpleNamespace

import psycopg
import pytest
from django.utils import timezone
from support.brokers import Redis
from support.files import newest, organizations, staged, table, upload, work_on
from support.workers import Workers, at_once, at_work, children_of, held, sender, until

from accounts.tenancy import acting_for
from cloudbroker.celery import app as portal
from cloudbroker.processes import is_alive
from events.models import Event
from imports import creating, reading
from imports.models import Import
from imports.tasks import create, read
from jobs import work
from jobs.absence import Absence
from jobs.models import Job
from organizations.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch):
    """The tasks that were sent, and went no further."""
    found = []
    monkeypatch.setattr(work.current_app, "send_task", lambda task, args, **kwargs: found.append((task, *args)))
    return found


def sweep_after_a_while():
    Job.objects.update(due_at=timezone.now())
    return work.sweep()


def events(cast, kind):
    with acting_for(cast.northwind.pk):
        return list(Event.objects.filter(kind=kind).values_list("subject_id", flat=True))


def check_all_is_there_once(cast, job, count):
    """The import says so, the records are there, each has its event, and nobody is asked to work on it again."""
    assert (job.state, job.rows_read, job.rows_valid, job.rows_invalid) == ("done", count, count, 0)
    assert (job.rows_created, job.rows_failed) == (count, 0)
    with acting_for(cast.northwind.pk):
        numbers = sorted(Organization.objects.values_list("customer_number", flat=True))
        ids = set(Organization.objects.values_list("public_id", flat=True))
    assert numbers == [f"{number:06d}" for number in range(1, count + 1)]
    created = events(cast, "organization.created")
    assert (len(created), set(created)) == (count, ids)
    assert [len(events(cast, f"import.{kind}")) for kind in ("read", "started", "finished")] == [1, 1, 1]
    assert not Job.objects.exclude(task="imports.mail").exists()


@pytest.mark.processes
@pytest.mark.timeout(180)  # three starts of a worker, each of which takes long on a busy machine
def test_workers_that_are_killed_in_mid_transaction_lose_nothing_and_repeat_nothing(cast, workers):
    client = cast.sign_in()
    address = upload(client, table(count=5_000)).url
    with held("NEW.rows_read > 2000") as hold:
        workers.start()
        until(hold.caught)
        workers.kill()
    job = newest(cast)
    assert (job.state, job.rows_read, len(staged(cast, job))) == ("reading", 2_000, 2_000)

    assert sweep_after_a_while() == 1
    workers.start()
    until(lambda: newest(cast).state == "ready")
    with held("NEW.place > 2000") as hold:
        client.post(f"{address}start/")
        until(hold.caught)
        assert "2,000 of 5,000, 0 failed" in client.get(address).text
        workers.kill()
    job = newest(cast)
    assert (job.state, job.place, len(organizations(cast))) == ("importing", 2_000, 2_000)

    assert sweep_after_a_while() == 1
    workers.start()
    until(lambda: newest(cast).state == "done")
    check_all_is_there_once(cast, newest(cast), 5_000)


@pytest.mark.processes
@pytest.mark.timeout(240)  # six starts of a worker
def test_an_import_that_kills_its_worker_again_and_again_ends_and_says_so(cast, workers):
    client = cast.sign_in()
    address = upload(client, table(count=3)).url
    for _ in range(work.MOST_FAILURES):
        with held("NEW.rows_total IS NOT NULL") as hold:
            workers.start()
            until(hold.caught)
            workers.kill()
        assert newest(cast).state == "reading"
        assert sweep_after_a_while() == 1
    workers.start()
    until(lambda: newest(cast).state == "failed")
    assert "Something went wrong on our side" in client.get(address).text
    assert not Job.objects.exclude(task="imports.mail").exists()
    assert "was begun 5 times and never ended" in workers.log.read_text()


@pytest.mark.processes
def test_a_worker_whose_child_is_killed_ends_instead_of_waiting_for_ever(cast, workers):
    """A child that waits for work holds the lock under which its successor would wait."""
    workers.start()
    (worker,) = workers.running
    upload(cast.sign_in(), table(count=3))
    until(lambda: newest(cast).state == "ready")
    children = children_of(worker.pid)
    os.kill(children[0], signal.SIGKILL)
    assert worker.wait(20) == 1
    until(lambda: not any(map(is_alive, children)))
    assert "was killed (-9)" in workers.log.read_text()


@pytest.mark.processes
def test_a_worker_that_could_not_acknowledge_its_task_takes_the_next(cast, workers):
    """It had no room for another while it worked, and so met nothing else that would have told it."""
    client = cast.sign_in()
    address = upload(client, table(count=3_000)).url
    with held("NEW.rows_read > 2000") as hold:
        workers.start()
        until(hold.caught)
        assert workers.cut_off() > 0
    until(lambda: newest(cast).state == "ready")
    client.post(f"{address}start/")
    until(lambda: newest(cast).state == "done")
    assert "Couldn't ack" in workers.log.read_text()
    check_all_is_there_once(cast, newest(cast), 3_000)


@pytest.fixture
def redis():
    found = Redis(SimpleNamespace(told={}))
    found.start()
    yield found
    found.stop()


@pytest.mark.processes
def test_a_worker_whose_redis_died_while_it_worked_takes_the_next(cast, redis, tmp_path, monkeypatch):
    """As above: what it could not acknowledge it no longer counts."""
    client = cast.sign_in()
    with at_work(Workers(tmp_path, redis.url), monkeypatch) as workers:
        address = upload(client, table(count=3_000)).url
        with held("NEW.rows_read > 2000") as hold:
            workers.start()
            until(hold.caught)
            redis.kill()
        until(lambda: "Couldn't ack" in workers.log.read_text())
        redis.start()
        sweep_after_a_while()
        until(lambda: newest(cast).state == "ready")
        client.post(f"{address}start/")
        until(lambda: newest(cast).state == "done")
    check_all_is_there_once(cast, newest(cast), 3_000)


@pytest.mark.processes
def test_a_message_that_the_broker_lost_is_sent_again(cast, workers):
    upload(cast.sign_in(), table(count=3))
    assert waiting_in(workers) == 1
    workers.empty_queues()
    assert work.sweep() == 0, "a job that was sent a moment ago is left in peace"
    assert waiting_in(workers) == 0
    assert sweep_after_a_while() == 1
    assert waiting_in(workers) == 1
    assert work.sweep() == 0


def waiting_in(workers):
    with psycopg.connect(workers.queues) as queues:
        found = queues.execute("SELECT to_regclass('pgmq.q_cloudbroker')").fetchone()[0]
        return queues.execute("SELECT count(*) FROM pgmq.q_cloudbroker").fetchone()[0] if found else 0


@pytest.fixture
def broker_is_away(monkeypatch, tmp_path):
    nowhere = str(tmp_path).replace("/", "%2F")
    app = sender(f"pgmq://nobody@{nowhere}:5432/nothing")
    monkeypatch.setattr(work, "current_app", app)
    monkeypatch.setattr(work, "broker_is_away", Absence(seconds=5.0))
    yield
    app.close()


def seconds(call):
    began = time.monotonic()
    call()
    return time.monotonic() - began


def test_a_broker_that_is_away_keeps_nobody_waiting(cast, broker_is_away, monkeypatch):
    job = Job(task="imports.read", reseller_id=1, object_id=1)
    assert seconds(lambda: work._send(job, None)) < 1.5
    assert seconds(lambda: work._send(job, None)) < 0.2, "it is asked once and then left alone for a while"
    work.broker_is_away.seconds = 0
    assert upload(cast.sign_in(), table(count=2_500)).status_code == 302
    assert sweep_after_a_while() == 1, "the sweep bears it too"
    monkeypatch.setattr(work, "TURN", -1.0)
    assert work_on(cast, read).rows_read == 2_000, "and so does a worker between its turns"


def test_a_broker_that_is_back_is_asked_again(cast, sent, monkeypatch):
    monkeypatch.setattr(work, "broker_is_away", Absence(seconds=60))
    work.broker_is_away.note()
    upload(cast.sign_in(), table(count=3))
    assert sent == []
    work.broker_is_away.seconds = 0.1
    work.broker_is_away.note()
    until(lambda: not work.broker_is_away)
    assert sweep_after_a_while() == 1
    assert [task for task, *_ in sent] == ["imports.read"]


def test_the_schedule_names_tasks_that_exist():
    portal.loader.import_default_modules()
    assert {entry["task"] for entry in portal.conf.beat_schedule.values()} <= portal.tasks.keys()
    assert {"imports.read", "imports.create"} <= portal.tasks.keys()


def test_a_task_that_is_delivered_twice_at_once_is_done_once(cast, sent):
    client = cast.sign_in()
    address = upload(client, table(count=4_500)).url
    job = newest(cast)
    at_once(*[lambda: read(cast.northwind.pk, job.pk)] * 3)
    assert (newest(cast).state, len(staged(cast, job))) == ("ready", 4_500)
    client.post(f"{address}start/")
    at_once(*[lambda: create(cast.northwind.pk, job.pk)] * 3)
    check_all_is_there_once(cast, newest(cast), 4_500)


def test_tasks_that_come_late_change_nothing(cast, sent):
    client = cast.sign_in()
    address = upload(client, table(count=3)).url
    create(cast.northwind.pk, newest(cast).pk)
    work_on(cast, read)
    create(cast.northwind.pk, newest(cast).pk)
    assert newest(cast).state == "ready"
    client.post(f"{address}start/")
    job = work_on(cast, create)
    before = Import.objects.filter(pk=job.pk).values()
    with acting_for(cast.northwind.pk):
        before = list(before)
    work_on(cast, read, create)
    read(cast.fabrikam.pk, job.pk)
    with acting_for(cast.northwind.pk):
        assert list(Import.objects.filter(pk=job.pk).values()) == before
    check_all_is_there_once(cast, newest(cast), 3)


def test_a_turn_that_is_over_lets_others_in_and_goes_on(cast, sent, monkeypatch):
    monkeypatch.setattr(work, "TURN", -1.0)
    client = cast.sign_in()
    address = upload(client, table(count=4_500)).url
    job = newest(cast)
    places = []
    while newest(cast).state == "reading":
        read(cast.northwind.pk, job.pk)
        places.append(newest(cast).rows_read)
    client.post(f"{address}start/")
    while newest(cast).state == "importing":
        create(cast.northwind.pk, job.pk)
    assert places == [2_000, 4_000, 4_500, 4_500]
    check_all_is_there_once(cast, newest(cast), 4_500)


def test_an_import_that_keeps_failing_for_our_fault_says_so_and_keeps_what_was_done(cast, sent, monkeypatch):
    client = cast.sign_in()
    address = upload(client, table(count=4_500)).url
    work_on(cast, read)
    client.post(f"{address}start/")
    whole = creating.create_batch

    def broken(actor, batch, **kwargs):
        if batch.params[-2] >= 2_000:
            raise RuntimeError("planted")
        return whole(actor, batch, **kwargs)

    monkeypatch.setattr(creating, "create_batch", broken)
    for _ in range(work.MOST_FAILURES - 1):
        assert work_on(cast, create).state == "importing"
    assert Job.objects.exclude(task="imports.mail").get().failures == work.MOST_FAILURES - 1
    job = work_on(cast, create)
    assert (job.state, job.rows_created, len(organizations(cast))) == ("failed", 2_000, 2_000)
    assert "Something went wrong on our side" in client.get(address).text
    assert len(events(cast, "import.failed")) == 1
    assert not Job.objects.exclude(task="imports.mail").exists()


def test_one_failure_is_forgiven_when_the_next_turn_gets_on(cast, sent, monkeypatch):
    client = cast.sign_in()
    address = upload(client, table(count=3)).url
    with monkeypatch.context() as planted:
        planted.setattr(reading, "stage", lambda lines: 1 / 0)
        assert work_on(cast, read).state == "reading"
    assert staged(cast, newest(cast)) == {}
    work_on(cast, read)
    client.post(f"{address}start/")
    work_on(cast, create)
    check_all_is_there_once(cast, newest(cast), 3)
