"""Pages that change organizations that exist: edit one, archive and restore it, or do something to a selection."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Request
from accounts.addresses import own_path
from accounts.refusals import Refused as GroupRefused
from accounts.roles import Permission
from organizations.access import get_organization
from organizations.bulk import ACTIONS, Action, BulkForm, Selection, get_selection
from organizations.changes import (
    Refused,
    archive_organizations,
    change_organization,
    restore_organizations,
    written_texts_of,
)
from organizations.forms import OrganizationForm
from organizations.hints import told_restated
from organizations.models import Organization, OrganizationQuerySet
from organizations.views import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_organization(request.actor, public_id, Permission.ORGANIZATIONS_EDIT)
    if found.archived_at is not None:
        return refused(request, Refused("is_archived", name=found.name))
    if request.method != "POST":
        form = OrganizationForm(actor=request.actor, is_new=False, initial=written_texts_of(found))
        return _edit_page(request, found, form)
    form = OrganizationForm(request.POST, actor=request.actor, is_new=False)
    form.full_clean()
    form.errors.clear()  # the form only carries texts: what is wrong with them is the verb's to say
    try:
        outcome = change_organization(request.actor, found, form.texts, version=_version(request))
    except Refused as error:
        found.refresh_from_db()
        form.add_error(None, error.problem.sentence())
        return _edit_page(request, found, form, status=409)
    form.tell(outcome)
    if outcome.public_id is None:
        return _edit_page(request, found, form, status=422, version=_version(request))
    messages.success(request, _("Saved."))
    for sentence in told_restated(outcome.row):
        messages.info(request, sentence)
    for sentence in (p.sentence() for problems in outcome.row.warnings.values() for p in problems):
        messages.warning(request, sentence)
    return redirect("organizations:detail", found.public_id)


def _version(request: HttpRequest) -> int:
    """The version that was on the page; 0, which is nobody's, for anything else."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _edit_page(
    request: Request, found: Organization, form: OrganizationForm, status: int = 200, version: int | None = None
) -> HttpResponse:
    url = reverse("organizations:detail", args=[found.public_id])
    context = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "organization": {"name": found.name, "url": url, "version": version or found.version},
        "breadcrumbs": crumbs((found.name, url), (_("Edit"), "")),
    }
    return render(request, "organizations/edit.html", context, status=status)


def refused(request: Request, error: Refused) -> HttpResponse:
    return render(request, "409.html", {"sentence": error.problem.sentence()}, status=409)


def _only(request: Request, found: Organization) -> OrganizationQuerySet:
    return Organization.objects.permitted(request.actor, Permission.ORGANIZATIONS_ARCHIVE).filter(pk=found.pk)


@require_POST
def archive(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_organization(request.actor, public_id, Permission.ORGANIZATIONS_ARCHIVE)
    archive_organizations(request.actor, _only(request, found))
    messages.success(request, _("Archived %(name)s. It can be restored from here.") % {"name": found.name})
    return redirect("organizations:detail", found.public_id)


@require_POST
def restore(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_organization(request.actor, public_id, Permission.ORGANIZATIONS_ARCHIVE)
    restore_organizations(request.actor, _only(request, found))
    messages.success(request, _("Restored %(name)s.") % {"name": found.name})
    return redirect("organizations:detail", found.public_id)


@require_POST
def bulk(request: Request) -> HttpResponse:
    """Asks first, with the number and the values to set; with `confirmed` it does what was asked."""
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    selection = get_selection(request.actor, request.POST)
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is not None:
        request.actor.require(action.permission)
    if action is None or selection.refusal:
        messages.error(request, selection.refusal or _("Choose what to do with the selection."))
        return redirect(_back(request, selection))
    if "confirmed" not in request.POST:
        return _bulk_page(request, action, selection, BulkForm(action=action, actor=request.actor))
    return _do(request, action, selection)


def _do(request: Request, action: Action, selection: Selection) -> HttpResponse:
    """Does it, unless its effects are to be told first for just these texts."""
    texts = {name: request.POST.get(name, "") for name in action.fields}
    form = BulkForm(request.POST, action=action, actor=request.actor)
    form.full_clean()
    form.errors.clear()  # the form only carries texts: what is wrong with them is the verb's to say
    if action.foresee and request.POST.get("told") != _words(texts):
        effects = action.foresee(request.actor, selection.rows, texts)
        if effects:
            return _bulk_page(request, action, selection, form, effects=effects, told=_words(texts))
    try:
        count, row = action.do(request.actor, selection.rows, texts)
    except GroupRefused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    if row.errors:
        form.tell(row)
        return _bulk_page(request, action, selection, form, status=422)
    messages.success(request, action.done % {"count": count})
    return redirect(_back(request, selection))


def _back(request: Request, selection: Selection) -> str:
    """To where the selection was made: the page of ours that named itself, else the list as it was asked for."""
    return own_path(request.POST.get("back", ""), reverse("organizations:list") + selection.asked.url())


def _words(texts: Mapping[str, str]) -> str:
    return "\n".join(texts.values())


def _bulk_page(
    request: Request,
    action: Action,
    selection: Selection,
    form: BulkForm,
    *,
    status: int = 200,
    effects: Sequence[str] = (),
    told: str = "",
) -> HttpResponse:
    title = action.question % {"count": selection.count}
    back = _back(request, selection)
    kept: list[tuple[str, Any]] = [("action", action.name), ("scope", "all" if selection.is_all else "")]
    kept += [("told", told), ("back", back)]
    kept += list(selection.asked.parts.items()) + [("id", public_id) for public_id in selection.ids]
    context = {
        "title": title,
        "form": form,
        "effects": effects,
        "button": _("Continue") if action.foresee and not effects else action.label,
        "kept": [{"name": name, "value": value} for name, value in kept if value],
        "names": [row.name for row in selection.rows.order_by("sort_name")[:5]],
        "more": max(selection.count - 5, 0),
        "back_url": back,
        "breadcrumbs": crumbs((str(title), "")),
    }
    return render(request, "organizations/bulk.html", context, status=status)
