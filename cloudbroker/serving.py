"""How gunicorn serves the portal (`gunicorn -c python:cloudbroker.serving cloudbroker.wsgi`)."""

import gc
import os
import shutil
import tempfile
import threading
from types import FrameType
from typing import Final

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

workers: Final = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads: Final = 4
preload_app: Final = True
control_socket_disable: Final = True
worker_class: Final = "cloudbroker.serving.Worker"
graceful_timeout: Final = 40

logger_class: Final = "cloudbroker.serving.Log"
# Where the processes of this server count their requests together; set before anything is counted.
counts: Final = tempfile.mkdtemp(prefix="cloudbroker-counts-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts

DRAIN: Final = float(os.environ.get("DRAIN_SECONDS") or 0)


class Worker(ThreadWorker):  # type: ignore[misc]  # the library is untyped
    """Asked to stop, it serves on for DRAIN_SECONDS while /readyz turns the proxy away.

    gunicorn alone stops accepting at once, but its socket listens until the last request is answered; whoever connects
    in between waits and is then cut off.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        from cloudbroker.health import draining

        if not DRAIN or draining.is_set():
            super().handle_exit(sig, frame)
            return
        draining.set()
        threading.Timer(DRAIN, super().handle_exit, (sig, frame)).start()


class Log(Logger):  # type: ignore[misc]  # the library is untyped
    """Passes on to the portal's own logging what gunicorn has to say."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def child_exit(server: Arbiter, worker: Worker) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Arbiter) -> None:
    shutil.rmtree(counts, ignore_errors=True)


def when_ready(server: Arbiter) -> None:
    """What is loaded by now stays for good: no worker has to look through it again and again for garbage."""
    gc.collect()
    gc.freeze()
