"""Pages of the file import: hand in a file, look at it, start it, watch it, and see what came of it."""

import uuid

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Request
from accounts.roles import Permission
from accounts.tenancy import streamed
from imports import pages, reports, uploads
from imports.access import get_import
from imports.blanks import TEMPLATES
from imports.forms import OptionsForm, UploadForm
from imports.history import history_context
from imports.models import Import, State
from imports.receiving import cancel_import, receive_file, set_options, start_import
from imports.unreadable import Unreadable
from organizations.access import NoGround
from organizations.changes import Refused
from organizations.grid_page import grid_context
from organizations.rules import also_mandatory
from organizations.views import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
def create_multiple(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    if request.method != "POST":
        return _upload_page(request, UploadForm(actor=request.actor))
    form = UploadForm(request.POST, request.FILES, actor=request.actor)
    if getattr(request, "upload_is_too_large", False):
        return _cut_off_page(request, form, Unreadable("file_too_large", limit=pages.MOST_MEGABYTES), status=413)
    if getattr(request, "upload_found_no_room", False):
        return _cut_off_page(request, form, Unreadable("no_room"), status=507)
    job = _receive(request, form)
    if job is None or job.state == State.FAILED:
        return _upload_page(request, form, status=422, refused=job)
    return redirect("imports:detail", job.public_id)


def _receive(request: Request, form: UploadForm) -> Import | None:
    """The import; a failed one, of which the form tells, where a person has to say which column is which."""
    if not form.is_valid():
        return None
    file = form.cleaned_data["file"]
    try:
        job = receive_file(request.actor, file, groups=form.chosen_groups, options=form.options)
        if job.error:
            form.add_error("file", f"{file.name}: {pages.fate_of(job.error)}")
        return job
    except Unreadable as error:
        form.add_error("file", f"{file.name}: {error.sentence()}")
    except NoGround as refused:
        form.add_error("group" if "group" in form.fields else None, refused.problem.sentence())
    return None


def _cut_off_page(request: Request, form: UploadForm, why: Unreadable, status: int) -> HttpResponse:
    """Without the file, the form says that none was chosen; there was one, and it stopped arriving."""
    form.full_clean()
    form.errors["file"] = form.error_class([why.sentence()])
    return _upload_page(request, form, status=status)


def _upload_page(
    request: Request, form: UploadForm, status: int = 200, *, refused: Import | None = None
) -> HttpResponse:
    title = (_("Create Multiple Organizations"), reverse("imports:create_multiple"))
    context = pages.upload_context(request.actor, form)
    context["columns_url"] = pages.columns_url(request.actor, refused) if refused else ""
    context |= {"grid": grid_context(request.actor), "breadcrumbs": crumbs(title)}
    return render(request, "imports/create_multiple.html", context, status=status)


@require_safe
def template(request: Request, format_name: str) -> HttpResponse:
    """The file to fill in, with the seventeen headings and nothing else."""
    request.actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    if format_name not in TEMPLATES:
        raise Http404
    made = TEMPLATES[format_name]
    headers = {"Content-Disposition": f'attachment; filename="organizations.{format_name}"'}
    return HttpResponse(made.content(also_mandatory(request.actor)), content_type=made.content_type, headers=headers)


@require_safe
def imports(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    context = history_context(request.actor, request.GET)
    context["breadcrumbs"] = crumbs((_("Imports"), ""))
    return render(request, "imports/history.html", context)


@require_safe
def one_import(request: Request, public_id: uuid.UUID) -> HttpResponse:
    job = get_import(request.actor, public_id)
    context = pages.import_context(request.actor, job, request.GET)
    context["breadcrumbs"] = crumbs((_("Imports"), reverse("imports:history")), (job.file_name, ""))
    return render(request, "imports/import.html", context)


@require_safe
def progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The part of the page that is asked for again and again; when the work has ended the whole page is due."""
    job = get_import(request.actor, public_id)
    if job.state not in (State.READING, State.IMPORTING):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "imports/_progress.html", pages.progress_context(request.actor, job))


@require_POST
def start(request: Request, public_id: uuid.UUID) -> HttpResponse:
    job = get_import(request.actor, public_id)
    try:
        start_import(request.actor, job, is_quiet="quiet" in request.POST)
    except (NoGround, Refused) as refused:
        return render(request, "409.html", {"sentence": refused.problem.sentence()}, status=409)
    return redirect("imports:detail", job.public_id)


@require_POST
def options(request: Request, public_id: uuid.UUID) -> HttpResponse:
    job = get_import(request.actor, public_id)
    request.actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    form = OptionsForm(request.POST, actor=request.actor, job=job)
    if not form.is_valid() and job.state == State.READY:
        context = pages.import_context(request.actor, job, request.GET, form)
        context["breadcrumbs"] = crumbs((_("Imports"), reverse("imports:history")), (job.file_name, ""))
        return render(request, "imports/import.html", context, status=422)
    if form.is_valid():
        set_options(request.actor, job, form.options)
    return redirect("imports:detail", job.public_id)


@require_POST
def cancel(request: Request, public_id: uuid.UUID) -> HttpResponse:
    job = get_import(request.actor, public_id)
    cancel_import(request.actor, job)
    return redirect("imports:detail", job.public_id)


@require_safe
def failed_rows(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    job = get_import(request.actor, public_id)
    if not uploads.storage().exists(job.upload):
        raise Http404
    report = reports.failed_rows(request.actor, job)
    content = streamed(request.actor.reseller.pk, report.content)
    headers = {"Content-Disposition": f'attachment; filename="{report.name}"'}
    return StreamingHttpResponse(content, content_type=report.content_type, headers=headers)
