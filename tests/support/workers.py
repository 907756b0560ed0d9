"""Real workers for tests: a queue of their own, Celery in processes of its own, and a hold in mid-transaction."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections

from cloudbroker.broker import transport_options
from cloudbroker.embedded import QUEUE, QUEUE_DATABASE, SUPERUSER
from cloudbroker.environment import Place, assignments, for_parts
from cloudbroker.run import CELERY
from support import database

HOLD = 4711  # the advisory lock at which a held worker waits


def at_once(*calls):
    """Run the calls in threads of their own that set off together; returns their answers, or raises what one raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            gate.wait(10)
            answers[place] = call()
        except BaseException as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=numbered) for numbered in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers


def children_of(pid):
    """The ids of the processes that this one has started and that haven't been waited for."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def until(true, *, within=45.0):
    """Ask again and again; fails when the answer isn't yes in time."""
    give_up = time.monotonic() + within
    while not true():
        assert time.monotonic() < give_up, f"nothing came of it within {within} s"
        time.sleep(0.03)


def sender(url, **options):
    """A Celery application that sends to this broker, as the portal's own does to its broker."""
    from celery import Celery

    app = Celery("sender", set_as_current=False)
    options = transport_options(url) | options
    app.conf.update(broker_url=url, broker_transport_options=options, task_default_queue="cloudbroker")
    return app


class Workers:
    """Workers as `make run` starts them, at this process's database; their log is in `folder`."""

    def __init__(self, folder: Path, broker_url: str = ""):
        home = Path(os.environ[database.HOME])
        assigned = assignments(Place(home, "127.0.0.1", 8000), database.cluster(), {"SECRET_KEY": "a key for tests"})
        own = database.environment(connection.settings_dict["NAME"]) | {
            "BROKER_URL": broker_url or assigned["BROKER_URL"],
            "UPLOADS_URL": (folder / "uploads").as_uri(),
            "PGAPPNAME": "workers",
        }
        self.environment = for_parts(assigned | own, os.environ)
        self.broker_url = own["BROKER_URL"]
        self.log = folder / "workers.log"
        self.queues = database.cluster().url(QUEUE_DATABASE, QUEUE)
        self.running = []
        self.empty_queues()

    def start(self):
        with self.log.open("ab") as log:
            argv = [sys.executable, "-m", *CELERY, "worker", "--concurrency", "1"]
            quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
            worker = subprocess.Popen(
                [*argv, *quiet], cwd=database.ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(worker)

    def kill(self):
        """Like a power cut: the whole process group, at once."""
        while self.running:
            worker = self.running.pop()
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()

    def cut_off(self):
        """Their connections to the broker end, as when its server starts anew; returns how many."""
        with psycopg.connect(self.queues, autocommit=True) as queues:
            theirs = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND application_name = 'workers'"
            return queues.execute(f"SELECT count(pg_terminate_backend(pid)) FROM ({theirs})", [QUEUE]).fetchone()[0]

    def empty_queues(self):
        """As if the broker had lost everything."""
        with psycopg.connect(self.queues, autocommit=True) as queues:
            queues.execute("SELECT pgmq.purge_queue(queue_name) FROM pgmq.list_queues()")


@pytest.fixture
def workers(cast, tmp_path, monkeypatch):
    """Workers, and this process as one that sends to them."""
    with at_work(Workers(tmp_path), monkeypatch, pool_timeout=20) as found:  # a busy machine is no broker that is away
        yield found


@contextmanager
def at_work(found, monkeypatch, **options):
    from jobs import work
    from jobs.absence import Absence

    app = sender(found.broker_url, **options)
    monkeypatch.setattr(work, "current_app", app)
    monkeypatch.setattr(work, "broker_is_away", Absence(seconds=0))
    try:
        yield found
    finally:
        found.kill()
        app.close()


class Hold:
    """Stops whoever updates a row to what `when` says (SQL about NEW) just before it does."""

    def __init__(self, superuser):
        self._superuser = superuser

    def caught(self):
        """Whether somebody waits."""
        sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        return self._superuser.execute(sql, [HOLD]).fetchone()[0] > 0

    def release(self):
        self._superuser.execute("SELECT pg_advisory_unlock_all()")


@contextmanager
def held(when, table="imports_import"):
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database.cluster().url(name, SUPERUSER), autocommit=True) as superuser:
        superuser.execute("SELECT pg_advisory_lock(%s)", [HOLD])
        superuser.execute(
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS"
            f" 'BEGIN PERFORM pg_advisory_xact_lock({HOLD}); RETURN NEW; END'"
        )
        superuser.execute(
            f"CREATE TRIGGER hold BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION hold()"
        )
        hold = Hold(superuser)
        try:
            yield hold
        finally:
            hold.release()
            superuser.execute("SET lock_timeout = '10s'")
            superuser.execute("DROP FUNCTION hold CASCADE")
