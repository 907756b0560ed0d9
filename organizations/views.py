"""Pages of organizations: the list, one record, and the form that makes one."""

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor, Request
from accounts.roles import Permission
from events.log import Entry, get_timeline
from groups.access import get_groups, get_own_group_ids
from organizations import approval
from organizations.access import NoGround, get_organization
from organizations.bulk import actions_for
from organizations.fields import BY_NAME, FIELDS, retold, shown
from organizations.forms import GROUPS, OrganizationForm
from organizations.hints import Hint, get_hints, told_restated
from organizations.intake import Outcome, create_organizations
from organizations.listing import list_context, whole_address
from organizations.models import Organization, Source
from organizations.purchases import purchase_context
from organizations.recent import note_made, remember, take_made
from organizations.saved_views import get_own
from organizations.tenants import tenants_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MORE = "cb_more"  # the cookie in which a browser keeps whether More was left open


def crumbs(*path: tuple[str, str]) -> list[dict[str, str]]:
    """The menu path to a page below Organizations."""
    top = [{"label": _("Broker"), "url": ""}, {"label": _("Manage organizations"), "url": ""}]
    here = [(_("Organizations"), reverse("organizations:list")), *path]
    return [*top, *[{"label": label, "url": url} for label, url in here]]


@require_safe
def organizations(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    own = get_own(request.actor)
    if whole := whole_address(request.actor, request.GET, own):
        return redirect(request.path + whole)
    context = list_context(request.actor, request.GET, own)
    context["bulk_actions"] = actions_for(request.actor, archived="archived" in context["kept"])
    context["made"] = take_made(request.session)
    return render(request, "organizations/list.html", context | {"breadcrumbs": crumbs()})


@require_http_methods(["GET", "HEAD", "POST"])
def new_organization(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_CREATE)
    if request.method != "POST":
        return _form_page(request, OrganizationForm(actor=request.actor))
    form = OrganizationForm(request.POST, actor=request.actor)
    outcome = _create(request.actor, form)
    if outcome is None or outcome.public_id is None:
        return _form_page(request, form, status=422)
    url = reverse("organizations:detail", args=[outcome.public_id])
    note_made(request.session, outcome.public_id)
    messages.success(request, format_html(_("Created <a href='{}'>{}</a>."), url, outcome.row.values[0]))
    for sentence in told_restated(outcome.row):
        messages.info(request, sentence)
    for sentence in _warnings(outcome):
        messages.warning(request, sentence)
    return redirect("organizations:new" if "another" in request.POST else url)


def _create(actor: Actor, form: OrganizationForm) -> Outcome | None:
    """None when the groups were refused; the form then says so."""
    form.full_clean()
    form.errors.clear()  # the form only carries texts: what is wrong with them is the intake's to say
    try:
        (outcome,) = create_organizations(actor, [form.texts], source=Source.FORM, groups=form.chosen_groups)
    except NoGround as refused:
        form.tell_problems(GROUPS, [refused.problem])
        return None
    form.tell(outcome)
    return outcome


def _warnings(outcome: Outcome) -> list[str]:
    return [problem.sentence() for problems in outcome.row.warnings.values() for problem in problems]


@require_POST
def hints(request: Request, public_id: uuid.UUID | None = None) -> JsonResponse:
    """What can be said of the texts of a form that is not sent yet: for a new organization, or for one that exists."""
    current = None
    if public_id:
        current = get_organization(request.actor, public_id, Permission.ORGANIZATIONS_EDIT)
    else:
        request.actor.require(Permission.ORGANIZATIONS_CREATE)
    texts = {name: request.POST[name] for name in BY_NAME if name in request.POST}
    told = [_hint(hint) for hint in get_hints(request.actor, texts, current)]
    return JsonResponse({"hints": told, "link": _("Show it in a new tab")})


def _hint(hint: Hint) -> dict[str, str]:
    url = reverse("organizations:detail", args=[hint.organization]) if hint.organization else ""
    return {"field": hint.field, "sentence": hint.sentence, "url": url}


def _form_page(request: Request, form: OrganizationForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "no_group": request.actor.is_group_bound and not request.actor.group_ids,
        "more_open": form.more_open or request.COOKIES.get(MORE) == "open",
        "cancel_url": reverse("organizations:list"),
        "breadcrumbs": crumbs((_("New Organization"), "")),
    }
    return render(request, "organizations/new.html", context, status=status)


@require_safe
def organization(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_organization(request.actor, public_id)
    remember(request.session, found)
    context = {
        "organization": {
            "name": found.name,
            "domain": shown("primary_domain", found.primary_domain),
            "archived": found.archived_at is not None,
        },
        "facts": _facts(request.actor, found),
        "groups": [
            {"name": group.name, "url": reverse("groups:detail", args=[group.public_id])}
            for group in get_groups(request.actor).filter(organizations=found)
        ],
        "tenants": tenants_of(found),
        "groups_url": _groups_url(request.actor, found),
        "timeline_url": f"{reverse('events')}?subject={found.public_id}",
        "timeline": _timeline(request.actor, found),
        "actions": _actions(request.actor, found),
        "breadcrumbs": crumbs((found.name, "")),
    }
    if found.archived_at is None:
        context |= purchase_context(request.actor, found, request.GET)
    status = 422 if context.get("problems") else 200
    return render(request, "organizations/detail.html", context, status=status)


def _groups_url(actor: Actor, found: Organization) -> str:
    """Where the record's groups are changed; nowhere for those who may not, or while it is archived."""
    may = actor.can(Permission.GROUPS_EDIT) and found.archived_at is None
    return reverse("groups:groups_of", args=[found.public_id]) if may else ""


def _timeline(actor: Actor, found: Organization) -> list[dict[str, Any]]:
    entries = get_timeline(actor, found.public_id, own_groups=get_own_group_ids(actor))
    return [_told(entry) for entry in entries]


def _told(entry: Entry) -> dict[str, Any]:
    """A line of the timeline with the fields' headings for their names."""
    changes = [
        {
            "label": BY_NAME[change.field].heading,
            "before": retold(change.field, change.before),
            "after": retold(change.field, change.after),
        }
        for change in entry.changes
        if change.field in BY_NAME
    ]
    return {"who": entry.who, "sentence": entry.sentence, "at": entry.at, "changes": changes}


def _actions(actor: Actor, found: Organization) -> list[dict[str, Any]]:
    """What may be done with the record in its state; `post` ones are buttons."""
    if found.erased_at is not None:
        return []
    archive = Permission.ORGANIZATIONS_ARCHIVE
    if found.archived_at is None:
        possible = [
            (_("Who sees this"), "people:who_sees", "users-group", Permission.PEOPLE_SEE, False),
            (_("Edit"), "organizations:edit", "pencil", Permission.ORGANIZATIONS_EDIT, False),
            (_("Archive"), "organizations:archive", "archive", archive, True),
        ]
    else:
        possible = [
            (_("Restore"), "organizations:restore", "arrow-back-up", archive, True),
            (_("Erase for good"), "erase", "ban", archive, False),
        ]
    return [
        {
            "label": label,
            "url": reverse(view, args=[found.public_id]),
            "icon": icon,
            "post": post,
            "asks": view == "erase",
        }
        for label, view, icon, permission, post in possible
        if actor.can(permission)
    ]


SECTIONS: "tuple[tuple[StrPromise, tuple[str, ...]], ...]" = (
    (
        gettext_lazy("Organization"),
        ("name", "primary_domain", "registration_number", "customer_number", "notification_email"),
    ),
    (gettext_lazy("Approval and billing"), ("approval_process", "approval_limit", "billing_start_date")),
    (gettext_lazy("Address"), ("street_address", "postal_code", "city", "state", "country")),
    (gettext_lazy("Contact"), ("contact_name", "contact_phone", "contact_email", "contact_cell_phone")),
)


def _facts(actor: Actor, found: Organization) -> list[dict[str, Any]]:
    headings = {field.name: field.heading for field in FIELDS}
    sections: list[dict[str, Any]] = [
        {"title": title, "items": [{"label": headings[name], "value": _value(actor, found, name)} for name in names]}
        for title, names in SECTIONS
    ]
    sections[0]["items"] += [{"label": _("Organization ID"), "value": str(found.public_id)}]
    told = approval.in_words(found.approval_process, found.approval_limit, actor.reseller.currency)
    sections[1]["items"].insert(2, {"label": _("What needs approval"), "value": told})
    return sections


def _value(actor: Actor, found: Organization, name: str) -> str:
    text = shown(name, getattr(found, name))
    return f"{text} {actor.reseller.currency}" if name == "approval_limit" and text else text
