"""The tick list of a group's members: a page of the reseller's organizations, and the ticks that other pages left.

A page posts which rows it showed, which of them were members then, and which are ticked. Only what the person changed
counts, so another person's changes meanwhile stay; what was changed on pages before comes along in the form.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.roles import Permission
from groups.access import get_groups
from groups.models import Group
from organizations import fields, filters
from organizations.grouping.listing import BY_NAME
from organizations.listing import BY_AGE, matching, note_of
from organizations.models import GroupMembership, Organization, OrganizationQuerySet
from organizations.pages import address, asked_size, asked_text, find_among, get_page, neighbours, size_links

# More ticks are not carried from page to page: for so many there are the pasted list and the list of organizations.
MOST: Final = 5_000
SHOWS: Final = {
    "": _("All organizations"),
    "members": _("In this group"),
    "others": _("Not in this group"),
    "none": _("In no group"),
}


@dataclass(frozen=True)
class Asked:
    """Which organizations the list shows."""

    search: str
    show: str
    size: int
    after: str
    before: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        show = query.get("show", "")
        return cls(
            search=asked_text(query),
            show=show if show in SHOWS else "",
            size=asked_size(query),
            after=query.get("after", ""),
            before=query.get("before", ""),
        )

    def url(self, **changes: str) -> str:
        """The same list with something changed; any change but turning the page begins at the first page."""
        parts = {"search": self.search, "show": self.show, "size": str(self.size)} | changes
        return address(parts)


@dataclass(frozen=True)
class Ticks:
    """The public ids that are to be added and removed, on whichever page they were ticked."""

    add: frozenset[str]
    remove: frozenset[str]

    @classmethod
    def of(cls, posted: QueryDict) -> "Ticks":
        shown, had, ticked = (_ids(posted, name) for name in ("shown", "had", "id"))
        return cls(
            add=(_ids(posted, "add") - shown) | ((ticked & shown) - had),
            remove=(_ids(posted, "remove") - shown) | ((had & shown) - ticked),
        )

    def __len__(self) -> int:
        return len(self.add) + len(self.remove)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """As fields of a form, one for each, however many ids there are."""
        return [("add", " ".join(sorted(self.add))), ("remove", " ".join(sorted(self.remove)))]


def _ids(posted: QueryDict, name: str) -> frozenset[str]:
    words = (word for value in posted.getlist(name) for word in value.split())
    return frozenset(str(found) for word in words if (found := uuid_of(word)))


def find_members(actor: Actor, group: Group) -> OrganizationQuerySet:
    """The organizations in the group that are not archived, as far as the actor sees them."""
    return _candidates(actor).filter(pk__in=_inside(actor, group).values("organization_id"))


def named(actor: Actor, public_ids: frozenset[str]) -> OrganizationQuerySet:
    return _candidates(actor).filter(public_id__in=public_ids)


def _candidates(actor: Actor) -> OrganizationQuerySet:
    return Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(archived_at=None)


def _inside(actor: Actor, group: Group) -> QuerySet[GroupMembership]:
    return GroupMembership.objects.filter(reseller=actor.reseller, group=group)


def _find(actor: Actor, group: Group, asked: Asked) -> OrganizationQuerySet:
    rows = matching(actor, _candidates(actor), asked.search)
    if asked.show == "none":
        return filters.narrow(actor, rows, {"group": filters.NO_GROUP})
    if asked.show == "members":
        return rows.filter(pk__in=_inside(actor, group).values("organization_id"))
    if asked.show == "others":
        return rows.exclude(Exists(_inside(actor, group).filter(organization=OuterRef("pk"))))
    return rows


def members_context(actor: Actor, group: Group, asked: Asked, ticks: Ticks) -> dict[str, Any]:
    wanted = _find(actor, group, asked)
    found = (
        find_among(Organization.all_of(actor.reseller), wanted, () if asked.show == "members" else BY_AGE)
        if asked.search or asked.show
        else wanted
    )
    page = get_page(found, BY_NAME, size=asked.size, after=asked.after, before=asked.before)
    prefetch_related_objects(page.rows, Prefetch("groups", get_groups(actor)))
    rows = [_row(row, group, ticks) for row in page.rows]
    shown = {row["id"] for row in rows}
    return {
        "rows": rows,
        "shown": " ".join(row["id"] for row in rows),
        "had": " ".join(row["id"] for row in rows if row["is_member"]),
        "kept": [{"name": name, "value": value} for name, value in ticks.kept],
        "to_add": len(ticks.add),
        "to_remove": len(ticks.remove),
        "elsewhere": {"add": len(ticks.add - shown), "remove": len(ticks.remove - shown)},
        "search": asked.search,
        "search_note": note_of(asked.search),
        "shows": [{"value": value, "label": label, "selected": value == asked.show} for value, label in SHOWS.items()],
        "size": asked.size,
        "here": asked.url(after=asked.after, before=asked.before),
        "clear_url": "?",
        "is_narrowed": bool(asked.search or asked.show),
        **neighbours(page, asked.url),
        "sizes": size_links(asked.size, asked.url),
    }


def _row(row: Organization, group: Group, ticks: Ticks) -> dict[str, Any]:
    public_id, names = str(row.public_id), [one.name for one in row.groups.all() if one.pk != group.pk]
    is_member = any(one.pk == group.pk for one in row.groups.all())
    return {
        "id": public_id,
        "name": row.name,
        "domain": fields.shown("primary_domain", row.primary_domain),
        "customer_number": row.customer_number,
        "other_groups": names,
        "is_member": is_member,
        "is_ticked": (is_member or public_id in ticks.add) and public_id not in ticks.remove,
    }
