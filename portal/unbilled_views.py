"""The page Will not be billed, the same as a file, and who gets it by mail."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Request
from accounts.roles import Permission
from accounts.tenancy import streamed
from events.log import record
from events.models import Kind
from portal.unbilled import PAGE, reasons_for
from portal.unbilled_file import unbilled_file
from portal.unbilled_page import unbilled_context
from portal.weekly_mail import want_mail, wants_mail


@require_safe
def unbilled(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    labels = (_("Broker"), _("Manage organizations"), _("Will not be billed"))
    context = unbilled_context(request.actor, request.GET)
    context |= {"wants_mail": wants_mail(request.actor), "email": request.actor.membership.user.email}
    context["breadcrumbs"] = [{"label": label, "url": ""} for label in labels]
    return render(request, "portal/unbilled.html", context)


@require_POST
def export_unbilled(request: Request) -> HttpResponseBase:
    """All reasons in one file. That it was taken out is recorded, with the number of its lines."""
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    count = sum(reason.find(request.actor).count() for reason in reasons_for(request.actor))
    details = {"count": count, "format": "CSV", "filters": {"selected": "will not be billed"}}
    record(request.actor, Kind.ORGANIZATIONS_EXPORTED, request.actor.reseller.public_id, details=details)
    content = streamed(request.actor.reseller.pk, unbilled_file(request.actor))
    name = f"will-not-be-billed-{request.actor.reseller.today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
def mail_unbilled(request: Request) -> HttpResponse:
    wanted = request.POST.get("wanted") == "yes"
    want_mail(request.actor, wanted)
    if wanted:
        messages.success(request, _("You get the mail every Monday on which there is something to tell."))
    else:
        messages.success(request, _("You no longer get the mail."))
    return redirect(PAGE)
