"""What machines ask: /livez, whether this process is alive, /readyz, whether it can do its work, and /metrics.

Answered before anything else, because whoever asks knows no host name of ours and is nobody that could sign in.
"""

import threading
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from cloudbroker.metrics import may_read, metrics_text

# Set in a web process that was asked to stop: it serves on for a while, and a proxy learns here to turn to another.
draining: Final = threading.Event()
_migrated: Final = threading.Event()


class MachineQuestions:
    """Answers them; everything else goes on to the portal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = ANSWERS.get(request.path, self.get_response)
        return answer(request)


def livez(request: HttpRequest) -> HttpResponse:
    return text("alive")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated, else 503 with the reason."""
    if draining.is_set():
        return text("stopping", status=503)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return text("ready") if is_migrated() else text("the database is not migrated", status=503)
    except DatabaseError:
        return text("the database does not answer", status=503)


def metrics(request: HttpRequest) -> HttpResponse:
    """404 for whoever may not read them, as if there were none."""
    if not may_read(request):
        return text("not found", status=404)
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def is_migrated() -> bool:
    """Whether the database has seen every migration of this code; once it has, that is not asked again."""
    if not _migrated.is_set():
        loader = MigrationLoader(connection)
        if set(loader.disk_migrations) <= set(loader.applied_migrations):
            _migrated.set()
    return _migrated.is_set()


def text(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")


ANSWERS: Final[dict[str, Callable[[HttpRequest], HttpResponse]]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/metrics": metrics,
}
