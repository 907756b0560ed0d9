"""Tokens from Microsoft's login servers, through MSAL: taken under a lock, and stored before anybody uses them."""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import msal
from django.db import transaction
from django.utils import timezone

from accounts.sealed import Unsealable, seal, unseal
from accounts.tenancy import acting_for
from csp_link.clouds import PLACES, Cloud, Place
from csp_link.lines import Line, for_browser, open_line
from csp_link.models import Connection, CredentialKind, Mode
from csp_link.troubles import Trouble

# A token with less time left is renewed before it is used.
EARLY: Final = timedelta(minutes=5)
# What Entra's numbers mean for whoever has to do something.
ENTRA: Final = {
    "700082": "consent_expired",
    "700084": "consent_expired",
    "50173": "consent_revoked",
    "50132": "consent_revoked",
    "70043": "sign_in_too_old",
    "50078": "sign_in_too_old",
    "50076": "mfa_missing",
    "50079": "mfa_missing",
    "53003": "blocked",
    "65001": "consent_not_given",
    "65004": "declined",
    "7000215": "wrong_secret",
    "700027": "wrong_secret",
    "7000222": "secret_expired",
    "700016": "unknown_app",
    "90002": "unknown_tenant",
    "900023": "unknown_tenant",
    "90038": "other_cloud",
    "50020": "not_a_member",
}
_NUMBER: Final = re.compile(r"AADSTS(\d+)")


def get_access_token(connection: Connection, *, refused: str = "") -> str:
    """A token that is good for some minutes more; another one than `refused`.

    Of several workers one asks Microsoft, the others wait at the row and find its answer there. What came is committed
    when this returns, which is why it can't be called inside a transaction.
    """
    with transaction.atomic(durable=True), acting_for(connection.reseller_id):
        now = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        kept = _kept(now)
        if kept and kept != refused:
            return kept
        answer = _ask(now)
        keep(now, answer)
    return str(answer["access_token"])


def _kept(connection: Connection) -> str:
    ends = connection.access_expires_at
    if ends is None or ends < timezone.now() + EARLY:
        return ""
    try:
        return unseal(connection.sealed_access_token)
    except Unsealable:
        return ""  # made under a key that is gone; another one is easily had


def _ask(connection: Connection) -> dict[str, Any]:
    if connection.needs_consent:
        raise Trouble("consent_needed")
    place = _place(connection)
    with _app(connection) as app:
        if connection.mode == Mode.APP_ONLY:
            return checked(app.acquire_token_for_client([place.app_scope]))
        return checked(app.acquire_token_by_refresh_token(_open(connection.sealed_refresh_token), [place.user_scope]))


def keep(connection: Connection, answer: Mapping[str, Any]) -> None:
    """Store what came; the row must be locked. The refresh token before this one is overwritten."""
    now = timezone.now()
    given: dict[str, Any] = {
        "sealed_access_token": seal(answer["access_token"]),
        "access_expires_at": now + timedelta(seconds=int(answer.get("expires_in", 0))),
        "refreshed_at": now,
    }
    if answer.get("refresh_token"):
        given["sealed_refresh_token"] = seal(answer["refresh_token"])
    connection.set(**given)


def begin_sign_in(connection: Connection, returns_to: str) -> tuple[dict[str, Any], str]:
    """What has to be kept until the person comes back, and the address to send them to."""
    with _app(connection) as app, warnings.catch_warnings():
        # MSAL would rather have the answer posted, but the session's cookie does not come along from another site.
        warnings.filterwarnings("ignore", message="response_mode")
        flow: dict[str, Any] = app.initiate_auth_code_flow([_place(connection).user_scope], redirect_uri=returns_to)
    if "auth_uri" not in flow:
        raise Trouble("sign_in_refused", number=_number(flow))
    return flow, for_browser(flow["auth_uri"])


def finish_sign_in(connection: Connection, flow: Mapping[str, Any], returned: Mapping[str, str]) -> dict[str, Any]:
    """Tokens for the code that the person brought back, when they belong to the partner tenant."""
    with _app(connection) as app:
        try:
            answer = checked(app.acquire_token_by_auth_code_flow(dict(flow), dict(returned)))
        except (ValueError, RuntimeError):  # another state or nonce than the one that was sent along
            raise Trouble("sign_in_lost") from None
    if str(answer.get("id_token_claims", {}).get("tid", "")).lower() != str(connection.partner_id):
        raise Trouble("wrong_tenant")
    return answer


def checked(answer: Mapping[str, Any] | None) -> dict[str, Any]:
    if answer and "access_token" in answer:
        return dict(answer)
    number = _number(answer or {})
    correlation_id = str((answer or {}).get("correlation_id", ""))[:64]
    raise Trouble(ENTRA.get(number, "sign_in_refused"), number=number, correlation_id=correlation_id)


def _number(answer: Mapping[str, Any]) -> str:
    """Entra's number of an error; the word that OAuth has for it where there is none."""
    found = _NUMBER.search(str(answer.get("error_description", "")))
    numbers = answer.get("error_codes")
    if found:
        return found[1]
    return str(numbers[0]) if isinstance(numbers, list) and numbers else str(answer.get("error", ""))[:32]


@contextmanager
def _app(connection: Connection) -> Iterator[msal.ConfidentialClientApplication]:
    """A new one for each attempt: MSAL remembers failures for a minute, and we want to see that one has passed."""
    with open_line() as line:
        try:
            yield _made(connection, line)
        except msal.exceptions.MsalError:
            raise Trouble("garbled") from None


def _made(connection: Connection, line: Line) -> msal.ConfidentialClientApplication:
    try:
        return msal.ConfidentialClientApplication(
            str(connection.app_id),
            client_credential=_credential(connection),
            authority=f"{_place(connection).login}/{connection.partner_id}",
            instance_discovery=False,
            http_client=line,
        )
    except ValueError as error:  # the tenant's description was refused, or is none
        found = _NUMBER.search(f"{error} {error.__context__}")  # MSAL puts words of its own in front
        if found is None:
            raise Trouble("garbled") from None
        raise Trouble(ENTRA.get(found[1], "sign_in_refused"), number=found[1]) from None


def _credential(connection: Connection) -> str | dict[str, str]:
    secret = _open(connection.sealed_credential)
    if connection.credential_kind == CredentialKind.SECRET:
        return secret
    return {"private_key": secret, "public_certificate": secret}


def _open(sealed: str) -> str:
    try:
        return unseal(sealed)
    except Unsealable:
        raise Trouble("secret_unreadable") from None


def _place(connection: Connection) -> Place:
    return PLACES[Cloud(connection.cloud)]
