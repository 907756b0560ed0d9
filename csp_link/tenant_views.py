"""Pages of the tenants: the list, linking one, and leaving one alone."""

import uuid
from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor, Request
from accounts.ids import uuid_of
from accounts.refusals import Refused
from accounts.roles import Permission
from csp_link.access import get_tenant
from csp_link.assessing import freshen
from csp_link.auto_pages import auto_card
from csp_link.linking import (
    MOST_REASON,
    create_and_link,
    ignore_tenant,
    link_tenant,
    reject_suggestion,
    stop_ignoring,
    unlink_tenant,
)
from csp_link.models import Tenant
from csp_link.pages import read_context
from csp_link.profiles import ask_for_profile
from csp_link.tenant_list import list_context
from csp_link.tenant_pages import link_context, prefilled, tenant_crumbs, tenant_facts
from organizations.access import NoGround, get_organization
from organizations.forms import GROUPS, OrganizationForm
from organizations.intake import Outcome
from organizations.pages import asked_text


@require_safe
def tenants(request: Request) -> HttpResponse:
    request.actor.require(Permission.TENANTS_SEE)
    is_comparing = freshen(request.actor)
    more = {"auto": auto_card(request.actor), "is_comparing": is_comparing, "breadcrumbs": tenant_crumbs()}
    context = list_context(request.actor, request.GET) | read_context(request.actor) | more
    return render(request, "csp_link/tenants.html", context)


@require_safe
def comparing(request: Request) -> HttpResponse:
    """The note that is asked for again while a worker compares; the list is due anew when that is over."""
    request.actor.require(Permission.TENANTS_SEE)
    if freshen(request.actor):
        return render(request, "csp_link/_comparing.html")
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: Request, tenant_id: uuid.UUID) -> HttpResponse:
    tenant = get_tenant(request.actor, tenant_id, Permission.TENANTS_EDIT)
    if request.method == "POST":
        return _create(request, tenant)
    if not tenant.is_open:
        return _refused(request, _("%(tenant)s is linked, ignored or has ended.") % {"tenant": tenant})
    if "now" not in request.GET and ask_for_profile(request.actor, tenant):
        return render(request, "csp_link/waiting.html", _waiting(tenant))
    return _link_page(request, tenant)


def _link_page(
    request: Request, tenant: Tenant, form: OrganizationForm | None = None, status: int = 200
) -> HttpResponse:
    is_comparing = freshen(request.actor)
    tenant = get_tenant(request.actor, tenant.tenant_id)  # with what was found just now
    search = asked_text(request.GET)
    form = form or prefilled(request.actor, tenant)
    context = link_context(request.actor, tenant, form, search, is_comparing=is_comparing)
    return render(request, "csp_link/link.html", context, status=status)


def _waiting(tenant: Tenant) -> dict[str, object]:
    address = reverse("csp_link:profile", args=[tenant.tenant_id])
    return {"tenant": tenant_facts(tenant), "url": address, "breadcrumbs": tenant_crumbs((str(tenant), ""))}


@require_safe
def profile(request: Request, tenant_id: uuid.UUID) -> HttpResponse:
    """The card that is asked for again until a worker has read the tenant's profiles."""
    tenant = get_tenant(request.actor, tenant_id, Permission.TENANTS_EDIT)
    if ask_for_profile(request.actor, tenant):
        return render(request, "csp_link/_waiting.html", _waiting(tenant))
    return HttpResponse(headers={"HX-Refresh": "true"})


def _create(request: Request, tenant: Tenant) -> HttpResponse:
    form = OrganizationForm(request.POST, actor=request.actor)
    form.full_clean()
    form.errors.clear()  # the form only carries texts: what is wrong with them is the intake's to say
    try:
        outcome = create_and_link(request.actor, tenant, form.texts, form.chosen_groups)
    except NoGround as refused:
        form.tell_problems(GROUPS, [refused.problem])
        return _link_page(request, tenant, form, status=422)
    except Refused as refused:
        return _refused(request, refused.sentence)
    form.tell(outcome)
    return _created(request, tenant, outcome) if outcome.public_id else _link_page(request, tenant, form, status=422)


def _created(request: Request, tenant: Tenant, outcome: Outcome) -> HttpResponse:
    url = reverse("organizations:detail", args=[outcome.public_id])
    told = format_html(_("Created <a href='{}'>{}</a> and linked {} to it."), url, outcome.row["name"], tenant)
    messages.success(request, told)
    for problems in outcome.row.warnings.values():
        for problem in problems:
            messages.warning(request, problem.sentence())
    return redirect("csp_link:tenants")


