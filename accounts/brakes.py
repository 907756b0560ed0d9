"""Brakes on what costs most: handing in files, searching, exporting, each so often a minute by one person, or from one
address where nobody is signed in. Guessing passwords has brakes of its own, in the libraries for signing in.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import ngettext

from accounts.adapter import where_from
from accounts.languages import language_of
from accounts.middleware import is_for_programs

logger = logging.getLogger(__name__)

WINDOW: Final = 60  # seconds
LATER: Final = 300  # where the libraries don't say when: the longest that they count


class BrakesMiddleware:
    """Before the body is read, so that what is refused was not received first; programs have their key's allowance."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        kind = kind_of(request)
        if kind and (seconds := wait_for(kind, who_asks(request))):
            with translation.override(language_of(request, None)):  # before it is known for whom somebody works
                return too_many(request, seconds)
        response = self.get_response(request)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(LATER))
        return response


def kind_of(request: HttpRequest) -> str:
    """What is counted, a key of settings.PER_MINUTE; nothing for all that is cheap."""
    if is_for_programs(request.path):
        return ""
    if request.method == "POST" and request.content_type == "multipart/form-data":
        return "uploads"
    if request.path.endswith("/export/"):
        return "exports"
    return "searches" if request.GET.get("search") else ""


def who_asks(request: HttpRequest) -> str:
    return f"person.{request.user.pk}" if request.user.is_authenticated else f"address.{where_from(request)}"


def wait_for(kind: str, who: str) -> int:
    """The seconds until the next minute begins, if this one's allowance is used up; else none."""
    most, now = settings.PER_MINUTE[kind], time.time()
    if not most or _count(f"brakes.{kind}.{who}.{now // WINDOW:.0f}") <= most:
        return 0
    return math.ceil(WINDOW - now % WINDOW)


def _count(key: str) -> int:
    """A cache that is away must not keep people from their work."""
    try:
        cache.add(key, 0, timeout=2 * WINDOW)
        return int(cache.incr(key))
    except Exception:  # each kind of cache raises errors of its own
        logger.warning("The cache does not answer; nothing is counted.", exc_info=True)
        return 0


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, str]) -> HttpResponse:
    """What the library that counts failures shows to who has had too many."""
    return too_many(request, int(settings.AXES_COOLOFF_TIME * 3600))


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "429.html", {"wait": in_words(seconds)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def in_words(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    if minutes <= 1:
        return ngettext("Wait %d second and try again.", "Wait %d seconds and try again.", seconds) % seconds
    return ngettext("Wait %d minute and try again.", "Wait %d minutes and try again.", minutes) % minutes
