"""From a signed-in person to the actor who acts, and from an actor to groups."""

import uuid
from collections.abc import Collection

from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership, Reseller
from accounts.refusals import Refused
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
    return Group.objects.permitted(actor, Permission.GROUPS_SEE).order_by("sort_name", "id")


def get_group(actor: Actor, public_id: uuid.UUID | str, permission: Permission = Permission.GROUPS_SEE) -> Group:
    """The group, if the actor may see it. What may not be seen does not exist; what may not be done is 403."""
    found = get_groups(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    actor.require(permission)
    return found


def get_own_group_ids(actor: Actor) -> frozenset[str]:
    """The public ids of the groups to which the actor is bound; none for others, who may read of every group."""
    return (
        frozenset(map(str, get_groups(actor).values_list("public_id", flat=True))) if actor.group_ids else frozenset()
    )


def lock_group(actor: Actor, group: Group, *, to_delete: bool = False) -> Group:
    """The group as it is now, so that changes to it wait for each other; new organizations wait for a deletion only."""
    rows = Group.objects.permitted(actor, Permission.GROUPS_EDIT).select_for_update(no_key=not to_delete)
    found = rows.filter(pk=group.pk).first()
    if found is None:
        raise Refused(_("The group %(name)s was deleted meanwhile.") % {"name": group})
    return found


def get_groups_by_public_id(actor: Actor, public_ids: Collection[uuid.UUID | str]) -> list[Group]:
    """Those of the named groups that the actor sees; the caller compares the count."""
    return list(get_groups(actor).filter(public_id__in=public_ids))


def get_caretakers(actor: Actor, group: Group) -> list[Assignment]:
    """Who looks after the group today, for good first; who may not see the administrators finds only themselves."""
    today = Assignment.objects.in_force(actor.reseller).filter(group=group, membership__removed_at=None)
    if not actor.can(Permission.PEOPLE_SEE):
        today = today.filter(membership=actor.membership)
    related = today.select_related("membership__user", "lent_by__user")
    return list(related.order_by(F("until").asc(nulls_first=True), "membership__user__name", "membership__user__email"))
