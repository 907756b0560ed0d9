"""What the API says of itself: ninja's OpenAPI document, and what ninja can't tell (scopes, problems)."""

import json
from typing import Any, Final

from ninja import NinjaAPI

from api.problems import CONTENT_TYPE

SCHEME: Final = {"type": "http", "scheme": "bearer", "description": "An API key: cb_…"}
METHODS: Final = ("get", "post", "put", "patch", "delete")


def describe(api: NinjaAPI, prefix: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=prefix), default=str))
    scopes = _scopes(api)
    for path in document["paths"].values():
        for operation in (path[method] for method in METHODS if method in path):
            operation["security"] = [{"ApiKey": [scopes[operation["operationId"]]]}]
            operation["responses"] = dict(sorted(map(_told, operation["responses"].items())))
    _link(document["paths"])
    document["components"]["securitySchemes"] = {"ApiKey": SCHEME}
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document


def _link(paths: dict[str, Any]) -> None:
    """From what creates a record to what can be done with it: the id of the answer is the next address's."""
    for path, operations in paths.items():
        made = operations.get("post", {}).get("responses", {}).get("201")
        if made is None:
            continue
        below = [operations for longer, operations in paths.items() if longer.startswith(f"{path}/{{public_id}}")]
        ids = [operations[method]["operationId"] for operations in below for method in METHODS if method in operations]
        given = {"public_id": "$response.body#/id"}
        made["links"] = {name: {"operationId": name, "parameters": given} for name in ids}


def _scopes(api: NinjaAPI) -> dict[str, str]:
    """The scope that each operation asks for. One that asks for none is a mistake, and raises."""
    views = [view for _prefix, router in api._routers for view in router.path_operations.values()]
    operations = [operation for view in views for operation in view.operations]
    return {api.get_openapi_operation_id(one): str(one.auth_callbacks[0].scope) for one in operations}  # type: ignore[attr-defined]


def _told(answer: tuple[Any, Any]) -> tuple[str, Any]:
    """A refusal is a problem, not plain JSON."""
    status, told = str(answer[0]), answer[1]
    if int(status) >= 400:
        told = told | {"content": {CONTENT_TYPE: told["content"]["application/json"]}}
    return status, told
