"""JSON as strictly as it should be: no key twice, no NaN, nothing nested without end, nothing a database can't keep."""

import json
from typing import Any, Final

from django.http import HttpRequest
from ninja.parser import Parser

from api.problems import ApiProblem

DEEPEST: Final = 20


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        try:
            text = request.body.decode("utf-8")
            found = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
            _check(found, 0)
        except (ValueError, RecursionError) as error:
            told = str(error) if isinstance(error, _Refused) else "The body is not valid JSON in UTF-8."
            raise ApiProblem(400, "malformed", told) from error
        return found


class _Refused(ValueError):
    pass


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("The body names a key twice in one object.")
    return found


def _no_constant(name: str) -> None:
    raise _Refused(f"{name} is not JSON.")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise _Refused(f"The body is nested deeper than {DEEPEST} levels.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)
    elif isinstance(value, str):
        _check_text(value)


def _check_text(text: str) -> None:
    """Half of a surrogate pair can't be written as UTF-8. NUL is left to the fields, which have a sentence for it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _Refused("The body contains half a character (a lone surrogate).") from error
