"""Erasing the personal data of somebody who was removed: what they made stays, without them.

Ids, dates and kinds of events stay. Whether the person also works for another reseller is nobody's business here: then
their sign-in stays, and a stand-in without a name takes their place at this one.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.refusals import Refused
from accounts.roles import Permission
from events.log import erase_person as erase_from_log
from events.log import record
from events.models import Kind
from groups.access import lock_people
from people.access import get_invitations_of


def erase_person(actor: Actor, person: Membership) -> None:
    """Blank name, address and what the log tells of them. Refused while the person is invited again."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        now = Membership.objects.select_related("user", "reseller").get(pk=person.pk)
        _check(actor, now)
        told = now.user.public_id
        invitations = get_invitations_of(actor, now)
        for story in (told, *invitations.values_list("public_id", flat=True)):
            erase_from_log(actor, story)
        invitations.delete()
        _forget(now)
        now.erased_at = timezone.now()
        now.save(update_fields=["user", "erased_at"])
        record(actor, Kind.PERSON_ERASED, told)


def _check(actor: Actor, person: Membership) -> None:
    if person.removed_at is None or person.erased_at is not None:
        raise Refused(_("%(name)s was invited back, or erased already.") % {"name": person.user})
    if get_invitations_of(actor, person).open().exists():
        raise Refused(_("%(name)s has an open invitation. Withdraw it first.") % {"name": person.user})


def _forget(person: Membership) -> None:
    """Everything by which the person could be known or sign in; for who works elsewhere, only their place here."""
    user = person.user
    if user.is_staff or user.memberships.exclude(pk=person.pk).filter(erased_at=None).exists():
        person.user = User()
    else:
        _end_sign_in(user)
    _blank(person.user)


def _blank(user: User) -> None:
    user.name, user.email, user.is_active = _("Somebody who was erased"), f"{user.public_id}@erased.invalid", False
    user.last_login = None
    user.set_unusable_password()
    user.save()


def _end_sign_in(user: User) -> None:
    AccessAttempt.objects.filter(username__iexact=user.email).delete()
    places = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=places.values("session_key")).delete()
    for kept in (places, EmailAddress.objects.filter(user=user), Authenticator.objects.filter(user=user)):
        kept.delete()
    SocialAccount.objects.filter(user=user).delete()