@require_POST
def link_existing(request: Request, tenant_id: uuid.UUID) -> HttpResponse:
    tenant = get_tenant(request.actor, tenant_id, Permission.TENANTS_EDIT)
    organization = get_organization(request.actor, _posted_id(request))
    try:
        link_tenant(request.actor, tenant, organization)
    except Refused as refused:
        return _refused(request, refused.sentence)
    url = reverse("organizations:detail", args=[organization.public_id])
    messages.success(request, format_html(_("Linked {} to <a href='{}'>{}</a>."), tenant, url, organization.name))
    return redirect("csp_link:tenants")


@require_POST
def reject(request: Request, tenant_id: uuid.UUID) -> HttpResponse:
    tenant = get_tenant(request.actor, tenant_id, Permission.TENANTS_EDIT)
    organization = get_organization(request.actor, _posted_id(request))
    try:
        reject_suggestion(request.actor, tenant, organization)
    except Refused as refused:
        return _refused(request, refused.sentence)
    messages.success(request, _("%(name)s is not suggested for this tenant any more.") % {"name": organization.name})
    return redirect("csp_link:link", tenant.tenant_id)


@require_http_methods(["GET", "HEAD", "POST"])
def unlink(request: Request, tenant_id: uuid.UUID) -> HttpResponse:
    tenant = get_tenant(request.actor, tenant_id, Permission.TENANTS_EDIT)
    if tenant.organization is None:
        return _refused(request, _("%(tenant)s is not linked (any more).") % {"tenant": tenant})
    told = {"tenant": tenant, "name": tenant.organization.name}
    question = {
        "title": _("Unlink %(tenant)s?") % told,
        "effects": [
            _("%(name)s stays as it is; only the link goes.") % told,
            _("%(name)s is not suggested for this tenant again. You can still choose it by hand.") % told,
            _("Nothing changes at Microsoft."),
        ],
        "label": _("Unlink"),
    }
    if request.method != "POST" or not _reason(request):
        return _ask(request, tenant, question)
    return _done(request, tenant, unlink_tenant, _("Unlinked %(tenant)s from %(name)s.") % told)


@require_http_methods(["GET", "HEAD", "POST"])
def ignore(request: Request, tenant_id: uuid.UUID) -> HttpResponse:
    tenant = get_tenant(request.actor, tenant_id, Permission.TENANTS_EDIT)
    if not tenant.is_open:
        return _refused(request, _("%(tenant)s is linked, ignored or has ended.") % {"tenant": tenant})
    told = {"tenant": tenant}
    question = {
        "title": _("Ignore %(tenant)s?") % told,
        "effects": [
            _("It is no longer counted as not linked, and Auto create and link leaves it out."),
            _("Nothing changes at Microsoft. You can stop ignoring it at any time."),
        ],
        "label": _("Ignore"),
    }
    if request.method != "POST" or not _reason(request):
        return _ask(request, tenant, question)
    return _done(request, tenant, ignore_tenant, _("%(tenant)s is ignored from now on.") % told)


@require_http_methods(["GET", "HEAD", "POST"])
def unignore(request: Request, tenant_id: uuid.UUID) -> HttpResponse:
    tenant = get_tenant(request.actor, tenant_id, Permission.TENANTS_EDIT)
    if request.method != "POST":
        question = {
            "title": _("Stop ignoring %(tenant)s?") % {"tenant": tenant},
            "effects": [_("It counts as not linked again.")],
            "label": _("Stop ignoring"),
        }
        return _ask(request, tenant, question, wants_reason=False)
    stop_ignoring(request.actor, tenant)
    return redirect("csp_link:tenants")


def _ask(request: Request, tenant: Tenant, question: Mapping[str, object], wants_reason: bool = True) -> HttpResponse:
    """A page that says what comes of it; without a reason it says that one is wanted."""
    is_refused = request.method == "POST"
    context = {
        "question": question,
        "wants_reason": wants_reason,
        "most": MOST_REASON,
        "error": _("Enter a reason: the next person will want to know it.") if is_refused else "",
        "breadcrumbs": tenant_crumbs((str(tenant), "")),
    }
    return render(request, "csp_link/ask.html", context, status=422 if is_refused else 200)


def _done(request: Request, tenant: Tenant, verb: Callable[[Actor, Tenant, str], None], told: str) -> HttpResponse:
    try:
        verb(request.actor, tenant, _reason(request))
    except Refused as refused:
        return _refused(request, refused.sentence)
    messages.success(request, told)
    return redirect("csp_link:tenants")


def _reason(request: Request) -> str:
    return " ".join(request.POST.get("reason", "").replace("\0", " ").split())[:MOST_REASON]


def _posted_id(request: Request) -> str:
    return str(uuid_of(request.POST.get("organization", "")) or uuid.UUID(int=0))  # else nobody's


def _refused(request: Request, sentence: str) -> HttpResponse:
    return render(request, "409.html", {"sentence": sentence}, status=409)
