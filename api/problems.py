"""Every refusal of the API as RFC 9457 problem details: `code` for programs, `detail` for people, `errors` by field."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase

CONTENT_TYPE: Final = "application/problem+json"
KEPT: Final = {"Allow", "Retry-After"}  # headers of what a problem takes the place of
Errors = Mapping[str, Sequence[str]]
# For answers that were made outside the API's routes: by Django, or by a server error.
CODES: Final = {
    400: ("malformed", "The request could not be read."),
    401: ("unauthorized", "Send a valid API key: Authorization: Bearer cb_…"),
    403: ("forbidden", "This key may not do that."),
    404: ("not_found", "There is no such thing, or this key may not see it."),
    405: ("method_not_allowed", "This address does not know that method."),
    413: ("too_large", "The body is too large."),
    415: ("unsupported_media_type", "Send application/json, or a file as multipart/form-data."),
    429: ("too_many_requests", "Too many requests. Come again later."),
    500: ("internal", "Something failed on our side. Nothing was changed."),
    503: ("unavailable", "The service is not available at the moment."),
    507: ("no_room", "There is no room left to keep the file. Nothing was imported; try again later."),
}


class ApiProblem(Exception):
    """Raised by a route to answer with this problem; what the request had written is rolled back."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Errors | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers = errors, headers

    def as_response(self) -> HttpResponse:
        return problem(self.status, self.code, self.detail, errors=self.errors, headers=self.headers)


def invalid(errors: Errors) -> ApiProblem:
    """422 with what is wrong, by field."""
    return ApiProblem(422, "invalid", "Some values are not right; `errors` says which.", errors=errors)


def problem(
    status: int, code: str, detail: str, *, errors: Errors | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    more = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    content = json.dumps(body, ensure_ascii=False)
    return HttpResponse(content, status=status, content_type=CONTENT_TYPE, headers={**more, **(headers or {})})


def standard(status: int) -> HttpResponse:
    """The problem of a status that needs no more words."""
    return problem(status, *CODES.get(status, CODES[400 if status < 500 else 500]))


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """The response, or a problem in place of a refusal that some page or Django itself has put into HTML."""
    if response.status_code < 400 or response.get("Content-Type", "") == CONTENT_TYPE:
        return response
    told = standard(response.status_code)
    for name in KEPT & set(response.headers):
        told[name] = response[name]
    return told
