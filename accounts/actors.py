"""Who acts: the one argument from which every verb takes its reseller, permissions and groups."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.roles import Permission, Role

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import ApiKey, Membership, Reseller


@dataclass(frozen=True)
class Actor:
    """A person, or a program with a key, at work for one reseller; for a key, `membership` is its maker's.

    `group_ids` is None for those who are not bound to groups.
    """

    reseller: "Reseller"
    membership: "Membership"
    role: Role
    permissions: frozenset[Permission]
    group_ids: frozenset[int] | None
    key: "ApiKey | None" = None

    @property
    def user_id(self) -> int | None:
        """The person; None for a program."""
        return None if self.key else self.membership.user_id

    @property
    def public_id(self) -> uuid.UUID:
        return self.key.public_id if self.key else self.membership.user.public_id

    @property
    def label(self) -> str:
        """The name that events keep, so that they can be read when the person or key is gone."""
        return f"API key {self.key.name}" if self.key else str(self.membership.user)

    @property
    def is_group_bound(self) -> bool:
        return self.group_ids is not None

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied (403) unless the role grants the permission."""
        if permission not in self.permissions:
            raise PermissionDenied(permission)


class Request(HttpRequest):
    """What views receive: the middleware has entered the reseller and set the actor."""

    actor: Actor
    memberships: "list[Membership]"  # all of the person's, also for other resellers
    htmx: "HtmxDetails"
