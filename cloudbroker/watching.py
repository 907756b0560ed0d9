"""Each request is given an id, timed, counted, and noted in the log by its route and nobody's values."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars

from cloudbroker.metrics import REQUESTS

logger = logging.getLogger(__name__)

ID: Final = "X-Request-ID"
GOOD_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")


class WatchMiddleware:
    """Whoever asks finds the id in the answer, so that what they report can be found in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def process_view(self, request: HttpRequest, *view: object) -> None:
        if actor := getattr(request, "actor", None):
            bind_contextvars(reseller=actor.reseller.pk, user=str(actor.public_id))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        clear_contextvars()  # of this thread's last request
        request.id = id_of(request)  # type: ignore[attr-defined]
        bind_contextvars(request=request.id)  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = self.get_response(request)
        note(request, response, time.perf_counter() - began)
        response[ID] = request.id  # type: ignore[attr-defined]
        return response


def id_of(request: HttpRequest) -> str:
    """The proxy's, where one stands in front and gave a sensible one; else one of ours."""
    given = request.headers.get(ID, "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return given if GOOD_ID.fullmatch(given) else uuid.uuid4().hex


def note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match = request.resolver_match
    route = match.route if match else "none"
    REQUESTS.labels(request.method or "", route, response.status_code).observe(seconds)
    level = logging.ERROR if response.status_code >= 500 else logging.INFO
    extra = {"method": request.method, "route": route, "status": response.status_code, "seconds": round(seconds, 4)}
    logger.log(level, "Answered.", extra=extra)
