"""Programs of the cast: an API key of a role, and JSON both ways."""

import json

from django.test import Client

from accounts.roles import Role
from accounts.scopes import Scope
from accounts.tenancy import acting_for
from api.keys import Wanted, make_key_for
from groups.access import actor_of

EVERYTHING = frozenset(scope for scope in Scope if scope.endswith(":write")) | {Scope.EVENTS_READ}


class Program:
    """Answers have `.json()`; bodies are given as Python values."""

    def __init__(self, secret, key=None):
        self.secret, self.key, self.client = secret, key, Client(raise_request_exception=False)

    def ask(self, method, path, body=None, **headers):
        given = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        told = {"Authorization": f"Bearer {self.secret}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.client.generic(
            method.upper(),
            f"/api/v1/{path}",
            given.get("data", ""),
            content_type=given.get("content_type", "application/octet-stream"),
            headers=told,
        )

    def get(self, path, **headers):
        return self.ask("get", path, **headers)

    def post(self, path, body=None, **headers):
        return self.ask("post", path, body, **headers)

    def patch(self, path, body=None, **headers):
        return self.ask("patch", path, body, **headers)

    def put(self, path, body=None, **headers):
        return self.ask("put", path, body, **headers)

    def delete(self, path, **headers):
        return self.ask("delete", path, **headers)


def program(cast, role="reseller_admin", scopes=EVERYTHING, groups="own", **wanted):
    """A program with a key of that role, made by the person of that role (or by `neighbour`)."""
    member = cast.neighbour if role == "neighbour" else cast.members[role]
    with acting_for(member.reseller_id):
        maker = actor_of(member)
        mine = () if maker.group_ids is None else (cast.nordics,)
        bound = (mine if maker.is_group_bound else None) if groups == "own" else groups
        key, secret = make_key_for(
            maker, Wanted(wanted.pop("name", "ERP"), Role(member.role), frozenset(scopes), bound, **wanted)
        )
    return Program(secret, key)
