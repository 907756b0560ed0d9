"""What people may do: the permissions, the roles, and the one table between them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Permission(StrEnum):
    """Alphabetical. A verb asks for exactly one of these."""

    APPROVAL_EDIT = "approval.edit"
    APPROVAL_SEE = "approval.see"
    EVENTS_SEE = "events.see"
    GROUPS_EDIT = "groups.edit"
    GROUPS_SEE = "groups.see"
    IMPORTS_SEE_ALL = "imports.see_all"
    ORGANIZATIONS_ARCHIVE = "organizations.archive"
    ORGANIZATIONS_CREATE = "organizations.create"
    ORGANIZATIONS_CREATE_MANY = "organizations.create_many"
    ORGANIZATIONS_EDIT = "organizations.edit"
    ORGANIZATIONS_SEE = "organizations.see"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_SEE = "people.see"
    SETTINGS_EDIT = "settings.edit"
    TENANTS_EDIT = "tenants.edit"
    TENANTS_SEE = "tenants.see"


class Role(models.TextChoices):
    RESELLER_ADMIN = "reseller_admin", _("Reseller Admin")
    VIEW_ONLY_ADMIN = "view_only_admin", _("View-only Admin")
    KEY_ACCOUNT_MANAGER = "key_account_manager", _("Key Account Manager")
    KEY_ACCOUNT_VIEWER = "key_account_viewer", _("Key Account Viewer")
    LIMITED_KEY_ACCOUNT_MANAGER = "limited_key_account_manager", _("Limited Key Account Manager")
    SALES_AGENT = "sales_agent", _("Sales Agent")


@dataclass(frozen=True)
class Line:
    """One line of the table as people read it: `see` comes with V or E, `edit` with E."""

    label: "StrPromise"
    see: tuple[Permission, ...]
    edit: tuple[Permission, ...]
    levels: str


# One letter a role, in the order of Role: E edit, V view, – none.
TABLE = (
    Line(_("Organizations: see, export"), (Permission.ORGANIZATIONS_SEE,), (), "VVVVVV"),
    Line(_("Organizations: create by form"), (), (Permission.ORGANIZATIONS_CREATE,), "E–E–EE"),
    Line(_("Organizations: create by grid and file"), (), (Permission.ORGANIZATIONS_CREATE_MANY,), "E–E–E–"),
    Line(_("Organizations: edit"), (), (Permission.ORGANIZATIONS_EDIT,), "E–E–EE"),
    Line(_("Approval settings"), (Permission.APPROVAL_SEE,), (Permission.APPROVAL_EDIT,), "EVEVVV"),
    Line(_("Organizations: archive and restore"), (), (Permission.ORGANIZATIONS_ARCHIVE,), "E–––––"),
    Line(_("Groups and their members"), (Permission.GROUPS_SEE,), (Permission.GROUPS_EDIT,), "EVVVVV"),
    Line(_("Microsoft tenants"), (Permission.TENANTS_SEE,), (Permission.TENANTS_EDIT,), "EV––––"),
    Line(_("Administrators, roles, group assignment"), (Permission.PEOPLE_SEE,), (Permission.PEOPLE_EDIT,), "EV––––"),
    Line(_("API keys, webhooks, reseller settings"), (), (Permission.SETTINGS_EDIT,), "E–––––"),
    Line(_("Imports of other people"), (Permission.IMPORTS_SEE_ALL,), (), "VV––––"),
    Line(_("Event log"), (Permission.EVENTS_SEE,), (), "VVVVVV"),
)

LEVELS: "dict[str, StrPromise]" = {"E": _("Edit"), "V": _("View"), "–": _("No")}

# Roles that see and create only in the groups they were given.
GROUP_BOUND = frozenset(Role) - {Role.RESELLER_ADMIN, Role.VIEW_ONLY_ADMIN}
# A tenant without an organization is in no group: a key that is bound to groups has none of these, whatever its role.
OF_NO_GROUP = frozenset({Permission.TENANTS_SEE, Permission.TENANTS_EDIT})


def _permissions(column: int) -> frozenset[Permission]:
    seen = (line.see for line in TABLE if line.levels[column] in "VE")
    edited = (line.edit for line in TABLE if line.levels[column] == "E")
    return frozenset(permission for group in (*seen, *edited) for permission in group)


def levels_of(role: Role) -> "list[tuple[StrPromise, str]]":
    """The role's column of the table: each line's label and its letter."""
    return [(line.label, line.levels[list(Role).index(role)]) for line in TABLE]


PERMISSIONS: dict[Role, frozenset[Permission]] = {role: _permissions(column) for column, role in enumerate(Role)}
