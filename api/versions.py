"""ETag and If-Match: a record's version, so that programs don't overwrite what others changed."""

from django.http import HttpRequest, HttpResponse

from api.problems import ApiProblem


def tell_version(response: HttpResponse, version: int) -> None:
    response["ETag"] = _etag(version)


def check_version(request: HttpRequest, version: int, *, what: str) -> None:
    """Raises 412 where the request names another version than today's; one that names none takes any."""
    if request.headers.get("If-Match", "*").strip() not in ("*", _etag(version)):
        raise ApiProblem(412, "changed_meanwhile", f"The {what} was changed since you read it. Read it again.")


def _etag(version: int) -> str:
    return f'"{version}"'
