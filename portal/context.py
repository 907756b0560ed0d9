"""What every page knows: who is here, for whom they work, and the Broker menu."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Membership, Theme
from accounts.roles import Permission
from csp_link.access import count_open
from portal.guide import explained_by

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Item:
    """A line of the menu; it shows to those with the permission, and is current on its page and below."""

    label: "StrPromise"
    view: str
    icon: str
    permission: Permission
    count: Callable[[Actor], str] | None = None  # how many wait there for somebody, blank for none


# A section without a title is set apart, for what concerns the reseller itself.
MENU: "tuple[tuple[StrPromise | str, tuple[Item, ...]], ...]" = (
    (
        _("Manage organizations"),
        (
            Item(_("Organizations"), "organizations:list", "building", Permission.ORGANIZATIONS_SEE),
            Item(_("Groups"), "groups:list", "users-group", Permission.GROUPS_SEE),
            Item(_("Will not be billed"), "unbilled", "receipt-off", Permission.ORGANIZATIONS_SEE),
        ),
    ),
    (
        _("My services"),
        (Item(_("Microsoft O365 CSP direct"), "csp_link:overview", "cloud", Permission.TENANTS_SEE, count_open),),
    ),
    (
        "",
        (
            Item(_("Administrators"), "people:list", "user-cog", Permission.PEOPLE_SEE),
            Item(_("Settings"), "settings", "settings", Permission.SETTINGS_EDIT),
            Item(_("Event log"), "events", "history", Permission.EVENTS_SEE),
        ),
    ),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    common = {"environment": "" if settings.PRODUCTION else settings.ENVIRONMENT, "version": settings.VERSION}
    if actor is None:
        return common | {"actor": None, "theme": Theme.SYSTEM, "languages": settings.LANGUAGES}
    person = actor.membership.user
    return common | {
        "actor": actor,
        "person": {"name": str(person), "email": person.email, "mark": _mark(actor)},
        "theme": person.theme,
        "reseller": actor.reseller,
        "resellers": _resellers(actor, request.memberships),  # type: ignore[attr-defined]
        "menu": _menu(actor, request.path),
        "help_url": reverse("help"),
        "guide_url": explained_by(request.resolver_match),
    }


def _mark(actor: Actor) -> str:
    """By which a browser tells one person at one reseller from another, and nobody finds out who it is."""
    return salted_hmac("portal.context.mark", f"{actor.reseller.public_id}{actor.public_id}").hexdigest()[:16]


def _resellers(actor: Actor, memberships: Sequence[Membership]) -> list[dict[str, Any]]:
    return [
        {"name": row.reseller.name, "public_id": row.reseller.public_id, "current": row == actor.membership}
        for row in memberships
    ]


def _menu(actor: Actor, path: str) -> list[dict[str, Any]]:
    allowed = [(label, [item for item in items if actor.can(item.permission)]) for label, items in MENU]
    return [
        {"label": label, "items": [_item(actor, item, path) for item in items]} for label, items in allowed if items
    ]


def _item(actor: Actor, item: Item, path: str) -> dict[str, Any]:
    url, badge = reverse(item.view), item.count(actor) if item.count else ""
    return {"label": item.label, "url": url, "icon": item.icon, "current": path.startswith(url), "badge": badge}
