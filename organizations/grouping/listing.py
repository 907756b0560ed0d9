"""The list of groups: a page of those that the actor sees, with how many organizations and people each has."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Func, IntegerField, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Permission
from groups.access import get_groups
from groups.models import Assignment, Group, GroupQuerySet
from organizations.grouping.wording import actions_for, url_of
from organizations.members import get_dissolving
from organizations.models import GroupMembership
from organizations.pages import (
    COUNTED,
    SIZES,
    Order,
    Page,
    address,
    asked_size,
    asked_text,
    get_page,
    grouped,
    honest,
    neighbours,
    size_links,
)

BY_NAME: Final = Order("sort_name")


@dataclass(frozen=True)
class Asked:
    """The list's address in words."""

    search: str
    size: int
    after: str
    before: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        return cls(
            search=asked_text(query),
            size=asked_size(query),
            after=query.get("after", ""),
            before=query.get("before", ""),
        )

    def url(self, **changes: str) -> str:
        """The same list with something changed; any change but turning the page begins at the first page."""
        parts = {"search": self.search, "size": str(self.size)} | changes
        return address(parts)


def list_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    asked = Asked.of(query)
    page = get_page(_matching(actor, asked.search), BY_NAME, size=asked.size, after=asked.after, before=asked.before)
    return {
        "rows": _rows(actor, page.rows),
        "shows_people": actor.can(Permission.PEOPLE_SEE),
        "may_edit": actor.can(Permission.GROUPS_EDIT),
        "search": asked.search,
        "search_hidden": [{"name": "size", "value": asked.size}] if asked.size != SIZES[0] else [],
        "chips": [{"label": f"“{asked.search}”", "remove_url": asked.url(search="")}] if asked.search else [],
        "pager": _pager(asked, page),
        "empty": _empty(actor, asked, page),
        **dissolving_context(actor),
    }


def dissolving_context(actor: Actor) -> dict[str, Any]:
    """How far the deletion of large groups is, for those who may delete."""
    told = _("Deleting %(group)s: %(done)s of %(total)s organizations taken out")
    return {
        "dissolving": [
            {
                "done": done,
                "total": group.held_at_deletion,
                "label": told % {"group": group.name, "done": grouped(done), "total": grouped(group.held_at_deletion)},
            }
            for group, done in get_dissolving(actor)
        ],
        "dissolving_url": reverse("groups:dissolving"),
    }


def _matching(actor: Actor, search: str) -> GroupQuerySet:
    """Any part of the name or of the description."""
    groups = get_groups(actor)
    return groups.filter(Q(name__icontains=search) | Q(description__icontains=search)) if search else groups


def count_held(actor: Actor, groups: Collection[Group]) -> dict[int, str]:
    """How many organizations that are not archived each of the groups holds, counted no further than COUNTED."""
    inside = GroupMembership.objects.filter(reseller=actor.reseller)
    gone = inside.filter(group__in=groups, organization__archived_at__isnull=False).values("group")
    archived: dict[int, int] = dict(gone.annotate(n=Count("pk")).values_list("group", "n"))
    most = COUNTED + 1 + max(archived.values(), default=0)
    some = ArraySubquery(inside.filter(group=OuterRef("pk")).values("organization_id")[:most])
    counted = get_groups(actor).filter(pk__in=[group.pk for group in groups])
    numbers = counted.annotate(held=Func(some, function="cardinality", output_field=IntegerField()))
    open_ones = ((pk, held - archived.get(pk, 0)) for pk, held in numbers.values_list("pk", "held"))
    return {pk: honest(min(count, COUNTED), count > COUNTED) for pk, count in open_ones}


def _rows(actor: Actor, groups: Collection[Group]) -> list[dict[str, Any]]:
    people, held = _count_people(actor, groups), count_held(actor, groups)
    return [
        {
            "name": group.name,
            "description": group.description,
            "url": url_of(group),
            "organizations": held[group.pk],
            "people": grouped(people.get(group.pk, 0)),
            "actions": actions_for(actor, group),
        }
        for group in groups
    ]


def _count_people(actor: Actor, groups: Collection[Group]) -> dict[int, int]:
    """How many people at work look after each group today; for readers who may know the people."""
    if not actor.can(Permission.PEOPLE_SEE):
        return {}
    working = Q(membership__is_active=True, membership__user__is_active=True)
    today = Assignment.objects.in_force(actor.reseller).filter(working, group__in=groups)
    return dict(today.values("group").annotate(n=Count("membership", distinct=True)).values_list("group", "n"))


def _pager(asked: Asked, page: Page[Group]) -> dict[str, Any]:
    return {
        **neighbours(page, asked.url),
        "sizes": size_links(asked.size, asked.url),
    }


def _empty(actor: Actor, asked: Asked, page: Page[Group]) -> str:
    if page.rows:
        return ""
    if actor.is_group_bound and not actor.group_ids:
        return "no_group"
    return "no_match" if asked.search else "none_yet"
