"""How the libraries for signing in behave here: people are invited, nobody signs up."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.utils import translation

from accounts.languages import SPOKEN
from accounts.sealed import seal, unseal


class ClosedDoors(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language that its addressee has chosen; else in that of the browser that asked for it."""
        own = getattr(context.get("user"), "language", "")
        with translation.override(own if own in SPOKEN else translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind a proxy the address that it saw; the unspecified one where a local socket names none."""
        return get_client_ip(request) or "::"


class InvitedOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A company's own provider signs in people who are here already; it makes no new ones."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """What an authenticator app and recovery codes are made from lies encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


def who_tries(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Whose attempts are counted: the address as it is stored, however it was typed."""
    given = credentials or {}
    typed = given.get("email") or given.get("username") or request.POST.get("login") or request.POST.get("username")
    return (typed or "").strip().lower()[:254]


def where_from(request: HttpRequest) -> str:
    """The address that attempts come from."""
    return str(get_adapter().get_client_ip(request))
