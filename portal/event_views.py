"""The event log's page, and the same events as a file."""

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Request
from accounts.roles import Permission
from accounts.tenancy import streamed
from events.log import record
from events.models import Kind
from portal.event_file import event_file
from portal.event_log import Asked, find, log_context


@require_safe
def event_log(request: Request) -> HttpResponse:
    request.actor.require(Permission.EVENTS_SEE)
    breadcrumbs = [{"label": _("Broker"), "url": ""}, {"label": _("Event log"), "url": ""}]
    return render(request, "portal/events.html", log_context(request.actor, request.GET) | {"breadcrumbs": breadcrumbs})


@require_POST
def export_events(request: Request) -> HttpResponseBase:
    """The events that the page shows, all of them. That they were taken out is an event itself."""
    request.actor.require(Permission.EVENTS_SEE)
    asked = Asked.of(request.POST.dict())
    record(request.actor, Kind.EVENTS_EXPORTED, request.actor.reseller.public_id, details={"filters": asked.parts})
    content = streamed(request.actor.reseller.pk, event_file(request.actor, find(request.actor, asked)))
    headers = {"Content-Disposition": 'attachment; filename="events.csv"'}
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
