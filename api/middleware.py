"""What stands before every route of the API: whose key it is, how often it comes, and one transaction for all of it."""

import math
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from accounts.middleware import is_for_programs
from accounts.tenancy import acting_for
from api.keys import Admission, actor_of_key, admit
from api.once import answer_once
from api.problems import as_problem, problem, standard

BODIES: Final = {"application/json", "multipart/form-data"}


class ApiMiddleware:
    """Sets request.actor from the key and enters its reseller; a refusal leaves nothing written.

    Without a valid key the actor stays None, and the routes answer 401.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_for_programs(request.path):
            return self.get_response(request)
        with translation.override("en"):
            return as_problem(self._answer(request))

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return problem(403, "https_required", "Use https://. A key that was sent without it should be rolled.")
        admission = admit(_secret_of(request))
        if admission is None:
            return self.get_response(request)
        if admission.wait:
            seconds = str(math.ceil(admission.wait))
            return problem(429, "too_many_requests", f"Come again in {seconds} s.", headers={"Retry-After": seconds})
        if not _has_known_body(request):
            return standard(415)
        return self._inside(request, admission)

    def _inside(self, request: HttpRequest, admission: Admission) -> HttpResponseBase:
        reseller = admission.key.reseller
        with acting_for(reseller.pk), timezone.override(reseller.zone):
            request.actor = actor_of_key(admission.key)  # type: ignore[attr-defined]
            try:
                response = answer_once(request, self.get_response)
            except RequestDataTooBig:
                response = standard(413)
            except (SuspiciousOperation, MultiPartParserError):
                response = standard(400)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def _secret_of(request: HttpRequest) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _has_known_body(request: HttpRequest) -> bool:
    empty = request.headers.get("Content-Length", "0") in ("", "0") and "Transfer-Encoding" not in request.headers
    return empty or request.content_type in BODIES
