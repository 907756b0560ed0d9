"""What the routes of all apps have in common: strict bodies, and the problem that every refusal is."""

from typing import Any, Final, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import ConfigDict

from accounts.actors import Actor


class Strict(Schema):
    """A body in which an unknown field is refused instead of ignored."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """RFC 9457."""

    type: Literal["about:blank"]
    title: str
    status: int
    code: str
    detail: str
    errors: dict[str, list[str]] | None = None


REFUSALS: Final = frozenset({400, 401, 403, 404, 409, 412, 413, 415, 422, 429})
REFUSED: Final[dict[Any, Any]] = {REFUSALS: Problem}


def actor_in(request: HttpRequest) -> Actor:
    """The key that a request came with; `auth=Needs(…)` has seen to it that there is one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
