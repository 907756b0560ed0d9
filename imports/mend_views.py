"""Pages that repair a checked file: one row, or one value on all rows that have it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Request
from accounts.roles import Permission
from imports.access import get_import
from imports.beside import READ
from imports.forms import RowForm
from imports.mending import edit_row, fix_all
from imports.models import Import
from imports.problems import sentences_of
from imports.rows import PLACE, fault_in, get_row, next_faulty
from organizations.changes import Refused
from organizations.views import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
def row(request: Request, public_id: uuid.UUID, number: int) -> HttpResponse:
    """All cells of one row; a form in the table posts single cells of it here."""
    job = get_import(request.actor, public_id)
    request.actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    if request.method != "POST":
        return _row_page(request, job, number)
    texts = {name: request.POST[name] for name in READ if name in request.POST}
    try:
        edit_row(request.actor, job, number, texts)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.problem.sentence()}, status=409)
    if "next" in request.POST and (following := next_faulty(job, number)):
        return redirect(f"{reverse('imports:row', args=[job.public_id, following])}?{_place(request)}")
    return redirect(f"{reverse('imports:detail', args=[job.public_id])}?{_place(request)}#row-{number}")


def _row_page(request: Request, job: Import, number: int) -> HttpResponse:
    found = get_row(job, number)
    if found is None:
        raise Http404
    (errors,) = sentences_of(request.actor, [found.errors])
    back = f"{reverse('imports:detail', args=[job.public_id])}?{_place(request)}"
    title = _("Row %(number)s") % {"number": number}
    context = {
        "form": (form := RowForm(found, errors)),
        "problems": form.problems,
        "title": title,
        "line": found.line,
        "back_url": f"{back}#row-{number}",
        "next": next_faulty(job, number),
        "breadcrumbs": crumbs((_("Imports"), reverse("imports:history")), (job.file_name, back), (title, "")),
    }
    return render(request, "imports/row.html", context)


def _place(request: Request) -> str:
    """Which rows the person was looking at, and will again."""
    kept = request.GET.copy()
    for name in set(kept) - set(PLACE):
        del kept[name]
    return kept.urlencode()


@require_POST
def fix(request: Request, public_id: uuid.UUID) -> HttpResponse:
    job = get_import(request.actor, public_id)
    request.actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    fault = fault_in(request.POST)
    if fault is None or fault.value is None or fault.field not in READ:
        raise Http404
    try:
        count = fix_all(request.actor, job, fault, request.POST.get("text", ""))
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.problem.sentence()}, status=409)
    words = ngettext("%(n)s row was changed.", "%(n)s rows were changed.", count)
    messages.success(request, words % {"n": count})
    return redirect("imports:detail", job.public_id)
