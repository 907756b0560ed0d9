"""The API on one screen: a router an app, and what it says of itself."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from api.mounting import make_api
from organizations.api import router as organizations

api = make_api()
api.add_router("/organizations", organizations)


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The schema, for everybody: it tells nothing about anybody."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))
