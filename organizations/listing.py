"""The organizations list: what was asked for in the address, and the page that answers it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.roles import Permission
from organizations import fields, filters
from organizations.beside import beside
from organizations.columns import COLUMNS, USUAL, Column, known_columns
from organizations.models import Organization, OrganizationQuerySet, SavedView, Source
from organizations.pages import (
    SIZES,
    Found,
    Order,
    Page,
    address,
    asked_size,
    asked_text,
    find_all,
    find_among,
    get_page,
    neighbours,
    size_links,
)
from organizations.saved_views import Own, may_change, view_named
from organizations.searching import containing
from organizations.tenants import tenant_state

EVERYTHING: Final = "all"  # instead of a view: the whole list, also for those who begin with a view
# What the list can be sorted by: the name in the address, and the column of the table.
SORTS: Final = {
    "name": "sort_name",
    "domain": "primary_domain",
    "customer_number": "customer_number_key",
    "created": "created_at",
}
# In this order they lie in the table as well, so they are counted in it. Those of a group are counted by memberships.
BY_AGE: Final = ("created_at", "public_id")
# Under three letters there is no trigram to look up: the name's beginning is searched instead.
SHORTEST_PART: Final = 3


@dataclass(frozen=True)
class Asked:
    """A list's address in words: everything that makes the page, so that it can be reloaded and shared.

    `view` is where it comes from, and `columns` are named where they are not the view's or the person's own.
    """

    search: str
    filters: dict[str, str]
    sort: str
    descending: bool
    size: int
    after: str
    before: str
    view: str
    columns: tuple[str, ...]

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
            view=query.get("view", "")[:36],
            columns=known_columns(query.get("columns", "").split(",")),
        )

    @property
    def parts(self) -> dict[str, str]:
        kept = {"search": self.search, **self.filters, "sort": self.order, "size": str(self.size)}
        return kept | {"view": self.view, "columns": ",".join(self.columns)}

    @property
    def order(self) -> str:
        return f"{'-' * self.descending}{self.sort}"

    @property
    def narrowing(self) -> dict[str, str]:
        """What decides which organizations are in the list, without their order and pages."""
        return ({"search": self.search} if self.search else {}) | self.filters

    @property
    def kept(self) -> dict[str, str]:
        """What a view keeps beside its columns."""
        return self.narrowing | {"sort": self.order}

    def url(self, **changes: Any) -> str:
        """The same list with something changed; any change but turning the page begins at the first page.

        It always says the order: an address that says nothing, or nothing but a view, leads to what a view keeps.
        """
        return address(self.parts | changes)


def find(actor: Actor, asked: Asked) -> OrganizationQuerySet:
    """The organizations the actor sees that pass the filters and have the text in name, domain or a number."""
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    return matching(actor, filters.narrow(actor, permitted, asked.filters), asked.search)


def matching(actor: Actor, rows: OrganizationQuerySet, search: str) -> OrganizationQuerySet:
    """Those of the rows that have the text in name, domain or a number."""
    term = _term(search)
    if len(term) < SHORTEST_PART:
        return _beginning(rows, term)
    return containing(rows, Organization.all_of(actor.reseller), term)


def note_of(search: str) -> str:
    """What a list says of a text that is too short to be looked for everywhere; else nothing."""
    term = _term(search)
    if not term or len(term) >= SHORTEST_PART:
        return ""
    return _("These are the names that begin with “%(text)s”. From three letters on, any part is found.") % {
        "text": term
    }


def _term(search: str) -> str:
    return fields.fold(search.replace("\0", " ").strip())


def _beginning(rows: OrganizationQuerySet, term: str) -> OrganizationQuerySet:
    return rows.filter(sort_name__startswith=term) if term else rows


def _found(actor: Actor, asked: Asked) -> Found[Organization]:
    rows = find(actor, asked)
    if not actor.is_group_bound and not asked.narrowing:
        return find_all(rows, BY_AGE)
    all_rows, term = Organization.all_of(actor.reseller), _term(asked.search)
    is_range = asked.sort == "name" and len(term) < SHORTEST_PART  # the order itself leads there
    by_group = actor.is_group_bound or asked.filters.get("group", filters.NO_GROUP) != filters.NO_GROUP
    return find_among(_beginning(all_rows, term) if is_range else all_rows, rows, () if by_group else BY_AGE)


def list_context(actor: Actor, query: QueryDict, own: Own) -> dict[str, Any]:
    asked, current = _current(Asked.of(actor, query), own.views)
    columns = columns_of(asked, own)
    shown = [COLUMNS[name] for name in columns]
    found, order = _found(actor, asked), Order(SORTS[asked.sort], asked.descending)
    page: Page[Any] = get_page(
        replace(found, rows=_read(actor, found.rows, [order.key, *(column.reads for column in shown)])),
        order,
        size=asked.size,
        after=asked.after,
        before=asked.before,
    )
    return {
        "rows": [_line(row, url, shown) for row, url in zip(page.rows, _urls(page.rows), strict=True)],
        "count_label": _count_label(found),
        "search": asked.search,
        "search_note": note_of(asked.search),
        "search_hidden": _kept(asked),
        "clear_url": f"?view={EVERYTHING}",
        "chips": chips(actor, asked),
        "filters": _filters(actor, asked),
        "kept": {name: value for name, value in asked.parts.items() if value},
        "shown_columns": ",".join(columns),
        "is_compact": own.choice.is_compact,
        "views": _views(actor, asked, current, own.views),
        "sort_headings": _headings(asked, columns),
        "pager": _pager(asked, page),
        "empty": _empty(actor, asked, page),
        "can_create": actor.can(Permission.ORGANIZATIONS_CREATE),
        "can_import": actor.can(Permission.ORGANIZATIONS_CREATE_MANY),
    }


def _read(actor: Actor, rows: QuerySet[Organization], names: Iterable[str]) -> Any:
    """Of each row what a line of the list is made of, and no more: an organization has thirty columns."""
    always = ("public_id", "name", "archived_at")
    return beside(actor, rows).values_list(*dict.fromkeys([*always, *names]), named=True)


def _current(asked: Asked, views: Sequence[SavedView]) -> tuple[Asked, SavedView | None]:
    """The view that the address names; one that does not exist for this person is left out of it."""
    found = view_named(views, asked.view)
    return (asked, found) if found or asked.view == EVERYTHING else (replace(asked, view=""), None)


def columns_of(asked: Asked, own: Own) -> tuple[str, ...]:
    """The columns that the address names, else the view's, else the person's own, else the usual ones."""
    current = view_named(own.views, asked.view)
    return asked.columns or known_columns(current.columns if current else own.choice.columns) or USUAL


def asked_of_view(actor: Actor, view: SavedView) -> Asked:
    """The list that the view asks for, as far as this actor can: a filter by what they don't see narrows nothing."""
    query = QueryDict(mutable=True)
    query.update({**view.asked, "view": str(view.public_id)})
    return Asked.of(actor, query)


