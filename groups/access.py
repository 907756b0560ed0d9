"""From a signed-in person to the actor who acts, and from an actor to groups."""

import uuid
from collections.abc import Collection

from accounts.actors import Actor
from accounts.models import Membership, Reseller
from accounts.roles import GROUP_BOUND, PERMISSIONS, Permission, Role
from groups.models import Assignment, Group, GroupQuerySet


def actor_of(membership: Membership) -> Actor:
    """Who the person is right now; to be asked inside acting_for(reseller), anew at every request and task."""
    role = Role(membership.role)
    permissions = PERMISSIONS[role] if membership.is_active and membership.user.is_active else frozenset()
    return Actor(membership.reseller, membership, role, permissions, _group_ids(membership, role))


def _group_ids(membership: Membership, role: Role) -> frozenset[int] | None:
    if role not in GROUP_BOUND:
        return None
    assigned = Assignment.objects.in_force(membership.reseller).filter(membership=membership)
    return frozenset(assigned.values_list("group_id", flat=True))


def lock_people(actor: Actor) -> None:
    """Let changes to a reseller's people wait for each other, and ask anew whether the actor may still make them.

    To be called first in the transaction of the change: what is read after it holds until the commit.
    """
    Reseller.objects.select_for_update(no_key=True).get(pk=actor.reseller.pk)
    now = Membership.objects.select_related("reseller", "user").get(pk=actor.membership.pk)
    actor_of(now).require(Permission.PEOPLE_EDIT)


def get_groups(actor: Actor) -> GroupQuerySet:
    """The groups that the actor sees, by name."""
    return Group.objects.permitted(actor, Permission.GROUPS_SEE).order_by("name", "id")


def get_groups_by_public_id(actor: Actor, public_ids: Collection[uuid.UUID | str]) -> list[Group]:
    """Those of the named groups that the actor sees; the caller compares the count."""
    return list(get_groups(actor).filter(public_id__in=public_ids))
