"""What the page about one open tenant shows: who may be meant, and the form of a new organization."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Permission
from csp_link.assessing import texts_of
from csp_link.health import in_words
from csp_link.mapping import is_lent
from csp_link.models import Tenant
from csp_link.pages import crumbs
from csp_link.tenant_list import TONES, organizations_of, suggestions_of
from organizations.batches import given, record_of
from organizations.fields import NAMES, fold, shown
from organizations.forms import OrganizationForm
from organizations.intake import Outcome, check_row, reading_for
from organizations.listing import matching
from organizations.models import Organization, Source
from organizations.rules import get_conflicts

MOST_FOUND: Final = 10
_NOBODY: Final = uuid.UUID(int=0)  # the id of a record that is only asked about


def tenant_crumbs(*path: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs((_("Link Tenant to Organization"), reverse("csp_link:tenants") if path else ""), *path)


def link_context(
    actor: Actor, tenant: Tenant, form: OrganizationForm, search: str, *, is_comparing: bool
) -> dict[str, Any]:
    suggestions = suggestions_of(tenant, organizations_of(actor, [tenant]))
    return {
        "tenant": tenant_facts(tenant),
        "suggestions": suggestions,
        "search": search,
        "found": _found(actor, search) if search else [],
        "form": form,
        "problems": form.problems,
        "notes": _notes(tenant, is_comparing=is_comparing),
        "breadcrumbs": tenant_crumbs((str(tenant), "")),
    }


def tenant_facts(tenant: Tenant) -> dict[str, Any]:
    domains = [shown("primary_domain", domain) for domain in dict.fromkeys([tenant.domain, *tenant.domains]) if domain]
    return {
        "id": str(tenant.tenant_id),
        "name": str(tenant),
        "state": str(tenant.standing.label),
        "tone": TONES.get(tenant.standing, ""),
        "facts": [
            {"label": _("Tenant ID"), "value": str(tenant.tenant_id)},
            {"label": _("Domains"), "value": ", ".join(domains)},
            {"label": _("Relationship"), "value": tenant.relationship},
        ],
    }


def _notes(tenant: Tenant, *, is_comparing: bool) -> list[dict[str, str]]:
    """What a person should know before relying on the texts."""
    notes = []
    if tenant.profile_at is None:
        why = in_words(tenant.profile_trouble, {}).sentence if tenant.profile_trouble else ""
        listed = _("Only the name and the domain are known from Microsoft; its profiles could not be read.")
        notes.append({"tone": "warning", "text": f"{listed} {why}".strip()})
    if is_lent(texts_of(tenant).get("primary_domain", "")):
        lent = _("Partner Center shows no domain but the one that Microsoft lent. Enter the customer's own if you can.")
        notes.append({"tone": "info", "text": lent})
    if is_comparing:
        later = _("The suggestions are being compared with your organizations. Load the page again in a moment.")
        notes.append({"tone": "info", "text": later})
    return notes


def _found(actor: Actor, search: str) -> list[dict[str, Any]]:
    rows = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(archived_at=None)
    found = matching(actor, rows, search).order_by("sort_name", "public_id")[:MOST_FOUND] if fold(search) else []
    return [
        {"id": str(each.public_id), "name": each.name, "domain": shown("primary_domain", each.primary_domain)}
        for each in found
    ]


def prefilled(actor: Actor, tenant: Tenant) -> OrganizationForm:
    """The form with what Microsoft knows; what is missing or wrong is marked before anybody presses a button."""
    texts = texts_of(tenant)
    data = QueryDict(mutable=True)
    data.update({"country": actor.reseller.country} | texts)
    form = OrganizationForm(data, actor=actor)
    form.full_clean()
    form.errors.clear()  # the form only carries texts: what is wrong with them is the intake's to say
    form.tell(check(actor, texts))
    return form


def check(actor: Actor, texts: Mapping[str, str]) -> Outcome:
    """What the intake would say to these texts."""
    row = check_row(actor, [texts.get(name, "") for name in NAMES], reading_for(actor, Source.CSP))
    errors = {name: list(problems) for name, problems in row.errors.items()}
    records = given([(1, *record_of(_NOBODY, row))])
    for conflict in get_conflicts(actor, records):
        errors.setdefault(conflict.field, []).append(conflict.problem)
    return Outcome(row, None, errors)
