"""The verbs on who looks after which group: tick, hand over, lend to a stand-in, end a loan."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.refusals import Refused
from accounts.roles import Permission
from events.log import record
from events.models import Kind
from groups.access import lock_people
from groups.models import Assignment, Group

LONGEST_LOAN: Final = 366  # days; who needs longer is given the group


def change_groups(actor: Actor, person: Membership, *, add: Collection[Group], remove: Collection[Group]) -> None:
    """Give and take groups for good; what is neither in `add` nor in `remove` stays, whoever gave it meanwhile."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        before = get_own_groups(person)
        mine = Assignment.objects.for_good(person.reseller).filter(membership=person)
        mine.filter(group__in=list(remove)).delete()
        _give(person, add)
        after = get_own_groups(person)
        if before != after:
            details = {"name": str(person.user), "changes": {"groups": [_names(before), _names(after)]}}
            record(actor, Kind.PERSON_GROUPS_CHANGED, person.user.public_id, details=details)


def hand_over(actor: Actor, person: Membership, to: Membership, groups: Collection[Group]) -> None:
    """Move those of the groups that are the person's own to somebody else, now and for good."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        moved = _own_of(person, to, groups)
        Assignment.objects.for_good(person.reseller).filter(membership=person, group__in=moved).delete()
        _give(to, moved)
        _record_on_both(actor, Kind.PERSON_HANDED_OVER, person, to, groups=_names(moved))


def lend_groups(actor: Actor, person: Membership, to: Membership, groups: Collection[Group], *, until: date) -> None:
    """Let a stand-in see the person's groups up to and including a day; the person keeps them."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        if not 0 <= (until - person.reseller.today()).days <= LONGEST_LOAN:
            raise Refused(_("Choose a last day between today and a year from now."))
        lent = _own_of(person, to, groups)
        for group in lent:
            Assignment.objects.exclude(until=None).update_or_create(
                reseller=person.reseller, group=group, membership=to, lent_by=person, defaults={"until": until}
            )
        _record_on_both(actor, Kind.PERSON_LENT, person, to, groups=_names(lent), until=until.isoformat())


def end_loan(actor: Actor, lender: Membership, borrower: Membership) -> int:
    """Take back today whatever is lent from the one to the other; returns how many groups that were."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        loans = Assignment.objects.lent(lender.reseller).filter(lent_by=lender, membership=borrower)
        groups = [loan.group for loan in loans.select_related("group").order_by("group__name")]
        loans.delete()
        if groups:
            _record_on_both(actor, Kind.PERSON_LOAN_ENDED, lender, borrower, groups=_names(groups))
    return len(groups)


def get_own_groups(person: Membership) -> list[Group]:
    """The groups that are the person's for good, by name."""
    mine = Assignment.objects.for_good(person.reseller).filter(membership=person).select_related("group")
    return [assignment.group for assignment in mine.order_by("group__name", "group_id")]


def get_loans(person: Membership) -> list[Assignment]:
    """What the person lends and has borrowed today, the first to end first."""
    loans = Assignment.objects.lent(person.reseller).filter(Q(membership=person) | Q(lent_by=person))
    return list(loans.select_related("group", "membership__user", "lent_by__user").order_by("until", "group__name"))


def get_lent_ids(person: Membership) -> set[int]:
    """The ids of the groups that the person has today as a stand-in."""
    lent = Assignment.objects.lent(person.reseller).filter(membership=person)
    return set(lent.values_list("group_id", flat=True))


def _own_of(person: Membership, to: Membership, groups: Collection[Group]) -> list[Group]:
    """Those of the groups that may go from the one to the other as things are now."""
    to.refresh_from_db(fields=["is_active"])
    if to.pk == person.pk or not to.is_active:
        raise Refused(_("%(name)s can't take groups over now. Choose somebody else.") % {"name": to.user})
    wanted = {group.pk for group in groups}
    found = [group for group in get_own_groups(person) if group.pk in wanted]
    if not found:
        raise Refused(_("%(name)s no longer has these groups.") % {"name": person.user})
    return found


def _give(person: Membership, groups: Iterable[Group]) -> None:
    given = [Assignment(reseller=person.reseller, membership=person, group=group) for group in groups]
    Assignment.objects.bulk_create(given, ignore_conflicts=True)


def _names(groups: Iterable[Group]) -> str:
    return ", ".join(group.name for group in groups)


def _record_on_both(actor: Actor, kind: Kind, person: Membership, other: Membership, **words: str) -> None:
    details = {"name": str(person.user), "other": str(other.user), **words}
    for one in (person, other):
        record(actor, kind, one.user.public_id, details=details)
