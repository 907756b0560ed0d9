"""Who gains or loses sight of how many organizations when the members of groups change: computed before it is saved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import GROUP_BOUND, Permission
from groups.models import Assignment, Group
from organizations.models import OrganizationQuerySet
from organizations.pages import grouped
from organizations.questions import organizations

NAMED: Final = 20  # more people are told by their number


@dataclass(frozen=True)
class Effect:
    """How many organizations a person will see, or no longer see, that are not archived."""

    person: Membership
    gained: int
    lost: int


@dataclass(frozen=True)
class Change:
    """What would become of a group: how many come and go, who notices, and how many would then be in no group."""

    added: int
    removed: int
    orphaned: int
    people: int
    effects: list[Effect]


def foresee(
    actor: Actor, group: Group, *, add: OrganizationQuerySet | None = None, remove: OrganizationQuerySet | None = None
) -> Change:
    """What adding and removing these organizations would do, whoever is in the group already or not."""
    come = {groups: n for groups, n in _count_by_groups(actor, add).items() if group.pk not in groups}
    go = {groups - {group.pk}: n for groups, n in _count_by_groups(actor, remove).items() if group.pk in groups}
    people = list(_bound_people(actor, [group.pk]))
    others = _other_groups(actor, group, people)
    effects = [Effect(one, _unseen(come, others[one.pk]), _unseen(go, others[one.pk])) for one in people]
    return Change(
        added=sum(come.values()),
        removed=sum(go.values()),
        orphaned=go.get(frozenset(), 0),
        people=len(people),
        effects=[one for one in effects if one.gained or one.lost],
    )


def _unseen(counts: Mapping[frozenset[int], int], groups: Collection[int]) -> int:
    """How many of the organizations are in none of the groups."""
    return sum(n for its_groups, n in counts.items() if its_groups.isdisjoint(groups))


def foresee_for(actor: Actor, before: Collection[int], after: Collection[int]) -> list[Effect]:
    """Who gains or loses sight of one organization that moves from some groups (by id) to others."""
    was, will = (list(_bound_people(actor, group_ids)) for group_ids in (before, after))
    gaining = [Effect(person, 1, 0) for person in will if person not in was]
    return gaining + [Effect(person, 0, 1) for person in was if person not in will]


def _bound_people(actor: Actor, group_ids: Collection[int]) -> QuerySet[Membership]:
    """Those who see organizations through one of the groups today, by name; others see everything or nothing."""
    through = Assignment.objects.in_force(actor.reseller).filter(group__in=group_ids)
    people = Membership.objects.select_related("user").filter(reseller=actor.reseller, role__in=GROUP_BOUND)
    working = people.filter(is_active=True, user__is_active=True, pk__in=through.values("membership_id"))
    return working.order_by("user__name", "user__email", "pk")


def _other_groups(actor: Actor, group: Group, people: Collection[Membership]) -> dict[int, set[int]]:
    """By membership, through which groups beside this one each of the people sees organizations today."""
    found: dict[int, set[int]] = {person.pk: set() for person in people}
    through = Assignment.objects.in_force(actor.reseller).filter(membership__in=found).exclude(group=group)
    for membership_id, group_id in through.values_list("membership_id", "group_id"):
        found[membership_id].add(group_id)
    return found


# There are few different sets of groups, however many organizations there are.
_BY_GROUPS: Final = """
SELECT groups, count(*) FROM (
    SELECT array_remove(array_agg(inside.group_id ORDER BY inside.group_id), NULL) AS groups
    FROM ({rows}) AS chosen (id)
    LEFT JOIN (organizations_groupmembership AS inside
        JOIN groups_group AS its ON its.reseller_id = inside.reseller_id AND its.id = inside.group_id
                                    AND its.deleted_at IS NULL)
        ON inside.reseller_id = %s AND inside.organization_id = chosen.id
    GROUP BY chosen.id
) AS each GROUP BY groups
"""


def _count_by_groups(actor: Actor, rows: OrganizationQuerySet | None) -> dict[frozenset[int], int]:
    """How many of the organizations that are not archived are in exactly which groups."""
    if rows is None:
        return {}
    try:
        sql, params = rows.order_by().filter(archived_at=None).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_GROUPS.format(rows=sql), [*params, actor.reseller.pk])
        return {frozenset(groups): count for groups, count in cursor}


def tell(actor: Actor, group: Group, change: Change) -> list[str]:
    """The change in sentences, for somebody who decides about it."""
    words = {"group": group.name, "added": organizations(change.added), "removed": organizations(change.removed)}
    told = [_("Added to %(group)s: %(added)s.") % words] * bool(change.added)
    told += [_("Removed from %(group)s: %(removed)s.") % words] * bool(change.removed)
    if not told:
        return [_("Nothing changes: the group %(group)s stays as it is.") % words]
    told += tell_people(actor, change.effects)
    if not change.people:
        told.append(_("Nobody whose role is bound to groups looks after %(group)s now.") % words)
    if change.orphaned:
        words["orphaned"] = organizations(change.orphaned)
        told.append(_("Then in no group, and seen only by administrators of the whole reseller: %(orphaned)s.") % words)
    return told


def tell_people(actor: Actor, effects: Collection[Effect]) -> list[str]:
    """Who gains and who loses, by name as far as the reader may know the people."""
    if not effects:
        return [_("Nobody gains or loses sight of an organization by this.")]
    named = list(effects)[:NAMED] if actor.can(Permission.PEOPLE_SEE) else []
    more = len(effects) - len(named)
    words = ngettext("%(n)s more person is affected.", "%(n)s more people are affected.", more)
    return [_sentence(one) for one in named] + [words % {"n": grouped(more)}] * bool(more)


def _sentence(effect: Effect) -> str:
    words = {
        "name": effect.person.user,
        "role": effect.person.get_role_display(),
        "gained": organizations(effect.gained),
        "lost": organizations(effect.lost),
    }
    if not effect.lost:
        return _("%(name)s (%(role)s) gains sight of %(gained)s.") % words
    if not effect.gained:
        return _("%(name)s (%(role)s) loses sight of %(lost)s.") % words
    return _("%(name)s (%(role)s) gains sight of %(gained)s and loses sight of %(lost)s.") % words
