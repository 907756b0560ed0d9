"""What the holder of an invitation's link can do: look at it, and accept it as a new person or as who they are.

Nobody has entered a reseller when a link is followed; the link names it, and it is entered here.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership, Reseller, User
from accounts.refusals import Refused
from accounts.roles import Permission
from accounts.tenancy import acting_for
from events.log import record
from events.models import Kind
from groups.access import actor_of, get_groups_by_public_id
from groups.models import Assignment
from people.mailing import hash_of
from people.models import Invitation, Link


@dataclass(frozen=True)
class Offer:
    """What a link offers, in words, and whether it still does."""

    link: Link
    reseller: str
    role: str
    inviter: str
    email: str
    name: str


def get_offer(reseller_id: uuid.UUID, token: str) -> Offer | None:
    """None for a link that nobody ever sent."""
    with _entered(reseller_id, token) as invitation:
        if invitation is None:
            return None
        return Offer(
            link=_link(invitation),
            reseller=str(invitation.reseller),
            role=invitation.get_role_display(),
            inviter=str(invitation.invited_by.user),
            email=invitation.email,
            name=invitation.name,
        )


def get_user_of(offer: Offer) -> User | None:
    """The person who has this address already; only to be asked for the holder of a link that works."""
    return User.objects.filter(email__iexact=offer.email).first()


def accept_as_new(reseller_id: uuid.UUID, token: str, *, name: str, password: str) -> Membership:
    """Make the person and their membership; the link was mailed, so the address is theirs."""
    with _accepting(reseller_id, token) as invitation:
        try:
            with transaction.atomic():
                user = User.objects.create_user(invitation.email, password, name=name, public_id=invitation.public_id)
        except IntegrityError as error:
            raise Refused(_("Somebody with this address has just joined. Sign in to accept.")) from error
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return _join(invitation, user)


def accept_as(user: User, reseller_id: uuid.UUID, token: str) -> Membership:
    """Give a person who is signed in the place they were invited to; the invitation must be to their address."""
    with _accepting(reseller_id, token) as invitation:
        if user.email.lower() != invitation.email:
            words = {"email": invitation.email}
            raise Refused(_("This invitation is for %(email)s. Sign in with that address to accept it.") % words)
        return _join(invitation, user)


@contextmanager
def _accepting(reseller_id: uuid.UUID, token: str) -> Iterator[Invitation]:
    """An invitation that works, while nobody else accepts it or changes the reseller's people."""
    with _entered(reseller_id, token, alone=True) as invitation:
        if invitation is None or _link(invitation) != Link.WORKS:
            raise Refused(_("This invitation no longer works. Ask for a new one."))
        yield invitation


@contextmanager
def _entered(reseller_id: uuid.UUID, token: str, *, alone: bool = False) -> Iterator[Invitation | None]:
    """Inside the reseller that the link names: the invitation, or None."""
    reseller = Reseller.objects.filter(public_id=reseller_id).first()
    if reseller is None:
        yield None
        return
    with acting_for(reseller.pk):
        if alone:
            Reseller.objects.select_for_update(no_key=True).get(pk=reseller.pk)
        sent = Invitation.objects.filter(reseller=reseller, token_hash=hash_of(token))
        yield sent.select_related("reseller", "invited_by__user").first()


def _link(invitation: Invitation) -> Link:
    """An invitation stands on whoever sent it: it ends when they may not invite any more."""
    if invitation.link == Link.WORKS and not _inviter(invitation).can(Permission.PEOPLE_EDIT):
        return Link.WITHDRAWN
    return invitation.link


def _inviter(invitation: Invitation) -> Actor:
    invitation.invited_by.reseller = invitation.reseller
    return actor_of(invitation.invited_by)


def _join(invitation: Invitation, user: User) -> Membership:
    """Write the membership (anew, where it had been removed), its groups and the event."""
    reseller = invitation.reseller
    membership = Membership.objects.filter(reseller=reseller, user=user).first()
    if membership is None:
        membership = Membership(reseller=reseller, user=user)
    elif membership.removed_at is None:
        raise Refused(_("You work for %(reseller)s already.") % {"reseller": reseller})
    membership.role, membership.is_active, membership.removed_at = invitation.role, True, None
    membership.save()
    groups = get_groups_by_public_id(_inviter(invitation), invitation.group_public_ids)
    Assignment.objects.bulk_create(
        Assignment(reseller=reseller, membership=membership, group=group) for group in groups
    )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    changes = {"role": ["", membership.role], "groups": ["", ", ".join(sorted(group.name for group in groups))]}
    details = {"other": str(invitation.invited_by.user), "name": str(user), "changes": changes}
    record(actor_of(membership), Kind.PERSON_ACCEPTED, user.public_id, details=details)
    return membership
