"""A file that worker and beat touch while they do their work, so that it can be seen from outside when they don't."""

from pathlib import Path
from typing import Any, Final

from celery import Celery, bootsteps
from celery.signals import after_task_publish, beat_init
from django.conf import settings

EVERY: Final = 5.0  # seconds


def touch(**kwargs: object) -> None:
    Path(settings.HEARTBEAT_PATH).touch()


class WorkersHeart(bootsteps.StartStopStep):  # type: ignore[misc]  # the library is untyped
    """Beats by the timer of the worker's own loop: one that hangs is still."""

    requires = {"celery.worker.components:Timer"}

    def start(self, worker: Any) -> None:
        worker.timer.call_repeatedly(EVERY, touch)


def add_to(app: Celery) -> None:
    """Where HEARTBEAT_PATH is set. Beat shows life by what it sends, which is something every ten seconds."""
    if settings.HEARTBEAT_PATH:
        app.steps["worker"].add(WorkersHeart)
        beat_init.connect(lambda **kwargs: after_task_publish.connect(touch, weak=False), weak=False)
