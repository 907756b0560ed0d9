"""The list of administrators: people and open invitations in one order, a page at a time, however many there are."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Collate, Lower, NullIf
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.models import Membership
from accounts.roles import Permission, Role
from groups.access import get_groups_by_public_id
from organizations.pages import SIZES, address, asked_size, asked_text, size_links
from people.access import get_invitations, get_people, get_removed_people, matching
from people.models import Invitation, Link
from people.sight import get_held
from people.wording import invitation_actions, person_actions

STATES: Final = {
    "active": _("Active"),
    "invited": _("Invited"),
    "deactivated": _("Deactivated"),
    "removed": _("Removed"),
}
FILTERS: Final = {
    "role": (_("Role"), _("Any role"), dict(Role.choices)),
    "state": (_("State"), _("Any state"), STATES),
}
NAMES_SHOWN: Final = 3
Line = Membership | Invitation


@dataclass(frozen=True)
class Asked:
    """The list's address in words."""

    search: str
    filters: dict[str, str]
    size: int
    after: str
    before: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        chosen = {name: query.get(name, "") for name in FILTERS}
        return cls(
            search=asked_text(query),
            filters={name: value for name, value in chosen.items() if value in FILTERS[name][2]},
            size=asked_size(query),
            after=query.get("after", ""),
            before=query.get("before", ""),
        )

    def url(self, **changes: str) -> str:
        """The same list with something changed; any change but turning the page begins at the first page."""
        parts = {"search": self.search, **self.filters, "size": str(self.size)} | changes
        return address(parts)


def list_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    asked = Asked.of(query)
    lines, has_before, has_after = _page(_sources(actor, asked), asked)
    return {
        "rows": _rows(actor, lines),
        "search": asked.search,
        "search_hidden": [{"name": "size", "value": asked.size}] if asked.size != SIZES[0] else [],
        "chips": _chips(asked),
        "clear_url": "?",
        "filters": _filters(asked),
        "pager": {
            "previous_url": asked.url(before=_id(lines[0])) if lines and has_before else "",
            "next_url": asked.url(after=_id(lines[-1])) if lines and has_after else "",
            "sizes": size_links(asked.size, asked.url),
        },
        "may_invite": actor.can(Permission.PEOPLE_EDIT),
    }


def _sources(actor: Actor, asked: Asked) -> list[QuerySet[Any]]:
    """People and invitations that match, each with the `key` by which the list is sorted and the `line_id`."""
    state, role = asked.filters.get("state"), asked.filters.get("role")
    people, invitations = (get_removed_people if state == "removed" else get_people)(actor), get_invitations(actor)
    if role:
        people, invitations = people.filter(role=role), invitations.filter(role=role)
    if asked.search:
        people = people.filter(matching(asked.search, name="user__name", email="user__email"))
        invitations = invitations.filter(matching(asked.search, name="name", email="email"))
    working = Q(is_active=True, user__is_active=True)
    if state in ("active", "deactivated"):
        people = people.filter(working if state == "active" else ~working)
    people = people.annotate(key=_key("user__name", "user__email"), line_id=F("user__public_id"))
    invitations = invitations.annotate(key=_key("name", "email"), line_id=F("public_id"))
    return [people] * (state != "invited") + [invitations] * (state in (None, "invited"))


def _key(name: str, email: str) -> Collate:
    """Sorted as Python sorts, so that two tables can be merged into one list."""
    return Collate(Lower(Coalesce(NullIf(F(name), Value("")), F(email), output_field=CharField())), "C")


def _page(sources: list[QuerySet[Any]], asked: Asked) -> tuple[list[Line], bool, bool]:
    """The lines of the page, and whether there is one before and one after it."""
    backwards = bool(asked.before)
    place = _place(sources, asked.before or asked.after)
    if place is None:
        backwards = False
    found: list[Line] = []
    for source in sources:
        beyond = source.filter(_beyond(place, backwards)) if place else source
        order = ("-key", "-line_id") if backwards else ("key", "line_id")
        found += beyond.order_by(*order)[: asked.size + 1]
    found.sort(key=_sorted_by, reverse=backwards)
    more, lines = len(found) > asked.size, found[: asked.size]
    return (lines[::-1], more, True) if backwards else (lines, place is not None, more)


