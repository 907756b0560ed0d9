"""The brokers that a portal may have, as faults see them: what ends them, what empties them, and how they come back."""

import signal
import socket
import subprocess
import time

import psycopg

from cloudbroker.embedded import QUEUE, QUEUE_DATABASE, Cluster
from cloudbroker.leash import leashed


class Pgmq:
    """Queues in the portal's own PostgreSQL, whose end is theirs."""

    def __init__(self, portal):
        self.portal = portal

    @property
    def url(self):
        return self.portal.run_file()["BROKER_URL"]

    def start(self):
        """It comes with the portal, and goes with it."""

    stop = start

    def kill(self):
        self.portal.kill_postmaster()

    def empty(self):
        url = Cluster(self.portal.home).url(QUEUE_DATABASE, QUEUE)
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as queues:
            queues.execute("SELECT pgmq.purge_queue(queue_name) FROM pgmq.list_queues()")


class Redis:
    """A server that keeps nothing, as in docker-compose.yml; killed, it is back when `start` is called."""

    def __init__(self, portal):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = portal.told["BROKER_URL"] = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        if self.process is None:
            self._start()

    def _start(self):
        argv = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(leashed(argv, signal=signal.SIGKILL), stdout=subprocess.DEVNULL, cwd="/")
        give_up = time.monotonic() + 20
        while self._ask("PING") != 0:
            assert time.monotonic() < give_up, "redis-server doesn't start"
            time.sleep(0.05)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    stop = kill

    def empty(self):
        self._ask("FLUSHALL")

    def _ask(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True).returncode


BROKERS = {"pgmq": Pgmq, "redis": Redis}
