"""Which language somebody reads: their own choice, else their browser's, else their reseller's, else English."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from accounts.models import Membership

SPOKEN: Final = dict(settings.LANGUAGES)


def asked_for(request: HttpRequest) -> str:
    """The first language that we speak of those of the browser; what was chosen at signing in goes before its list."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    listed = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    for code in (chosen, *(code for code, _ in listed)):
        with suppress(LookupError, ValueError):
            return get_supported_language_variant(code)
    return ""


def language_of(request: HttpRequest, membership: Membership | None) -> str:
    """For a page: whoever may be signed in, and whomever they work for."""
    own = getattr(request.user, "language", "")
    return _first(own, asked_for(request), membership.reseller.language if membership else "")


@contextmanager
def speaking_to(member: Membership) -> Iterator[None]:
    """Where no browser asks, as in mails and jobs: the language and the clocks of the person addressed."""
    language = _first(member.user.language, member.reseller.language)
    with translation.override(language), timezone.override(member.zone):
        yield


def _first(*codes: str) -> str:
    return next((code for code in codes if code in SPOKEN), settings.LANGUAGE_CODE)
