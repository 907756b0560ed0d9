"""What an API key may be used for: the scopes, and which permissions of its role each one lets through."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission


class Scope(models.TextChoices):
    ORGANIZATIONS_READ = "organizations:read", _("Organizations: read")
    ORGANIZATIONS_WRITE = "organizations:write", _("Organizations: read and write")
    IMPORTS_READ = "imports:read", _("Imports: read")
    IMPORTS_WRITE = "imports:write", _("Imports: read and write")
    GROUPS_READ = "groups:read", _("Groups: read")
    GROUPS_WRITE = "groups:write", _("Groups: read and write")
    TENANTS_READ = "tenants:read", _("Microsoft tenants: read")
    TENANTS_WRITE = "tenants:write", _("Microsoft tenants: read and write")
    EVENTS_READ = "events:read", _("Event log: read")


_SEEING: Final = frozenset({Permission.ORGANIZATIONS_SEE, Permission.APPROVAL_SEE, Permission.GROUPS_SEE})
_CREATING: Final = _SEEING | {
    Permission.ORGANIZATIONS_CREATE,
    Permission.ORGANIZATIONS_CREATE_MANY,
    Permission.APPROVAL_EDIT,
}
_PERMISSIONS: Final[dict[Scope, frozenset[Permission]]] = {
    Scope.ORGANIZATIONS_READ: _SEEING,
    Scope.ORGANIZATIONS_WRITE: _CREATING | {Permission.ORGANIZATIONS_EDIT, Permission.ORGANIZATIONS_ARCHIVE},
    Scope.IMPORTS_READ: _SEEING | {Permission.IMPORTS_SEE_ALL},
    Scope.IMPORTS_WRITE: _CREATING | {Permission.ORGANIZATIONS_EDIT, Permission.IMPORTS_SEE_ALL},
    Scope.GROUPS_READ: frozenset({Permission.GROUPS_SEE}),
    Scope.GROUPS_WRITE: _SEEING | {Permission.GROUPS_EDIT},
    Scope.TENANTS_READ: _SEEING | {Permission.TENANTS_SEE},
    Scope.TENANTS_WRITE: _CREATING | {Permission.TENANTS_SEE, Permission.TENANTS_EDIT},
    Scope.EVENTS_READ: _SEEING | {Permission.EVENTS_SEE},
}


def including(scopes: set[Scope]) -> set[Scope]:
    """The scopes with those that they include: who may write may read."""
    return scopes | {Scope(scope.replace(":write", ":read")) for scope in scopes}


def permissions_of(scopes: set[Scope]) -> frozenset[Permission]:
    return frozenset(permission for scope in scopes for permission in _PERMISSIONS[scope])
