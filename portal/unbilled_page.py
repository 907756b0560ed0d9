"""What the page Will not be billed shows: each reason with its number and its remedy, and the list of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Prefetch
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Permission
from csp_link.models import Tenant
from groups.access import get_groups
from organizations.fields import shown
from organizations.models import Organization
from organizations.pages import Page, address, asked_size, get_page, honest, neighbours, size_links
from portal.unbilled import PAGE, Counted, Reason, count_reasons


@dataclass(frozen=True)
class Asked:
    """The reason whose list is shown, and the place in it."""

    reason: Reason
    size: int
    after: str
    before: str

    @classmethod
    def of(cls, counted: Sequence[Counted], query: QueryDict) -> "Asked":
        """The reason that the address names, else the first that holds anything."""
        known = {found.reason.name: found.reason for found in counted}
        first = next((found.reason for found in counted if found.count), counted[0].reason)
        return cls(
            known.get(query.get("reason", ""), first),
            asked_size(query),
            query.get("after", ""),
            query.get("before", ""),
        )

    def url(self, **changes: Any) -> str:
        return reverse(PAGE) + address({"reason": self.reason.name, "size": str(self.size)} | changes)


def unbilled_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    counted = count_reasons(actor)
    asked = Asked.of(counted, query)
    page = _page(actor, asked)
    return {
        "reasons": [_reason(actor, asked, found) for found in counted],
        "chosen": _chosen(asked.reason),
        "rows": [_row(actor, row) for row in page.rows],
        "bulk": _bulk(actor, asked),
        "pager": {
            **neighbours(page, asked.url),
            "sizes": size_links(asked.size, asked.url),
        },
        "empty": _empty(actor, counted),
        "can_create": actor.can(Permission.ORGANIZATIONS_CREATE),
    }


def _chosen(reason: Reason) -> dict[str, Any]:
    """What is the same on every line of the list needs no column."""
    return {
        "label": reason.label,
        "told": reason.told,
        "is_tenants": not reason.narrowing,
        "shows_start": reason.name != "no_start",
        "shows_number": reason.name != "no_number",
    }


def _page(actor: Actor, asked: Asked) -> Page[Any]:
    found = asked.reason.find(actor)
    if asked.reason.narrowing:
        found = found.prefetch_related(Prefetch("groups", get_groups(actor)))
    return get_page(found, asked.reason.order, size=asked.size, after=asked.after, before=asked.before)


def _reason(actor: Actor, asked: Asked, found: Counted) -> dict[str, Any]:
    return {
        "label": found.reason.label,
        "number": honest(found.count, found.is_more),
        "is_none": not found.count,
        "url": asked.url(reason=found.reason.name) + "#list",
        "current": found.reason == asked.reason,
        "fix": _fix(actor, asked, found) if found.count else None,
    }


def _fix(actor: Actor, asked: Asked, found: Counted) -> dict[str, Any] | None:
    """What mends all of a reason: a link, or a form that asks before it does anything."""
    reason, here = found.reason, asked.url(reason=found.reason.name)
    if reason.name == "tenants" and actor.can(Permission.TENANTS_EDIT):
        return {"label": _("Link Tenant to Organization"), "url": reverse("csp_link:tenants")}
    every = {"scope": "all", **reason.narrowing}
    if reason.name == "no_number" and actor.can(Permission.ORGANIZATIONS_CREATE_MANY):
        action = reverse("exports:export")
        return {"label": _("Workbook to fill in"), "action": action, "fields": every | {"format": "template"}}
    if "billing" in reason.narrowing and actor.can(Permission.ORGANIZATIONS_EDIT):
        action = reverse("organizations:bulk")
        label = _("Set billing start date") if reason.name == "no_start" else _("Change billing start date")
        return {"label": label, "action": action, "fields": every | {"action": "billing", "back": here}}
    return None


def _bulk(actor: Actor, asked: Asked) -> dict[str, Any] | None:
    """For the ticked rows of the list; organizations only."""
    if "billing" not in asked.reason.narrowing or not actor.can(Permission.ORGANIZATIONS_EDIT):
        return None
    return {"action": "billing", "label": _("Billing start date"), "back": asked.url()}


def _row(actor: Actor, row: Model) -> dict[str, Any]:
    return _tenant(actor, row) if isinstance(row, Tenant) else _organization(actor, row)


def _tenant(actor: Actor, tenant: Tenant) -> dict[str, Any]:
    link = reverse("csp_link:link", args=[tenant.tenant_id])
    return {
        "name": str(tenant),
        "domain": shown("primary_domain", tenant.domain),
        "state": tenant.standing.label,
        "since": tenant.first_seen,
        "fix": {"label": _("Link tenant"), "url": link} if actor.can(Permission.TENANTS_EDIT) else None,
    }


def _organization(actor: Actor, row: Any) -> dict[str, Any]:
    found: Organization = row
    edit = reverse("organizations:edit", args=[found.public_id])
    return {
        "id": str(found.public_id),
        "url": reverse("organizations:detail", args=[found.public_id]),
        "name": found.name,
        "domain": shown("primary_domain", found.primary_domain),
        "number": found.customer_number,
        "start": found.billing_start_date,
        "groups": [group.name for group in found.groups.all()],
        "since": found.created_at,
        "fix": {"label": _("Edit"), "url": edit} if actor.can(Permission.ORGANIZATIONS_EDIT) else None,
    }


def _empty(actor: Actor, counted: Sequence[Counted]) -> str:
    """Why the page has nothing to show; empty when it has."""
    if actor.is_group_bound and not actor.group_ids:
        return "no_group"
    if any(found.count for found in counted):
        return ""
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    return "all_billed" if seen.exists() else "none_yet"
