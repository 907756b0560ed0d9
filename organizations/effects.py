"""Who gains or loses sight of how many organizations when the members of groups change: computed before it is saved."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import GROUP_BOUND, Permission
from groups.models import Assignment, Group
from organizations.models import GroupMembership, Organization, OrganizationQuerySet
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
    inside = _memberships(actor).filter(group=group)
    nothing = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).none()
    come = _open(nothing if add is None else add).exclude(Exists(inside.filter(organization=OuterRef("pk"))))
    go = _open(nothing if remove is None else remove).filter(Exists(inside.filter(organization=OuterRef("pk"))))
    people = list(_bound_people(actor, [group.pk]))
    added, removed = come.count() if add is not None else 0, go.count() if remove is not None else 0
    seen_come = _seen_otherwise(actor, group, people, come) if added else {}
    seen_go = _seen_otherwise(actor, group, people, go) if removed else {}
    effects = [Effect(one, added - seen_come.get(one.pk, 0), removed - seen_go.get(one.pk, 0)) for one in people]
    elsewhere = _memberships(actor).exclude(group=group).filter(organization=OuterRef("pk"))
    orphaned = go.exclude(Exists(elsewhere)).count() if removed else 0
    return Change(added, removed, orphaned, len(people), [one for one in effects if one.gained or one.lost])


def foresee_for(actor: Actor, before: Collection[int], after: Collection[int]) -> list[Effect]:
    """Who gains or loses sight of one organization that moves from some groups (by id) to others."""
    was, will = (list(_bound_people(actor, group_ids)) for group_ids in (before, after))
    gaining = [Effect(person, 1, 0) for person in will if person not in was]
    return gaining + [Effect(person, 0, 1) for person in was if person not in will]


def _open(rows: OrganizationQuerySet) -> OrganizationQuerySet:
    return rows.order_by().filter(archived_at=None)


def _memberships(actor: Actor) -> QuerySet[GroupMembership]:
    return GroupMembership.objects.filter(reseller=actor.reseller)


def _bound_people(actor: Actor, group_ids: Collection[int]) -> QuerySet[Membership]:
    """Those who see organizations through one of the groups today, by name; others see everything or nothing."""
    through = Assignment.objects.in_force(actor.reseller).filter(group__in=group_ids)
    people = Membership.objects.select_related("user").filter(reseller=actor.reseller, role__in=GROUP_BOUND)
    working = people.filter(is_active=True, user__is_active=True, pk__in=through.values("membership_id"))
    return working.order_by("user__name", "user__email", "pk")


def _seen_otherwise(
    actor: Actor, group: Group, people: Collection[Membership], rows: OrganizationQuerySet
) -> dict[int, int]:
    """By membership, how many of the organizations each of the people sees through another group."""
    through = Assignment.objects.in_force(actor.reseller).filter(membership__in=people).exclude(group=group)
    seen = through.filter(group__groupmembership__organization__in=rows.values("pk"))
    numbers = seen.values("membership").annotate(n=Count("group__groupmembership__organization", distinct=True))
    return dict(numbers.values_list("membership", "n"))


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
    return [_sentence(one) for one in named] + [words % {"n": number_format(more, force_grouping=True)}] * bool(more)


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
