"""What may befall a running portal, each fault by its name.

A fault that lasts is a generator: it yields for how many seconds it does, and takes itself back when it is resumed.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import kombu.exceptions
import psycopg

from cloudbroker.embedded import APP, DATABASE
from cloudbroker.environment import for_parts
from cloudbroker.leash import leashed
from support.portal import ROOT, kill
from support.small_disk import SmallDisk
from support.workers import sender

# Celery as it is, but for a clock that goes wrong by so many hours.
WRONG_CLOCK = """
import datetime
from django.utils import timezone
right = timezone.now
timezone.now = lambda: right() + datetime.timedelta(hours={hours})
from celery.__main__ import main
main()
"""
WORKER = ["-A", "cloudbroker", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]


class Faults:
    """`rng` says which process is hit, and how long what lasts does; `longest` bounds that."""

    def __init__(self, portal, broker, longest=3.0):
        self.portal, self.broker, self.longest = portal, broker, longest
        self.disk = SmallDisk(portal)
        self.rng = None

    def remove(self):
        self.disk.remove()

    def undo(self):
        """Takes back whatever lasts; may be repeated."""
        yield 0.1
        self.broker.start()
        kill(self.portal.running("worker"), signal.SIGCONT)
        self.disk.free()
        self._writable()

    # Processes are killed

    def web(self):
        kill(self.portal.running("web")[:1])

    def web_worker(self):
        kill(self._one_of(self.portal.running("web")[1:]))

    def worker(self):
        kill(self.portal.running("worker")[:1])

    def worker_child(self):
        kill(self._one_of(self.portal.running("worker")[1:]))

    def worker_with_children(self):
        kill(self.portal.running("worker"))

    def worker_child_freezes(self):
        frozen = self._one_of(self.portal.running("worker")[1:])
        kill(frozen, signal.SIGSTOP)
        yield self._a_while()
        kill(frozen, signal.SIGCONT)

    def beat(self):
        kill(self.portal.running("beat"))

    def postmaster(self):
        self.portal.kill_postmaster()

    def backend(self):
        with self.portal.database() as database:
            found = database.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s ORDER BY pid", [APP])
            kill(self._one_of([pid for (pid,) in found]))

    def broker_killed(self):
        self.broker.kill()
        yield self._a_while()
        self.broker.start()

    def all_parts(self):
        kill([pid for part in ("web", "worker", "beat") for pid in self.portal.running(part)])
        self.portal.kill_postmaster()
        yield from self.broker_killed()

    def power_cut(self):
        self.broker.kill()
        self.portal.kill_everything()
        self.broker.start()
        self.portal.start()

    # The database is there, and does not do its part

    def connections_cut(self):
        with self.portal.database() as database:
            database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [APP])

    def read_only(self):
        with self.portal.database() as database:
            database.execute(f"ALTER DATABASE {DATABASE} SET default_transaction_read_only = on")
        self.connections_cut()
        yield self._a_while()
        self._writable()

    def _writable(self):
        with self.portal.database() as database:
            database.execute("SET default_transaction_read_only = off")
            database.execute(f"ALTER DATABASE {DATABASE} RESET default_transaction_read_only")
        self.connections_cut()

    def disk_full(self):
        self.disk.fill()
        yield self._a_while()
        self.disk.free()

    # The broker is there, and messages are not what they were

    def broker_emptied(self):
        self.broker.empty()

    def broker_emptied_and_worker_killed(self):
        self.broker.empty()
        self.worker_with_children()

    def tasks_never(self):
        """Whatever is sent for a while is lost."""
        for _ in range(10):
            self.broker.empty()
            yield self._a_while() / 10

    def tasks_twice(self):
        """Every job that there is, for both workers at once."""
        with self.portal.database() as database:
            jobs = database.execute("SELECT task, reseller_id, object_id FROM jobs_job ORDER BY id").fetchall()
        self._send(jobs * 2)

    def tasks_late(self):
        """Of imports that may be over for long, for this reseller and for another."""
        with self.portal.database() as database:
            found = database.execute("SELECT reseller_id, id FROM imports_import ORDER BY id").fetchall()
        chosen = self.rng.sample(found, min(5, len(found)))
        late = [(task, *ids) for ids in chosen for task in ("imports.read", "imports.create", "imports.undo")]
        self._send(late + [(task, reseller_id + 1, number) for task, reseller_id, number in late])

    # A clock is wrong

    def wrong_clock(self):
        """A second worker, hours ahead or behind, works for a while and is killed."""
        code = WRONG_CLOCK.format(hours=self.rng.choice((-5, 5)))
        environment = for_parts(self.portal.run_file(), self.portal.environment())
        with (self.portal.home / "log" / "wrong-clock.log").open("ab") as log:
            argv = leashed([sys.executable, "-c", code, *WORKER], signal=signal.SIGKILL)
            worker = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        yield 4 + self._a_while()
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)

    def _a_while(self):
        return self.rng.uniform(0.3, self.longest)

    def _one_of(self, pids):
        return [self.rng.choice(pids)] if pids else []

    def _send(self, tasks):
        with sender(self.broker.url) as app:
            for task, reseller_id, number in tasks:
                app.send_task(task, args=[reseller_id, number], retry=False)


KILLS = (
    "web",
    "web_worker",
    "worker",
    "worker_child",
    "worker_with_children",
    "worker_child_freezes",
    "beat",
    "postmaster",
    "backend",
    "broker_killed",
    "all_parts",
    "power_cut",
)
OTHERS = (
    "connections_cut",
    "read_only",
    "disk_full",
    "broker_emptied",
    "broker_emptied_and_worker_killed",
    "tasks_never",
    "tasks_twice",
    "tasks_late",
    "wrong_clock",
)
# What a fault may meet that is aimed at something already down.
ALREADY_DOWN = (psycopg.Error, OSError, kombu.exceptions.OperationalError)
