"""The organizations list: what was asked for in the address, and the page that answers it."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.roles import Permission
from groups.access import get_groups
from organizations import fields, filters
from organizations.models import Organization, OrganizationQuerySet
from organizations.pages import (
    SIZES,
    Order,
    Page,
    address,
    asked_size,
    asked_text,
    count_honestly,
    get_page,
    honest,
    neighbours,
)
from organizations.tenants import tenant_state

SORTS: Final = {
    "name": (_("Name"), "sort_name"),
    "domain": (_("Primary domain"), "primary_domain"),
    "customer_number": (_("Customer number"), "customer_number_key"),
    "created": (_("Created"), "created_at"),
}
# Under three letters there is no trigram to look up: the name's beginning is searched instead.
SHORTEST_PART: Final = 3


@dataclass(frozen=True)
class Asked:
    """A list's address in words: everything that makes the page, so that it can be reloaded and shared."""

    search: str
    filters: dict[str, str]
    sort: str
    descending: bool
    size: int
    after: str
    before: str

    @classmethod
    def of(cls, actor: Actor, query: QueryDict) -> "Asked":
        sort = query.get("sort", "name")
        return cls(
            search=asked_text(query),
            filters=filters.chosen(actor, query.dict()),
            sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "name",
            descending=sort.startswith("-"),
            size=asked_size(query),
            after=query.get("after", ""),
            before=query.get("before", ""),
        )

    @property
    def parts(self) -> dict[str, str]:
        sort = f"{'-' * self.descending}{self.sort}"
        return {"search": self.search, **self.filters, "sort": sort, "size": str(self.size)}

    @property
    def narrowing(self) -> dict[str, str]:
        """What decides which organizations are in the list, without their order and pages."""
        return ({"search": self.search} if self.search else {}) | self.filters

    def url(self, **changes: Any) -> str:
        """The same list with something changed; any change but turning the page begins at the first page."""
        parts = self.parts | changes
        return address(parts | {"sort": "" if parts["sort"] == "name" else parts["sort"]})


def find(actor: Actor, asked: Asked) -> OrganizationQuerySet:
    """The organizations the actor sees that pass the filters and have the text in name, domain or a number."""
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    return matching(filters.narrow(permitted, asked.filters), asked.search)


def matching(rows: OrganizationQuerySet, search: str) -> OrganizationQuerySet:
    """Those of the rows that have the text in name, domain or a number."""
    term = fields.fold(search.replace("\0", " ").strip())
    if not term:
        return rows
    if len(term) < SHORTEST_PART:
        return rows.filter(sort_name__startswith=term)
    return rows.filter(search_text__contains=term)


def list_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    asked = Asked.of(actor, query)
    found = find(actor, asked)
    page = get_page(
        found.prefetch_related(Prefetch("groups", get_groups(actor)), "tenants"),
        Order(SORTS[asked.sort][1], asked.descending),
        size=asked.size,
        after=asked.after,
        before=asked.before,
    )
    return {
        "rows": [_row(organization) for organization in page.rows],
        "count_label": _count_label(found),
        "search": asked.search,
        "search_hidden": _kept(asked),
        "clear_url": "?",
        "chips": chips(actor, asked),
        "filters": _filters(actor, asked),
        "kept": asked.parts,
        "sort_headings": _headings(asked),
        "pager": _pager(asked, page),
        "empty": _empty(actor, asked, page),
        "can_create": actor.can(Permission.ORGANIZATIONS_CREATE),
        "can_import": actor.can(Permission.ORGANIZATIONS_CREATE_MANY),
    }


def created_context(actor: Actor, found: OrganizationQuerySet, query: QueryDict) -> dict[str, Any]:
    """A page of what one batch created, in the order of names."""
    page = get_page(
        found.prefetch_related(Prefetch("groups", get_groups(actor)), "tenants"),
        Order("sort_name"),
        size=SIZES[-1],
        after=query.get("after", ""),
        before=query.get("before", ""),
    )
    return {
        "rows": [_row(organization) for organization in page.rows],
        "count_label": _count_label(found),
        "pager": neighbours(page),
    }


def _row(organization: Organization) -> dict[str, Any]:
    return {
        "url": reverse("organizations:detail", args=[organization.public_id]),
        "id": str(organization.public_id),
        "archived": organization.archived_at is not None,
        "name": organization.name,
        "domain": fields.shown("primary_domain", organization.primary_domain),
        "customer_number": organization.customer_number,
        "groups": [group.name for group in organization.groups.all()],
        **tenant_state(organization),
        "source_label": organization.get_source_display(),
        "created": organization.created_at,
    }


def _count_label(found: OrganizationQuerySet) -> str:
    count, is_more = count_honestly(found)
    number = honest(count, is_more)
    return ngettext("%(number)s organization", "%(number)s organizations", count) % {"number": number}


def chips(actor: Actor, asked: Asked) -> list[dict[str, str]]:
    """What narrows the list, in words, and the address of the list without it."""
    searched = [{"label": f"“{asked.search}”", "remove_url": asked.url(search="")}] if asked.search else []
    return searched + [
        {"label": f"{known.label}: {dict(known.choices(actor))[value]}", "remove_url": asked.url(**{known.name: ""})}
        for known in filters.FILTERS
        if (value := asked.filters.get(known.name))
    ]


def _filters(actor: Actor, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "name": known.name,
            "label": known.label,
            "options": [
                {"value": value, "label": label, "selected": value == asked.filters.get(known.name, "")}
                for value, label in [("", known.blank), *choices]
            ],
        }
        for known in filters.FILTERS
        if (choices := known.choices(actor))
    ]


def _kept(asked: Asked) -> list[dict[str, str]]:
    kept = {name: asked.parts[name] for name in ("sort", "size")}
    return [{"name": name, "value": value} for name, value in kept.items() if value not in ("name", str(SIZES[0]))]


def _headings(asked: Asked) -> list[dict[str, Any]]:
    plain = {"groups": _("Groups"), "tenant": _("Microsoft tenant"), "source": _("Source")}
    order = ("name", "domain", "customer_number", "groups", "tenant", "source", "created")
    return [_heading(asked, name) if name in SORTS else {"label": plain[name]} for name in order]


def _heading(asked: Asked, name: str) -> dict[str, Any]:
    is_sorted = asked.sort == name
    direction = ("descending" if asked.descending else "ascending") if is_sorted else ""
    turn = "-" if is_sorted and not asked.descending else ""
    return {"label": SORTS[name][0], "url": asked.url(sort=f"{turn}{name}"), "aria_sort": direction}


def _pager(asked: Asked, page: Page[Organization]) -> dict[str, Any]:
    return {
        **neighbours(page, asked.url),
        "sizes": [{"label": size, "url": asked.url(size=str(size)), "current": size == asked.size} for size in SIZES],
    }


def _empty(actor: Actor, asked: Asked, page: Page[Organization]) -> str:
    if page.rows:
        return ""
    if actor.is_group_bound and not actor.group_ids:
        return "no_group"
    return "no_match" if asked.search or asked.filters else "none_yet"