def whole_address(actor: Actor, query: QueryDict, own: Own) -> str:
    """Where an address leads that names nothing, or nothing but a view; empty where it says everything itself."""
    wanted = query.get("view", "") if query else str(own.choice.default_view or "")
    if set(query) - {"view"}:
        return ""
    found = view_named(own.views, wanted) if wanted else None
    return asked_of_view(actor, found).url() if found else ""


def _views(actor: Actor, asked: Asked, current: SavedView | None, views: Sequence[SavedView]) -> dict[str, Any]:
    items = [
        {
            "name": view.name,
            "url": address({"view": view.public_id}),
            "current": view == current,
            "is_shared": view.is_shared,
        }
        for view in views
    ]
    told = {
        "own": [item for item in items if not item["is_shared"]],
        "shared": [item for item in items if item["is_shared"]],
        "all_url": f"?view={EVERYTHING}",
        "query": asked.url(),
    }
    return told | (_changed(actor, asked, current) if current else {"name": "", "is_plain": not asked.narrowing})


def _changed(actor: Actor, asked: Asked, current: SavedView) -> dict[str, Any]:
    """How the list on the page differs from the view that it comes from, and what can be done about it."""
    as_saved = asked_of_view(actor, current)
    is_changed = as_saved.kept != asked.kept or asked.columns not in ((), tuple(current.columns))
    return {
        "name": current.name,
        "is_whole": as_saved.narrowing == {name: value for name, value in current.asked.items() if name != "sort"},
        "is_changed": is_changed,
        "update_url": reverse("organizations:update_view", args=[current.public_id])
        if may_change(actor, current)
        else "",
        "reset_url": as_saved.url(),
    }


