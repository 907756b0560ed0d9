"""The page on which a person says how a file is laid out and which of its columns is which field."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Request
from accounts.roles import Permission
from imports.access import get_import
from imports.choosing import choose, may_be_chosen
from imports.column_forms import ColumnsForm
from imports.models import Import, State
from imports.pages import fate_of, steps
from imports.unreadable import Unreadable
from organizations.changes import Refused
from organizations.views import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: Request, public_id: uuid.UUID) -> HttpResponse:
    job = get_import(request.actor, public_id)
    request.actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    if not may_be_chosen(job):
        return _too_late(request, Refused("import_was_read"))
    if request.method != "POST":
        return _page(request, job, ColumnsForm(job=job))
    form = ColumnsForm(request.POST, job=job)
    try:
        if form.is_valid():
            choose(request.actor, job, form.chosen_layout, form.chosen_columns)
            return _next(request, job)
    except Unreadable as why:
        form.tell(why)
    except Refused as refused:
        return _too_late(request, refused)
    return _page(request, job, form, status=422)


def _next(request: Request, job: Import) -> HttpResponse:
    """Where other headings were found that can't be imported as they are, their columns are to be chosen."""
    now = get_import(request.actor, job.public_id)
    return redirect("imports:columns" if now.state == State.FAILED else "imports:detail", job.public_id)


def _too_late(request: Request, refused: Refused) -> HttpResponse:
    return render(request, "409.html", {"sentence": refused.problem.sentence()}, status=409)


def _page(request: Request, job: Import, form: ColumnsForm, status: int = 200) -> HttpResponse:
    url = reverse("imports:detail", args=[job.public_id])
    context = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "steps": steps(2, columns=reverse("imports:columns", args=[job.public_id])),
        "file_name": job.file_name,
        "failed": fate_of(job.error) if job.error and not form.is_bound else "",
        "back_url": url,
        "breadcrumbs": crumbs((_("Imports"), reverse("imports:history")), (job.file_name, url), (_("Columns"), "")),
    }
    return render(request, "imports/columns.html", context, status=status)
