"""From an actor to the people who work for the reseller, and to its invitations, or 404."""

import uuid

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import Permission
from people.models import Invitation, InvitationQuerySet


def get_people(actor: Actor) -> QuerySet[Membership]:
    """Everybody who works or worked for the reseller and was not removed; nobody, for those who may not see people."""
    people = Membership.objects.select_related("user", "reseller").filter(reseller=actor.reseller, removed_at=None)
    return people if actor.can(Permission.PEOPLE_SEE) else people.none()


def get_person(actor: Actor, public_id: uuid.UUID, permission: Permission = Permission.PEOPLE_SEE) -> Membership:
    found = get_people(actor).filter(user__public_id=public_id).first()
    if found is None:
        raise Http404
    actor.require(permission)
    return found


def get_invitations(actor: Actor) -> InvitationQuerySet:
    """The open invitations; what was accepted is a person, what was withdrawn is in the event log."""
    return Invitation.objects.permitted(actor).open().select_related("invited_by__user")


def get_invitation(actor: Actor, public_id: uuid.UUID, permission: Permission = Permission.PEOPLE_SEE) -> Invitation:
    found = get_invitations(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    actor.require(permission)
    return found


def get_removed_people(actor: Actor) -> QuerySet[Membership]:
    """Those whose role was taken away, and whose personal data is still here."""
    people = Membership.objects.select_related("user", "reseller").filter(reseller=actor.reseller, erased_at=None)
    gone = people.filter(removed_at__isnull=False)
    return gone if actor.can(Permission.PEOPLE_SEE) else gone.none()


def get_removed_person(actor: Actor, public_id: uuid.UUID, permission: Permission) -> Membership:
    found = get_removed_people(actor).filter(user__public_id=public_id).first()
    if found is None:
        raise Http404
    actor.require(permission)
    return found


def get_invitations_of(actor: Actor, person: Membership) -> InvitationQuerySet:
    """Every invitation that the person accepted, or that was sent to their address."""
    theirs = Q(accepted_by=person.user) | Q(email=person.user.email.lower())
    return Invitation.objects.permitted(actor).filter(theirs)


def get_story_ids(actor: Actor, person: Membership) -> list[uuid.UUID]:
    """Under which ids the event log tells of a person: their own, and those of invitations they accepted."""
    accepted = Invitation.objects.permitted(actor).filter(accepted_by=person.user)
    return [person.user.public_id, *accepted.values_list("public_id", flat=True)]


def matching(text: str, *, name: str, email: str) -> Q:
    """Any part of the name or of the e-mail address."""
    return Q(**{f"{name}__icontains": text}) | Q(**{f"{email}__icontains": text})