def created_context(actor: Actor, made: OrganizationQuerySet, query: QueryDict) -> dict[str, Any]:
    """A page of what one batch created, in the order of names."""
    found = find_among(Organization.all_of(actor.reseller), made, ())
    page = get_page(
        replace(found, rows=beside(actor, found.rows)),
        Order("sort_name"),
        size=SIZES[-1],
        after=query.get("after", ""),
        before=query.get("before", ""),
    )
    return {
        "rows": [_row(row, url) for row, url in zip(page.rows, _urls(page.rows), strict=True)],
        "count_label": _count_label(found),
        "pager": neighbours(page),
    }


def _row(row: Any, url: str) -> dict[str, Any]:
    return {
        "url": url,
        "id": str(row.public_id),
        "archived": row.archived_at is not None,
        "name": row.name,
        "domain": fields.shown("primary_domain", row.primary_domain),
        "customer_number": row.customer_number,
        "groups": row.group_names,
        **tenant_state(row.tenant_ends),
        "source_label": Source(row.source).label,
        "created": row.created_at,
    }


def _line(row: Any, url: str, columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "url": url,
        "id": str(row.public_id),
        "archived": row.archived_at is not None,
        "name": row.name,
        "cells": [{"name": one.name, "label": one.label, "is_short": one.is_short, **one.cell(row)} for one in columns],
    }


def _urls(rows: Sequence[Any]) -> list[str]:
    """The address of each row's page, by a pattern that is looked up once."""
    anybody = uuid.UUID(int=0)
    pattern = reverse("organizations:detail", args=[anybody])
    return [pattern.replace(str(anybody), str(row.public_id)) for row in rows]


def _count_label(found: Found[Organization]) -> str:
    words = ngettext("%(number)s organization", "%(number)s organizations", found.count)
    return words % {"number": found.shown}


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
    kept = {name: asked.parts[name] for name in ("sort", "size", "view", "columns")}
    usual = ("", "name", str(SIZES[0]))
    return [{"name": name, "value": value} for name, value in kept.items() if value not in usual]


def _headings(asked: Asked, columns: Sequence[str]) -> list[dict[str, Any]]:
    return [_heading(asked, "name", _("Name")), *(_heading(asked, COLUMNS[n].sort, COLUMNS[n].label) for n in columns)]


def _heading(asked: Asked, sort: str, label: Any) -> dict[str, Any]:
    if not sort:
        return {"label": label}
    is_sorted = asked.sort == sort
    direction = ("descending" if asked.descending else "ascending") if is_sorted else ""
    turn = "-" if is_sorted and not asked.descending else ""
    return {"label": label, "url": asked.url(sort=f"{turn}{sort}"), "aria_sort": direction}


def _pager(asked: Asked, page: Page[Any]) -> dict[str, Any]:
    return {
        **neighbours(page, asked.url),
        "sizes": size_links(asked.size, asked.url),
    }


def _empty(actor: Actor, asked: Asked, page: Page[Any]) -> str:
    if page.rows:
        return ""
    if actor.is_group_bound and not actor.group_ids:
        return "no_group"
    return "no_match" if asked.search or asked.filters else "none_yet"
