"""Ends a worker one of whose children was killed, so that whoever watches over it starts it anew.

Where the transport has no event loop (PostgreSQL's has none), the children of a worker take turns at one pipe under one
lock. A child that is killed, by the system when memory is short for example, mostly holds that lock, and every other
child would wait for it for ever: a worker that looks alive and does nothing.
"""

import logging
import os
import signal
from contextlib import suppress
from typing import Any

from celery import Celery, bootsteps

logger = logging.getLogger(__name__)


class EndWithLostChild(bootsteps.StartStopStep):  # type: ignore[misc]  # the library is untyped
    requires = {"celery.worker.components:Pool"}

    def start(self, worker: Any) -> None:
        pool: Any = getattr(worker.pool, "_pool", None)
        if not worker.use_eventloop and hasattr(pool, "on_process_down"):
            pool.on_process_down = lambda child: _bury(child, pool)


def _bury(child: Any, pool: Any) -> None:
    if child.exitcode is None or child.exitcode >= 0 or child.exitcode == -signal.SIGTERM:
        return
    logger.error("Child %s was killed (%s). This worker ends, to be started anew.", child.pid, child.exitcode)
    for other in pool._pool:
        with suppress(ProcessLookupError):
            os.kill(other.pid, signal.SIGKILL)
    os._exit(1)


def add_to(app: Celery) -> None:
    app.steps["worker"].add(EndWithLostChild)
