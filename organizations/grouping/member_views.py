"""Pages that change who is in which group: the tick list, the pasted list, and the groups of one organization.

Each shows its effects before it saves anything.
"""

import uuid

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Request
from accounts.refusals import Refused
from groups.access import get_group, get_groups
from groups.models import Group
from organizations.access import get_organization
from organizations.effects import foresee, foresee_for, tell, tell_people
from organizations.grouping.forms import ChangedTicks, PasteForm
from organizations.grouping.pasting import MOST_LINES, Pasted, TooLong, read_list
from organizations.grouping.ticking import MOST, Asked, Ticks, members_context, named
from organizations.grouping.views import EDIT, form_page
from organizations.grouping.wording import group_crumbs, url_of
from organizations.members import add_members, change_groups_of, remove_members
from organizations.models import Organization
from organizations.questions import Question, ask, organizations
from organizations.views import crumbs as organization_crumbs


@form_page
def members(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Turning the page and searching post the ticks, so that they are kept; Update asks, and `confirmed` saves."""
    group = get_group(request.actor, public_id, EDIT)
    if request.method != "POST":
        return _members_page(request, group, Asked.of(request.GET), Ticks.of(QueryDict()))
    ticks, asked = Ticks.of(request.POST), Asked.of(request.POST if "find" in request.POST else request.GET)
    if len(ticks) > MOST:
        messages.error(request, _("These are too many ticks to carry along. Press Update before you go on."))
        return _members_page(request, group, asked, ticks, status=422)
    if "confirmed" in request.POST:
        return _save_ticks(request, group, ticks)
    if "update" in request.POST:
        return _ask_ticks(request, group, asked, ticks)
    if not ticks:
        return redirect(url_of(group, "members") + asked.url(after=asked.after, before=asked.before))
    return _members_page(request, group, asked, ticks)


def _members_page(request: Request, group: Group, asked: Asked, ticks: Ticks, status: int = 200) -> HttpResponse:
    context = members_context(request.actor, group, asked, ticks) | {
        "group": {"name": group.name, "url": url_of(group)},
        "paste_url": url_of(group, "paste"),
        "breadcrumbs": group_crumbs(group, (_("Members"), "")),
    }
    return render(request, "groups/members.html", context, status=status)


def _ask_ticks(request: Request, group: Group, asked: Asked, ticks: Ticks) -> HttpResponse:
    if not ticks:
        messages.info(request, _("No tick was changed."))
        return redirect(url_of(group, "members") + asked.url(after=asked.after, before=asked.before))
    actor = request.actor
    change = foresee(actor, group, add=named(actor, ticks.add), remove=named(actor, ticks.remove))
    title = _("Update the members of %(group)s?") % {"group": group.name}
    trail = group_crumbs(group, (_("Members"), url_of(group, "members")), (_("Update"), ""))
    question = Question(
        title, tell(actor, group, change), _("Update"), url_of(group, "members"), trail, kept=ticks.kept
    )
    return ask(request, question)


def _save_ticks(request: Request, group: Group, ticks: Ticks) -> HttpResponse:
    actor = request.actor
    try:
        added = add_members(actor, group, named(actor, ticks.add))
        removed = remove_members(actor, group, named(actor, ticks.remove))
    except Refused as refused:
        return _refused(request, refused)
    return _done(request, group, added, removed)


def _done(request: Request, group: Group, added: int, removed: int) -> HttpResponse:
    words = {"group": group.name, "added": organizations(added), "removed": organizations(removed)}
    told = [_("Added to %(group)s: %(added)s.") % words] * bool(added)
    told += [_("Removed from %(group)s: %(removed)s.") % words] * bool(removed)
    messages.success(request, " ".join(told) or _("Nothing had to be changed."))
    return redirect(url_of(group))


def _refused(request: Request, refused: Refused) -> HttpResponse:
    return render(request, "409.html", {"sentence": refused.sentence}, status=409)


@form_page
def paste(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The list is read anew when the answer to the question comes: what it names may have changed meanwhile."""
    group = get_group(request.actor, public_id, EDIT)
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _paste_page(request, group, form)
    try:
        pasted = read_list(request.actor, form.cleaned_data["pasted"])
    except TooLong:
        form.add_error("pasted", _("Paste at most %(most)s lines at once.") % {"most": MOST_LINES})
        return _paste_page(request, group, form)
    if not pasted.count or "confirmed" not in request.POST:
        return _pasted_page(request, group, form, pasted)
    try:
        if form.cleaned_data["do"] == "add":
            return _done(request, group, add_members(request.actor, group, pasted.rows), 0)
        return _done(request, group, 0, remove_members(request.actor, group, pasted.rows))
    except Refused as refused:
        return _refused(request, refused)


def _paste_page(request: Request, group: Group, form: PasteForm) -> HttpResponse:
    context = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "most": MOST_LINES,
        "back_url": url_of(group, "members"),
        "breadcrumbs": _paste_crumbs(group),
    }
    return render(request, "groups/paste.html", context, status=422 if form.is_bound else 200)


