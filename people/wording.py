"""What the pages of people say: where they are, what may be done with whom, and what happened in words."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import Permission, Role
from events.log import Entry, get_timeline
from people.access import get_story_ids
from people.models import Invitation


def crumbs(*path: tuple[str, str]) -> list[dict[str, str]]:
    """The menu path to a page below Administrators."""
    here = [(_("Broker"), ""), (_("Administrators"), reverse("people:list")), *path]
    return [{"label": label, "url": url} for label, url in here]


def person_crumbs(person: Membership, *path: str) -> list[dict[str, str]]:
    url = reverse("people:person", args=[person.user.public_id])
    return crumbs((str(person.user), url), *[(label, "") for label in path])


def person_actions(actor: Actor, person: Membership) -> list[dict[str, Any]]:
    """What the actor may do with the person as things are; nobody changes their own place."""
    if not actor.can(Permission.PEOPLE_EDIT):
        return []
    if person.removed_at is not None:
        return [_action(person, _("Erase personal data"), "erase", asks=True)]
    possible = [_action(person, _("Manage"), "groups"), _action(person, _("Hand over or lend groups"), "handover")]
    if person.pk == actor.membership.pk:
        return possible
    in_or_out = (_("Deactivate"), "deactivate") if person.is_active else (_("Reactivate"), "reactivate")
    others = (in_or_out, (_("Remove"), "remove"))
    return [
        *possible,
        _action(person, _("Change role"), "role"),
        *(_action(person, label, view, asks=True) for label, view in others),
    ]


def _action(person: Membership, label: str, view: str, *, asks: bool = False) -> dict[str, Any]:
    return {"label": label, "url": reverse(f"people:{view}", args=[person.user.public_id]), "asks": asks}


def invitation_actions(actor: Actor, invitation: Invitation) -> list[dict[str, str]]:
    if not actor.can(Permission.PEOPLE_EDIT):
        return []
    possible = [(_("Send again"), "send_again"), (_("Withdraw"), "withdraw")]
    return [{"label": label, "url": reverse(f"people:{view}", args=[invitation.public_id])} for label, view in possible]


def timeline_of(actor: Actor, person: Membership) -> list[dict[str, Any]]:
    """What happened to the person here, from the invitation on, newest first."""
    entries = [entry for one in get_story_ids(actor, person) for entry in get_timeline(actor, one)]
    return [told(entry) for entry in sorted(entries, key=lambda entry: entry.at, reverse=True)]


def told(entry: Entry) -> dict[str, Any]:
    """A line of a timeline, with roles and headings in words."""
    labels, roles = {"role": _("Role"), "groups": _("Groups")}, dict(Role.choices)
    changes = [
        {
            "label": labels[change.field],
            "before": roles.get(change.before, change.before),
            "after": roles.get(change.after, change.after),
        }
        for change in entry.changes
        if change.field in labels and (change.before or change.after)
    ]
    return {"who": entry.who, "sentence": entry.sentence, "at": entry.at, "changes": changes}
