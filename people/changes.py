"""The verbs on people who work for a reseller: change the role, deactivate, reactivate, remove."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.refusals import Refused
from accounts.roles import PERMISSIONS, Permission, Role
from api.keys import get_living_keys, keep_sight_of_keys
from events.log import record
from events.models import Kind
from groups.access import lock_people
from groups.models import Assignment
from jobs.work import enqueue
from people.inviting import withdraw_all_of

MAIL: Final = "people.mail_about_keys"


def change_role(actor: Actor, person: Membership, role: Role, *, was: str) -> None:
    """Refused when the role is not what it `was` on the page any more."""
    with _alone(actor, person) as now:
        check_changeable(actor, now, stays_admin=role == Role.RESELLER_ADMIN)
        if now.role != was:
            raise Refused(_("Somebody else changed the role of %(name)s meanwhile.") % {"name": now.user})
        if now.role == role:
            return
        before, now.role = now.role, role
        now.save(update_fields=["role"])
        if Permission.PEOPLE_EDIT not in PERMISSIONS[role]:
            withdraw_all_of(actor, now)
        _record(actor, Kind.PERSON_ROLE_CHANGED, now, changes={"role": [before, role.value]})


def deactivate_person(actor: Actor, person: Membership) -> None:
    """From the next request on the person has no place at this reseller; others of theirs are not touched."""
    with _alone(actor, person) as now:
        check_changeable(actor, now)
        if not now.is_active:
            return
        now.is_active = False
        now.save(update_fields=["is_active"])
        withdraw_all_of(actor, now)
        _tell_of_keys(now)
        _record(actor, Kind.PERSON_DEACTIVATED, now)


def reactivate_person(actor: Actor, person: Membership) -> None:
    with _alone(actor, person) as now:
        if now.is_active:
            return
        now.is_active = True
        now.save(update_fields=["is_active"])
        _record(actor, Kind.PERSON_REACTIVATED, now)


def remove_person(actor: Actor, person: Membership) -> None:
    """Take role and groups away. What the person did stays told; an invitation brings them back."""
    with _alone(actor, person) as now:
        check_changeable(actor, now)
        keep_sight_of_keys(now)
        was_active = now.is_active
        now.is_active, now.removed_at = False, timezone.now()
        now.save(update_fields=["is_active", "removed_at"])
        Assignment.objects.filter(reseller=now.reseller, membership=now).delete()
        withdraw_all_of(actor, now)
        if was_active:
            _tell_of_keys(now)
        _record(actor, Kind.PERSON_REMOVED, now, changes={"role": [now.role, ""]})


def check_changeable(actor: Actor, person: Membership, *, stays_admin: bool = False) -> None:
    """Refuse to touch the last active Reseller Admin, and oneself."""
    if not stays_admin and is_last_admin(person):
        sentence = _(
            "%(name)s is the last active Reseller Admin of %(reseller)s, and somebody must be able to manage it. "
            "Make somebody else a Reseller Admin first."
        )
        raise Refused(sentence % {"name": person.user, "reseller": person.reseller})
    if person.pk == actor.membership.pk:
        raise Refused(_("Nobody changes their own role or place. Ask another Reseller Admin to do it."))


def is_last_admin(person: Membership) -> bool:
    mine = [admin.pk for admin in person.reseller.administrators[:2]]
    return mine == [person.pk]


@contextmanager
def _alone(actor: Actor, person: Membership) -> Iterator[Membership]:
    """The person as they are now, while nobody else changes the reseller's people."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        now = Membership.objects.select_related("user", "reseller").get(pk=person.pk)
        if now.removed_at is not None:
            raise Refused(_("%(name)s was removed meanwhile.") % {"name": now.user})
        yield now


def _tell_of_keys(person: Membership) -> None:
    """Keys are the reseller's and live on; whoever may revoke them gets a mail that names them."""
    if get_living_keys(person):
        enqueue(MAIL, reseller_id=person.reseller_id, object_id=person.pk)


def _record(actor: Actor, kind: Kind, person: Membership, **details: object) -> None:
    record(actor, kind, person.user.public_id, details={"name": str(person.user), **details})
