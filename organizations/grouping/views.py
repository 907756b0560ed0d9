"""Pages of groups: the list, one group, and what makes, changes and deletes it."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Request
from accounts.refusals import Refused
from accounts.roles import Permission
from groups.access import get_group
from groups.changes import change_group, create_group
from groups.models import Group
from organizations.grouping import pages
from organizations.grouping.forms import GroupForm
from organizations.grouping.listing import dissolving_context, list_context
from organizations.grouping.wording import crumbs, group_crumbs, url_of
from organizations.members import dissolve_group
from organizations.questions import ask, organizations

EDIT = Permission.GROUPS_EDIT
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def groups(request: Request) -> HttpResponse:
    request.actor.require(Permission.GROUPS_SEE)
    return render(request, "groups/list.html", list_context(request.actor, request.GET) | {"breadcrumbs": crumbs()})


@require_safe
def dissolving(request: Request) -> HttpResponse:
    """The part of the list that is asked for again and again; when nothing is left of it the whole page is due."""
    request.actor.require(EDIT)
    context = dissolving_context(request.actor)
    if not context["dissolving"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "groups/_dissolving.html", context)


@require_safe
def group(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_group(request.actor, public_id)
    return render(request, "groups/group.html", pages.group_context(request.actor, found, request.GET))


@form_page
def new_group(request: Request) -> HttpResponse:
    request.actor.require(EDIT)
    form = GroupForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _new_page(request, form)
    try:
        made = create_group(request.actor, **form.texts)
    except ValidationError as errors:
        form.tell(errors)
        return _new_page(request, form, status=422)
    messages.success(request, _("Created the group %(name)s. Choose its members next.") % {"name": made.name})
    return redirect(url_of(made, "members"))


def _new_page(request: Request, form: GroupForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "breadcrumbs": crumbs((_("New Group"), "")),
    }
    return render(request, "groups/new.html", context, status=status)


@form_page
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_group(request.actor, public_id, EDIT)
    if request.method != "POST":
        return _edit_page(request, found, GroupForm(initial={"name": found.name, "description": found.description}))
    form = GroupForm(request.POST)
    try:
        change_group(request.actor, found, **form.texts, version=_version(request))
    except ValidationError as errors:
        form.tell(errors)
        return _edit_page(request, found, form, status=422, version=_version(request))
    except Refused as refused:
        form.tell(ValidationError(refused.sentence))
        return _edit_page(request, get_group(request.actor, public_id, EDIT), form, status=409)
    messages.success(request, _("Saved."))
    return redirect(url_of(found))


def _version(request: Request) -> int:
    """The version that was on the page; 0, which is nobody's, for anything else."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _edit_page(
    request: Request, found: Group, form: GroupForm, status: int = 200, version: int | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "group": {"name": found.name, "url": url_of(found), "version": version or found.version},
        "breadcrumbs": group_crumbs(found, (_("Edit"), "")),
    }
    return render(request, "groups/edit.html", context, status=status)


@form_page
def delete(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_group(request.actor, public_id, EDIT)
    if request.method != "POST":
        return ask(request, pages.deleting(request.actor, found))
    try:
        count = dissolve_group(request.actor, found)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    words = {"name": found.name, "count": organizations(count)}
    messages.success(request, _("Deleted the group %(name)s. It held %(count)s, which stay.") % words)
    return redirect("groups:list")
