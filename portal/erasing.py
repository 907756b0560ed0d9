"""Erasing an archived organization for good: from its record, the event log, imports, exports and webhooks."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Request
from accounts.roles import Permission
from exports.expiring import forget_exports
from imports.erasing import forget_customer
from organizations.access import get_organization
from organizations.change_views import refused
from organizations.changes import Refused, erase_organization
from organizations.problems import Problem
from organizations.views import crumbs
from webhooks.erasing import forget_answers


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Asks for the organization's name to be typed; there is no way back."""
    found = get_organization(request.actor, public_id, Permission.ORGANIZATIONS_ARCHIVE)
    if found.archived_at is None or found.erased_at is not None:
        return refused(request, Refused("not_archived", name=found.name))
    typed = request.POST.get("name", "")
    if request.method == "POST" and typed.strip() == found.name:
        with transaction.atomic():
            erase_organization(request.actor, found)
            forget_customer(request.actor, found.public_id)
            forget_exports(request.actor)
            forget_answers(request.actor, found.public_id)
        messages.success(request, _("Erased. Only its id, dates and kinds of events are left."))
        return redirect("organizations:list")
    url = reverse("organizations:detail", args=[found.public_id])
    problem = Problem("other_name", {"name": found.name}).sentence() if request.method == "POST" else ""
    context = {
        "organization": {"name": found.name, "url": url},
        "typed": typed,
        "problems": [{"id": "name", "label": "", "sentence": problem}] if problem else [],
        "breadcrumbs": crumbs((found.name, url), (_("Erase for good"), "")),
    }
    return render(request, "organizations/erase.html", context, status=422 if problem else 200)
