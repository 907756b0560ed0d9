"""The API object: strict, with every refusal as a problem. Routers are mounted by cloudbroker/api.py."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.refusals import Refused
from api.problems import ApiProblem, invalid, problem, standard
from api.reading import StrictParser

DESCRIPTION: Final = (
    "Keep Cloudbroker in step with your own systems. Send `Authorization: Bearer cb_…`; make a key in Settings, "
    "under API keys. Every refusal is an RFC 9457 problem with a `code` for programs and a `detail` for people."
)


def make_api() -> NinjaAPI:
    api = NinjaAPI(
        title="Cloudbroker",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        docs_url=None,
        openapi_url=None,
        parser=StrictParser(),
    )
    api.exception_handler(ApiProblem)(lambda request, error: error.as_response())
    api.exception_handler(ValidationError)(_invalid)
    api.exception_handler(AuthenticationError)(lambda request, error: standard(401))
    api.exception_handler(PermissionDenied)(lambda request, error: standard(403))
    api.exception_handler(Http404)(lambda request, error: standard(404))
    api.exception_handler(RequestDataTooBig)(lambda request, error: standard(413))
    api.exception_handler(HttpError)(lambda request, error: standard(error.status_code))
    api.exception_handler(Refused)(lambda request, error: problem(409, "refused", error.sentence))
    return api


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    if getattr(request, "upload_is_too_large", False):
        return standard(413)
    if getattr(request, "upload_found_no_room", False):
        return standard(507)
    errors: dict[str, list[str]] = {}
    for found in error.errors:
        errors.setdefault(_place(found["loc"]), []).append(_words(found))
    return invalid(errors).as_response()


def _place(loc: tuple[Any, ...]) -> str:
    """`rows.3.name`: where in the body or the query, without ninja's own two levels."""
    kind, *rest = map(str, loc)
    return ".".join(rest[1:] if kind in ("body", "form") and len(rest) > 1 else rest) or kind


def _words(found: dict[str, Any]) -> str:
    return "There is no such field." if found["type"] == "extra_forbidden" else f"{found['msg']}."
