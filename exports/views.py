"""Pages of exports: hand a small one out at once, watch a large one being made, and download it."""

import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor, Request
from accounts.roles import Permission
from exports import files, pages
from exports.access import get_export, get_exports, sees_as_much
from exports.formats import FORMATS
from exports.making import AT_ONCE, export_now, start_export
from exports.models import UNFINISHED
from organizations.bulk import Selection, get_selection
from organizations.columns import known_columns
from organizations.views import crumbs


@require_POST
def export(request: Request) -> HttpResponseBase:
    """The selection of a list's form as a file: the ticked organizations, or all that match."""
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    selection = get_selection(request.actor, request.POST)
    name = request.POST.get("format", "")
    if name not in FORMATS or not selection.count:
        messages.error(request, _nothing(selection) if name in FORMATS else _("Choose the format of the file."))
        return redirect(reverse("organizations:list") + selection.asked.url())
    columns = known_columns(request.POST.get("only_columns", "").split(","))
    if selection.count > AT_ONCE:
        return redirect("exports:detail", start_export(request.actor, selection, name, columns).public_id)
    content = export_now(request.actor, selection, name, columns)
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(request.actor, name)}"'}
    return StreamingHttpResponse(content, content_type=FORMATS[name].content_type, headers=headers)


def _nothing(selection: Selection) -> str:
    if selection.is_all:
        return _("There is no organization to export.")
    return _("Nothing is selected. Tick the organizations first.")


def _file_name(actor: Actor, format_name: str) -> str:
    return f"organizations-{actor.reseller.today().isoformat()}.{FORMATS[format_name].ending or format_name}"


@require_safe
def exports(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    context = pages.exports_context(request.actor, get_exports(request.actor), request.GET)
    return render(request, "exports/list.html", context | {"breadcrumbs": crumbs((_("Exports"), ""))})


@require_safe
def one_export(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_export(request.actor, public_id)
    context = pages.export_context(request.actor, found, request.GET)
    context["breadcrumbs"] = crumbs((_("Exports"), reverse("exports:list")), (context["title"], ""))
    return render(request, "exports/export.html", context)


@require_safe
def progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The part of the page that is asked for again and again; when the work has ended the whole page is due."""
    found = get_export(request.actor, public_id)
    if found.state not in UNFINISHED:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "exports/_progress.html", pages.progress_context(found))


@require_safe
def download(request: Request, public_id: uuid.UUID) -> FileResponse:
    """The file, while it is kept and its person still sees as much as when it was asked for."""
    found = get_export(request.actor, public_id)
    if not found.is_kept or not sees_as_much(request.actor, found):
        raise Http404
    try:
        file = files.path_of(found).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    made = FORMATS[found.format]
    return FileResponse(
        file, as_attachment=True, filename=_file_name(request.actor, found.format), content_type=made.content_type
    )