def _pasted_page(request: Request, group: Group, form: PasteForm, pasted: Pasted) -> HttpResponse:
    """What would happen, and what was not understood; nothing can be confirmed where nothing was found."""
    do = form.cleaned_data["do"]
    change = foresee(request.actor, group, **{do: pasted.rows}) if pasted.count else None
    context = {
        "group": {"name": group.name},
        "found": organizations(pasted.count),
        "effects": tell(request.actor, group, change) if change else [],
        "can_save": bool(change and (change.added or change.removed)),
        "troubles": pasted.troubles,
        "label": dict(form.fields["do"].choices)[do],  # type: ignore[attr-defined]
        "kept": [("pasted", form.cleaned_data["pasted"]), ("do", do)],
        "back_url": url_of(group, "members"),
        "breadcrumbs": _paste_crumbs(group),
    }
    return render(request, "groups/pasted.html", context, status=200 if pasted.count else 422)


def _paste_crumbs(group: Group) -> list[dict[str, str]]:
    return group_crumbs(group, (_("Members"), url_of(group, "members")), (_("Paste a list"), ""))


@form_page
def groups_of(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The groups of one organization: ticks, then who gains or loses sight of it, then the change."""
    actor = request.actor
    found = get_organization(actor, public_id, EDIT)
    every = list(get_groups(actor))
    its_own = [group for group in every if group in set(get_groups(actor).filter(organizations=found))]
    own = [str(group.public_id) for group in its_own]
    form = ChangedTicks(
        request.POST if request.method == "POST" else None, groups=every, initial={"groups": own, "had": own}
    )
    url = reverse("organizations:detail", args=[found.public_id])
    if found.archived_at is not None:
        return _refused(request, Refused(_("%(name)s is archived. Restore it first.") % {"name": found.name}))
    if not form.is_valid():
        return _groups_page(request, found, form, url)
    if not form.added and not form.taken:
        messages.info(request, _("No group was changed."))
        return redirect(url)
    if "confirmed" not in request.POST:
        return _ask_groups(request, found, its_own, form, url)
    try:
        change_groups_of(actor, found, add=form.added, remove=form.taken)
    except Refused as refused:
        return _refused(request, refused)
    messages.success(request, _("Saved."))
    return redirect(url)


def _groups_page(request: Request, found: Organization, form: ChangedTicks, url: str) -> HttpResponse:
    context = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "organization": {"name": found.name, "url": url},
        "breadcrumbs": organization_crumbs((found.name, url), (_("Groups"), "")),
    }
    return render(request, "groups/groups_of.html", context, status=422 if form.is_bound else 200)


def _ask_groups(
    request: Request, found: Organization, its_own: list[Group], form: ChangedTicks, url: str
) -> HttpResponse:
    before = {group.pk for group in its_own}
    after = (before | {group.pk for group in form.added}) - {group.pk for group in form.taken}
    effects = [_("Added to: %(groups)s.") % {"groups": _names(form.added)}] * bool(form.added)
    effects += [_("Removed from: %(groups)s.") % {"groups": _names(form.taken)}] * bool(form.taken)
    effects += tell_people(request.actor, foresee_for(request.actor, before, after))
    if not after:
        effects.append(_("Then in no group: only administrators of the whole reseller see it."))
    title = _("Change the groups of %(name)s?") % {"name": found.name}
    trail = organization_crumbs((found.name, url), (_("Groups"), ""))
    posted = [(name, value) for name in ("groups", "had") for value in request.POST.getlist(name)]
    return ask(request, Question(title, effects, _("Save"), url, trail, kept=posted))


def _names(groups: list[Group]) -> str:
    return ", ".join(group.name for group in groups)
