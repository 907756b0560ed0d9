"""The list of tenants: what the address asks for, and the page that answers it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.roles import Permission
from csp_link.access import get_tenants
from csp_link.matching import Reason
from csp_link.models import Standing, Tenant, TenantQuerySet
from organizations.fields import BY_NAME, fold, shown
from organizations.listing import SHORTEST_PART, note_of
from organizations.models import Organization
from organizations.pages import (
    Order,
    Page,
    address,
    asked_size,
    asked_text,
    count_honestly,
    get_page,
    honest,
    neighbours,
    size_links,
)

TONES: Final = {
    Standing.SUGGESTED: "info",
    Standing.NEEDS_DECISION: "warn",
    Standing.INCOMPLETE: "warn",
    Standing.LINKED: "ok",
    Standing.LINKED_TO_ARCHIVED: "bad",
}


@dataclass(frozen=True)
class Asked:
    search: str
    state: str
    size: int
    after: str
    before: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        state = query.get("state", "")
        return cls(
            search=asked_text(query),
            state=state if state in Standing.values else "",
            size=asked_size(query),
            after=query.get("after", ""),
            before=query.get("before", ""),
        )

    def url(self, **changes: Any) -> str:
        """The same list with something changed; any change but turning the page begins at the first page."""
        return address({"search": self.search, "state": self.state, "size": str(self.size)} | changes)


def find(actor: Actor, search: str, state: str) -> TenantQuerySet:
    """The tenants in that state that have the text in name, domain or id."""
    rows = get_tenants(actor)
    if state:
        rows = rows.standing(Standing(state))
    term = fold(search.replace("\0", " ").strip())
    if len(term) < SHORTEST_PART:
        return rows.filter(sort_name__startswith=term) if term else rows
    return rows.filter(search_text__contains=term)


def list_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    asked = Asked.of(query)
    found = find(actor, asked.search, asked.state)
    page = get_page(
        found.prefetch_related("organization"),  # a join may be planned as if there were but a few tenants
        Order("list_order"),
        size=asked.size,
        after=asked.after,
        before=asked.before,
    )
    known = organizations_of(actor, page.rows)
    return {
        "rows": [_row(actor, tenant, known) for tenant in page.rows],
        "count_label": _count_label(found),
        "search": asked.search,
        "search_note": note_of(asked.search),
        "search_hidden": [],
        "filters": [_states(asked)],
        "chips": _chips(asked),
        "clear_url": "?",
        "pager": _pager(asked, page),
        "empty": "" if page.rows else "no_match" if asked.search or asked.state else "none_yet",
        "can_edit": actor.can(Permission.TENANTS_EDIT),
        "can_complete": asked.state == Standing.INCOMPLETE and bool(page.rows) and actor.can(Permission.TENANTS_EDIT),
    }


def organizations_of(actor: Actor, tenants: Iterable[Tenant]) -> dict[str, Organization]:
    """The candidates of the tenants by public id, as far as the actor sees them."""
    ids = {candidate[0] for tenant in tenants if tenant.is_open for candidate in tenant.candidates}
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    return {str(found.public_id): found for found in seen.filter(public_id__in=ids)} if ids else {}


def suggestions_of(tenant: Tenant, known: Mapping[str, Organization]) -> list[dict[str, Any]]:
    """The organizations that may be the tenant's, each with its reason in words."""
    listed: Sequence[Sequence[str]] = tenant.candidates if tenant.is_open else ()
    return [
        {
            "id": public_id,
            "name": found.name,
            "domain": shown("primary_domain", found.primary_domain),
            "url": reverse("organizations:detail", args=[public_id]),
            "archived": found.archived_at is not None,
            "code": reason,
            "reason": _reason(reason, value),
        }
        for public_id, reason, value in listed
        if (found := known.get(public_id)) is not None and uuid.UUID(public_id) not in tenant.rejected
    ]


def _reason(reason: str, value: str) -> str:
    sentence = str(Reason(reason).label)
    shows = reason in (Reason.DOMAIN, Reason.LENT_DOMAIN, Reason.EMAIL)
    return f"{sentence}: {shown('primary_domain', value.removeprefix('@'))}" if shows else sentence


def _row(actor: Actor, tenant: Tenant, known: Mapping[str, Organization]) -> dict[str, Any]:
    return {
        "id": str(tenant.tenant_id),
        "name": str(tenant),
        "domain": shown("primary_domain", tenant.domain),
        "state": str(tenant.standing.label),
        "tone": TONES.get(tenant.standing, ""),
        "organization": _linked(tenant),
        "suggestions": suggestions_of(tenant, known)[:1],
        "missing": missing_in_words(tenant) if tenant.standing == Standing.INCOMPLETE else "",
        "reason": tenant.reason if tenant.standing == Standing.IGNORED else "",
        "actions": actions_of(actor, tenant),
    }


def _linked(tenant: Tenant) -> dict[str, str] | None:
    found = tenant.organization
    return {"name": found.name, "url": reverse("organizations:detail", args=[found.public_id])} if found else None


def missing_in_words(tenant: Tenant) -> str:
    return ", ".join(str(BY_NAME[name].heading) for name in tenant.missing if name in BY_NAME)


def actions_of(actor: Actor, tenant: Tenant) -> list[dict[str, Any]]:
    if not actor.can(Permission.TENANTS_EDIT):
        return []
    views = {
        "link": (_("Link tenant"), "csp_link:link"),
        "ignore": (_("Ignore"), "csp_link:ignore"),
        "unlink": (_("Unlink"), "csp_link:unlink"),
        "unignore": (_("Stop ignoring"), "csp_link:unignore"),
    }
    return [
        {"label": views[name][0], "url": reverse(views[name][1], args=[tenant.tenant_id]), "asks": name != "link"}
        for name in _possible(tenant)
    ]


def _possible(tenant: Tenant) -> tuple[str, ...]:
    if tenant.organization_id is not None:
        return ("unlink",)
    if tenant.ended_at is not None:
        return ()
    return ("unignore",) if tenant.ignored_at is not None else ("link", "ignore")


def _count_label(found: TenantQuerySet) -> str:
    count, is_more = count_honestly(found)
    number = honest(count, is_more)
    return ngettext("%(number)s tenant", "%(number)s tenants", count) % {"number": number}


def _states(asked: Asked) -> dict[str, Any]:
    choices = [("", _("Any state")), *((value, str(label)) for value, label in Standing.choices)]
    options = [{"value": value, "label": label, "selected": value == asked.state} for value, label in choices]
    return {"name": "state", "label": _("State"), "options": options}


def _chips(asked: Asked) -> list[dict[str, str]]:
    searched = [{"label": f"“{asked.search}”", "remove_url": asked.url(search="")}] if asked.search else []
    if not asked.state:
        return searched
    label = _("State: %(state)s") % {"state": Standing(asked.state).label}
    return [*searched, {"label": label, "remove_url": asked.url(state="")}]


def _pager(asked: Asked, page: Page[Tenant]) -> dict[str, Any]:
    return {
        **neighbours(page, asked.url),
        "sizes": size_links(asked.size, asked.url),
    }
