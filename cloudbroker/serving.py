"""How gunicorn serves the portal (`gunicorn -c python:cloudbroker.serving cloudbroker.wsgi`)."""

import os
import threading
from types import FrameType
from typing import Final

from gunicorn.workers.gthread import ThreadWorker

workers: Final = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads: Final = 4
preload_app: Final = True
control_socket_disable: Final = True
worker_class: Final = "cloudbroker.serving.Worker"
graceful_timeout: Final = 40

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
