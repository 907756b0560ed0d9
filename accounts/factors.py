"""Second factors: who has one, and how a session was signed in."""

from typing import Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.actors import Actor
from accounts.models import Membership

# Recovery codes stand in for a factor that was lost; alone they are none.
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_proved_enough(request: HttpRequest) -> bool:
    """Whether the person has a second factor, or came through the company's own provider, which has its own rules."""
    if is_mfa_enabled(request.user, types=FACTORS):
        return True
    return any(record["method"] == "socialaccount" for record in get_authentication_records(request, request.user))


def without_second_factor(actor: Actor) -> QuerySet[Membership]:
    """Who of the reseller's active people signs in with a password alone."""
    factors = Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=FACTORS)
    members = Membership.objects.filter(reseller=actor.reseller, is_active=True, user__is_active=True)
    return members.exclude(Exists(factors)).select_related("user").order_by("user__name", "user__email")
