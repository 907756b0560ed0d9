"""The search of the whole portal: a page for everybody, and JSON for the palette on top of the other pages."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Request
from accounts.roles import Permission
from organizations.pages import asked_text
from portal.palette import as_json, find_sections


@require_safe
def search(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    text = asked_text(request.GET, "q")
    sections = find_sections(request.actor, request.session, text)
    answer: HttpResponse
    if request.accepts("text/html"):
        context = {"text": text, "sections": sections, "breadcrumbs": [{"label": _("Search"), "url": ""}]}
        answer = render(request, "portal/search.html", context)
    else:
        answer = JsonResponse({"sections": as_json(sections)})
    patch_vary_headers(answer, ["Accept"])
    patch_cache_control(answer, private=True, no_store=True)  # names of customers
    return answer
