"""What a route asks for: a key with a scope. The middleware has looked the key up already."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from accounts.actors import Actor
from accounts.scopes import Scope
from api.keys import scopes_of
from api.problems import ApiProblem


class Needs(HttpBearer):
    """`auth=Needs(Scope.X)` on every operation; a test looks for one that has none."""

    openapi_name = "ApiKey"

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None or actor.key is None:
            return None
        if self.scope not in scopes_of(actor.key):
            raise ApiProblem(403, "scope_missing", f"This key lacks the scope {self.scope}.")
        return actor
