"""Who sees what, and why: asked at the door through which everybody sees, so that the answers can't differ from it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Q

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import GROUP_BOUND, PERMISSIONS, Permission, Role
from groups.access import actor_of, get_groups
from groups.models import Assignment, Group
from organizations.models import Organization, OrganizationQuerySet
from people.access import get_people


def seen_by(person: Membership) -> OrganizationQuerySet:
    """The organizations that are on the person's list now; none for who was deactivated."""
    return _listed(actor_of(person))


def would_see(person: Membership, group_ids: Collection[int], *, role: Role | None = None) -> OrganizationQuerySet:
    """What would be on the list of the person, being active, with these groups (and this role)."""
    role = role or Role(person.role)
    groups = frozenset(group_ids) if role in GROUP_BOUND else None
    return _listed(replace(actor_of(person), role=role, permissions=PERMISSIONS[role], group_ids=groups))


def _listed(actor: Actor) -> OrganizationQuerySet:
    return Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(archived_at=None)


def count_by_group(actor: Actor) -> dict[int, int]:
    """How many organizations that are not archived each group holds, with one query."""
    seen = _listed(actor).exclude(groups=None).order_by()
    return dict(seen.values("groups").annotate(number=Count("pk")).values_list("groups", "number"))


@dataclass(frozen=True)
class Held:
    """A group that a person has now: for good, or until a day for somebody else."""

    group: Group
    until: date | None
    lender: Membership | None


def get_held(actor: Actor, people: Collection[Membership]) -> dict[int, list[Held]]:
    """By membership, the groups that each of the people has today, by name."""
    held: dict[int, list[Held]] = {person.pk: [] for person in people}
    mine = Assignment.objects.in_force(actor.reseller).filter(membership__in=held)
    related = mine.select_related("group", "lent_by__user").order_by("group__name", "until")
    for found in related:
        held[found.membership_id].append(Held(found.group, found.until, found.lent_by))
    return held


@dataclass(frozen=True)
class Viewer:
    """Somebody who sees an organization: through a role that sees all, or through groups."""

    person: Membership
    held: list[Held]


def get_viewers(actor: Actor, organization: Organization) -> list[Viewer]:
    """Everybody who sees the organization now, by name. The caller obtained it for this actor."""
    its_groups = {group.pk for group in get_groups(actor).filter(organizations=organization)}
    through = Assignment.objects.in_force(actor.reseller).filter(group__in=its_groups)
    unbound = [role for role in Role if role not in GROUP_BOUND]
    people = get_people(actor).filter(is_active=True, user__is_active=True)
    seen_so = Q(role__in=unbound) | Q(pk__in=through.values("membership"))
    seeing = list(people.filter(seen_so).order_by("user__name", "user__email"))
    held = get_held(actor, [person for person in seeing if person.role in GROUP_BOUND])
    return [Viewer(person, [one for one in held.get(person.pk, []) if one.group.pk in its_groups]) for person in seeing]
