"""What the pages of groups say alike: where they are, and what may be done with a group."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Permission
from groups.models import Assignment, Group


def crumbs(*path: tuple[str, str]) -> list[dict[str, str]]:
    """The menu path to a page below Groups."""
    top = [(_("Broker"), ""), (_("Manage organizations"), ""), (_("Groups"), reverse("groups:list"))]
    return [{"label": label, "url": url} for label, url in (*top, *path)]


def group_crumbs(group: Group, *path: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs((group.name, url_of(group)), *path)


def url_of(group: Group, view: str = "detail") -> str:
    return reverse(f"groups:{view}", args=[group.public_id])


def actions_for(actor: Actor, group: Group) -> list[dict[str, Any]]:
    if not actor.can(Permission.GROUPS_EDIT):
        return []
    possible = ((_("Members"), "members", True), (_("Edit"), "edit", False), (_("Delete"), "delete", True))
    return [{"label": label, "url": url_of(group, view), "asks": asks} for label, view, asks in possible]


def loan_note(assignment: Assignment) -> str:
    """Until when and for whom somebody looks after a group; nothing where it is for good."""
    if assignment.until is None or assignment.lent_by is None:
        return ""
    words = {"until": date_format(assignment.until), "name": assignment.lent_by.user}
    return _("until %(until)s, for %(name)s") % words