def _place(sources: list[QuerySet[Any]], cursor: str) -> tuple[str, uuid.UUID] | None:
    """Where the person or invitation of that public id stands; None for what is not on the list."""
    wanted = uuid_of(cursor)
    if wanted is None:
        return None
    rows = (source.filter(line_id=wanted).values_list("key", "line_id").first() for source in sources)
    return next((row for row in rows if row), None)


def _beyond(place: tuple[str, uuid.UUID], backwards: bool) -> Q:
    comparison, (key, line_id) = "lt" if backwards else "gt", place
    return Q(**{f"key__{comparison}": key}) | Q(key=key, **{f"line_id__{comparison}": line_id})


def _sorted_by(line: Any) -> tuple[str, uuid.UUID]:
    return line.key, line.line_id


def _id(line: Any) -> str:
    return str(line.line_id)


def _rows(actor: Actor, lines: Collection[Line]) -> list[dict[str, Any]]:
    held = get_held(actor, [line for line in lines if isinstance(line, Membership)])
    wanted = {one for line in lines if isinstance(line, Invitation) for one in line.group_public_ids}
    invited_to = {group.public_id: group.name for group in get_groups_by_public_id(actor, wanted)}
    return [
        _person_row(actor, line, [one.group.name for one in held[line.pk]])
        if isinstance(line, Membership)
        else _invitation_row(actor, line, [invited_to[one] for one in line.group_public_ids if one in invited_to])
        for line in lines
    ]


def _person_row(actor: Actor, person: Membership, groups: list[str]) -> dict[str, Any]:
    if person.removed_at is not None:
        return _removed_row(actor, person)
    is_active = person.is_active and person.user.is_active
    return _row(str(person.user), person.user.email, person, groups) | {
        "url": reverse("people:person", args=[person.user.public_id]),
        "state": STATES["active" if is_active else "deactivated"],
        "tone": "ok" if is_active else "",
        "last_sign_in": person.user.last_login,
        "is_me": person.pk == actor.membership.pk,
        "actions": person_actions(actor, person),
    }


def _removed_row(actor: Actor, person: Membership) -> dict[str, Any]:
    """There is no page of somebody who was removed; what is left to do is the row's link."""
    erasing = person_actions(actor, person)
    return _row(str(person.user), person.user.email, person, []) | {
        "url": erasing[0]["url"] if erasing else "",
        "state": STATES["removed"],
        "tone": "",
        "last_sign_in": person.user.last_login,
        "is_me": False,
        "actions": erasing,
    }


def _invitation_row(actor: Actor, invitation: Invitation, groups: list[str]) -> dict[str, Any]:
    return _row(invitation.name, invitation.email, invitation, groups) | {
        "url": reverse("people:invitation", args=[invitation.public_id]),
        "state": state_of(invitation),
        "tone": "bad" if invitation.mail_failed else "warn" if invitation.link == Link.EXPIRED else "info",
        "actions": invitation_actions(actor, invitation),
    }


def state_of(invitation: Invitation) -> str:
    if invitation.mail_failed:
        return str(_("Mail not sent"))
    return str(_("Invitation expired") if invitation.link == Link.EXPIRED else STATES["invited"])


def _row(name: str, email: str, line: Line, groups: list[str]) -> dict[str, Any]:
    names = list(dict.fromkeys(groups))
    return {
        "name": name,
        "email": email,
        "role": line.get_role_display(),
        "groups": names[:NAMES_SHOWN],
        "more_groups": max(len(names) - NAMES_SHOWN, 0),
    }


def _chips(asked: Asked) -> list[dict[str, str]]:
    searched = [{"label": f"“{asked.search}”", "remove_url": asked.url(search="")}] if asked.search else []
    return searched + [
        {"label": f"{FILTERS[name][0]}: {FILTERS[name][2][value]}", "remove_url": asked.url(**{name: ""})}
        for name, value in asked.filters.items()
    ]


def _filters(asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": label,
            "options": [
                {"value": value, "label": text, "selected": value == asked.filters.get(name, "")}
                for value, text in [("", blank), *choices.items()]
            ],
        }
        for name, (label, blank, choices) in FILTERS.items()
    ]
