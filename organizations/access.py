"""From a person to an organization, or 404; and the ground on which the person may create."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.roles import Permission
from events.models import Event, Kind
from groups.access import get_groups, get_groups_by_public_id
from groups.models import Group
from organizations.models import Organization, OrganizationQuerySet
from organizations.problems import Problem


def get_organization(
    actor: Actor, public_id: uuid.UUID | str, permission: Permission = Permission.ORGANIZATIONS_SEE
) -> Organization:
    """The organization, if the actor may see it. What may not be seen does not exist; what may not be done is 403."""
    found = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    actor.require(permission)
    return found


def get_names(actor: Actor, public_ids: Sequence[uuid.UUID]) -> dict[str, str]:
    """The names of those of the records that the actor sees, by public id."""
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(public_id__in=public_ids)
    return {str(public_id): name for public_id, name in seen.values_list("public_id", "name")}


def get_created_together(actor: Actor, batch_id: uuid.UUID) -> OrganizationQuerySet:
    """What one batch created, as far as the actor may see it; 404 where that is nothing."""
    made = Event.objects.filter(reseller=actor.reseller, batch_id=batch_id, kind=Kind.ORGANIZATION_CREATED)
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    found = seen.filter(public_id__in=made.values("subject_id"))
    if not found.exists():
        raise Http404
    return found


class NoGround(Exception):
    """The groups that were chosen are not ones in which the actor may create."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


@dataclass(frozen=True)
class Ground:
    """The groups that new organizations will belong to."""

    groups: tuple[Group, ...]

    @property
    def group_ids(self) -> list[int]:
        return [group.pk for group in self.groups]


def get_grounds(actor: Actor) -> list[Group]:
    """The groups from which the actor may choose when creating."""
    return list(get_groups(actor))


def get_ground(actor: Actor, chosen: Sequence[uuid.UUID | str]) -> Ground:
    """The chosen groups, or NoGround: roles bound to groups choose exactly one of their own, others any or none."""
    wanted = {uuid_of(str(public_id)) for public_id in chosen}
    if actor.is_group_bound:
        _check_one(actor, wanted)
    found = get_groups_by_public_id(actor, [public_id for public_id in wanted if public_id])
    if len(found) != len(wanted):
        raise NoGround(Problem("group_unknown", {}))
    return Ground(tuple(found))


def _check_one(actor: Actor, wanted: set[uuid.UUID | None]) -> None:
    if not actor.group_ids:
        raise NoGround(Problem("group_none_yet", {}))
    if not wanted:
        raise NoGround(Problem("group_missing", {}))
    if len(wanted) > 1:
        raise NoGround(Problem("group_only_one", {}))
