"""What one can go to by typing a part of its name: organizations, pages and actions, as far as one may."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.roles import Permission
from organizations.fields import fold, shown
from organizations.listing import matching
from organizations.models import Organization
from organizations.recent import get_recent
from portal.context import MENU, Item
from portal.settings_views import PAGES as SETTINGS

MOST: Final = 8


@dataclass(frozen=True)
class Hit:
    """One line; `hint` tells apart what is called alike."""

    label: str
    url: str
    icon: str
    hint: str = ""


@dataclass(frozen=True)
class Section:
    label: str
    hits: list[Hit]


_SEE: Final = Permission.ORGANIZATIONS_SEE
ACTIONS: Final = (
    Item(gettext_lazy("New Organization"), "organizations:new", "plus", Permission.ORGANIZATIONS_CREATE),
    Item(
        gettext_lazy("Create Multiple Organizations: import a file"),
        "imports:create_multiple",
        "upload",
        Permission.ORGANIZATIONS_CREATE_MANY,
    ),
    Item(
        gettext_lazy("Create Multiple Organizations: fill in rows"),
        "organizations:grid",
        "list-details",
        Permission.ORGANIZATIONS_CREATE_MANY,
    ),
    Item(gettext_lazy("New Group"), "groups:new", "users-group", Permission.GROUPS_EDIT),
    Item(gettext_lazy("Link Tenant to Organization"), "csp_link:tenants", "link", Permission.TENANTS_SEE),
    Item(gettext_lazy("Invite an administrator"), "people:invite", "mail", Permission.PEOPLE_EDIT),
    Item(gettext_lazy("Import administrators"), "people:invite_many", "upload", Permission.PEOPLE_EDIT),
    Item(gettext_lazy("New API key"), "new_api_key", "key", Permission.SETTINGS_EDIT),
    Item(gettext_lazy("New webhook"), "new_webhook", "webhook", Permission.SETTINGS_EDIT),
)
# Beside the lines of the menu and the pages of Settings.
OTHERS: Final = (
    Item(gettext_lazy("Earlier imports"), "imports:history", "history", _SEE),
    Item(gettext_lazy("Exports"), "exports:list", "download", _SEE),
    Item(gettext_lazy("Saved views"), "organizations:views", "bookmark", _SEE),
    Item(gettext_lazy("Columns"), "organizations:columns", "columns-3", _SEE),
    Item(gettext_lazy("Help"), "help", "help-circle", _SEE),
    Item(gettext_lazy("Roles"), "roles", "help-circle", _SEE),
    Item(gettext_lazy("What programs can do (API)"), "api_docs", "help-circle", _SEE),
    Item(gettext_lazy("Language and time"), "preferences", "settings", _SEE),
    Item(gettext_lazy("Two-step sign-in"), "mfa_index", "shield-check", _SEE),
    Item(gettext_lazy("Change password"), "account_change_password", "key", _SEE),
    Item(gettext_lazy("Where I am signed in"), "usersessions_list", "device-desktop", _SEE),
)


def find_sections(actor: Actor, session: SessionBase, search: str) -> list[Section]:
    """What has the text in its name; for no text, where one was last and everything that there is to open or do."""
    term = fold(search)
    organizations = _found(actor, search) if term else [_hit(row) for row in get_recent(actor, session)]
    label = _("Organizations") if term else _("Recently visited")
    sections = [
        Section(label, organizations),
        Section(_("Actions"), _named(actor, ACTIONS, term)),
        Section(_("Pages"), _named(actor, _pages(), term)),
    ]
    return [section for section in sections if section.hits]


def _found(actor: Actor, search: str) -> list[Hit]:
    """The first by name, and the way to all of them where there are more."""
    seen = Organization.objects.permitted(actor, _SEE).filter(archived_at=None)
    rows = list(matching(actor, seen, search).order_by("sort_name", "public_id")[: MOST + 1])
    hits = [_hit(row) for row in rows[:MOST]]
    if len(rows) > MOST:
        url = f"{reverse('organizations:list')}?{urlencode({'search': search})}"
        hits.append(Hit(_("All that have “%(search)s”") % {"search": search}, url, "search"))
    return hits


def _hit(row: Organization) -> Hit:
    told = [shown("primary_domain", row.primary_domain), row.customer_number]
    url = reverse("organizations:detail", args=[row.public_id])
    return Hit(row.name, url, "building", " · ".join(text for text in told if text))


def _pages() -> "tuple[Item, ...]":
    settings = (
        Item(label, view, "settings", Permission.SETTINGS_EDIT) for label, view in SETTINGS if view != "settings"
    )
    return (*(item for _label, items in MENU for item in items), *settings, *OTHERS)


def _named(actor: Actor, items: "tuple[Item, ...]", term: str) -> list[Hit]:
    return [
        Hit(str(item.label), reverse(item.view), item.icon)
        for item in items
        if actor.can(item.permission) and term in fold(str(item.label))
    ]


def as_json(sections: list[Section]) -> list[dict[str, Any]]:
    return [{"label": section.label, "hits": [vars(hit) for hit in section.hits]} for section in sections]
