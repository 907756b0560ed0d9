"""Pages of people: the list, one person, one invitation, inviting one or a file of them, and who sees a customer."""

import uuid
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Request
from accounts.refusals import Refused
from accounts.roles import Permission
from groups.access import get_groups
from organizations.access import get_organization
from organizations.views import crumbs as organization_crumbs
from people import pages
from people.access import get_invitation, get_person
from people.csv_file import NotAList, pack, read_drafts, unpack
from people.forms import FileForm, InviteForm
from people.inviting import Draft, check_drafts, invite_people
from people.listing import list_context
from people.sight import count_by_group
from people.wording import crumbs


@require_safe
def administrators(request: Request) -> HttpResponse:
    request.actor.require(Permission.PEOPLE_SEE)
    return render(request, "people/list.html", list_context(request.actor, request.GET) | {"breadcrumbs": crumbs()})


@require_safe
def person(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_person(request.actor, public_id)
    return render(request, "people/person.html", pages.person_context(request.actor, found))


@require_safe
def invitation(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_invitation(request.actor, public_id)
    return render(request, "people/invitation.html", pages.invitation_context(request.actor, found))


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Request) -> HttpResponse:
    request.actor.require(Permission.PEOPLE_EDIT)
    groups, counts = list(get_groups(request.actor)), count_by_group(request.actor)
    form = InviteForm(request.POST if request.method == "POST" else None, groups=groups, counts=counts)
    if request.method != "POST":
        return _invite_page(request, form)
    form.full_clean()
    form.errors.clear()  # the form only carries texts: what is wrong with them is the verb's to say
    try:
        (checked,) = invite_people(request.actor, [form.draft])
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _invite_page(request, form, status=409)
    form.tell(checked.errors)
    if checked.errors:
        return _invite_page(request, form, status=422)
    messages.success(request, _("Invited %(name)s. The mail is on its way.") % {"name": checked.name})
    if checked.sees_nothing:
        messages.warning(request, _("With this role %(name)s sees nothing without a group.") % {"name": checked.name})
    return redirect("people:list")


def _invite_page(request: Request, form: InviteForm, status: int = 200) -> HttpResponse:
    problems = form.problems if form.is_bound else []
    context = {"form": form, "problems": problems, "breadcrumbs": crumbs((_("Invite"), ""))}
    return render(request, "people/invite.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def invite_many(request: Request) -> HttpResponse:
    """A file is checked as a whole and shown; what came back from that page is checked again, and invited."""
    request.actor.require(Permission.PEOPLE_EDIT)
    if request.method != "POST":
        return _file_page(request, FileForm())
    try:
        if "rows" in request.POST:
            return _invite_rows(request, unpack(request.POST["rows"]))
        return _checked_page(request, *_uploaded(request))
    except NotAList as error:
        form = FileForm(request.POST, request.FILES)
        form.full_clean()
        form.errors["file"] = form.error_class([error.sentence])
        return _file_page(request, form, status=422)


def _uploaded(request: Request) -> tuple[str, list[Draft]]:
    form = FileForm(request.POST, request.FILES)
    if getattr(request, "upload_is_too_large", False) or not form.is_valid():
        raise NotAList(_("Select a file of at most 1 MB."))
    file = form.cleaned_data["file"]
    return file.name, read_drafts(Path(file.temporary_file_path()))


def _file_page(request: Request, form: FileForm, status: int = 200) -> HttpResponse:
    problems = form.problems if form.is_bound else []
    context = {"form": form, "problems": problems, "breadcrumbs": crumbs((_("Import administrators"), ""))}
    return render(request, "people/invite_many.html", context | pages.file_facts(), status=status)


def _checked_page(request: Request, file_name: str, drafts: list[Draft]) -> HttpResponse:
    checked = check_drafts(request.actor, drafts)
    here = (_("Import administrators"), reverse("people:invite_many"))
    good = [person.draft for person in checked if not person.errors]
    context = pages.checked_context(checked) | {
        "file_name": file_name,
        "packed": pack(good) if good else "",
        "breadcrumbs": crumbs(here, (_("Check"), "")),
    }
    return render(request, "people/check.html", context)


def _invite_rows(request: Request, drafts: list[Draft]) -> HttpResponse:
    try:
        checked = invite_people(request.actor, drafts)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    bad = [person for person in checked if person.errors]
    pages.tell_invited(request, len(checked) - len(bad), bad)
    return redirect(f"{reverse('people:list')}?state=invited")


@require_safe
def who_sees(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Everybody who sees an organization, and through which role or group."""
    found = get_organization(request.actor, public_id, Permission.PEOPLE_SEE)
    url = reverse("organizations:detail", args=[found.public_id])
    context: dict[str, Any] = pages.viewers_context(request.actor, found)
    context["organization"] = {"name": found.name, "url": url}
    context["breadcrumbs"] = organization_crumbs((found.name, url), (_("Who sees this"), ""))
    return render(request, "people/who_sees.html", context)
