"""The API on one screen: a router an app, and what it says of itself to programs and people."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Request
from accounts.roles import Permission
from api.describing import describe
from api.mounting import make_api
from csp_link.api import router as tenants
from imports.api import batches
from imports.api import router as imports
from organizations.api import router as organizations
from organizations.grouping.api import router as groups
from portal.api_page import sections
from portal.event_api import router as events

api = make_api()
api.add_router("/organizations", organizations)
api.add_router("/groups", groups)
api.add_router("/imports", imports)
api.add_router("/batches", batches)
api.add_router("/tenants", tenants)
api.add_router("/events", events)


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The schema, for everybody: it tells nothing about anybody."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@require_safe
def docs(request: Request) -> HttpResponse:
    base = request.build_absolute_uri("/api/v1")
    context = {
        "sections": sections(document(), base),
        "base": base,
        "may_make_keys": request.actor.can(Permission.SETTINGS_EDIT),
        "breadcrumbs": [{"label": _("Help"), "url": reverse("help")}, {"label": _("API")}],
    }
    return render(request, "portal/api.html", context)


def document() -> dict[str, Any]:
    return _document(get_language())


@cache
def _document(language: str) -> dict[str, Any]:
    """Takes most of a second, and is the same until the next start."""
    return describe(api, "/api/v1/")


def written() -> str:
    """As docs/openapi.json holds it."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
