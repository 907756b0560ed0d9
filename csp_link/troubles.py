"""What can go wrong between a reseller and Partner Center: each with its name, its sentence and the next step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Trouble(Exception):
    """One of TROUBLES by its code. The details are plain values that may be shown and stored: never a secret."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code, self.details = code, details

    @property
    def passes(self) -> bool:
        """Whether trying again later may help without anybody doing anything."""
        return TROUBLES[self.code].passes

    @property
    def is_brief(self) -> bool:
        """Whether trying again at once may help."""
        return self.code in BRIEF

    def for_log(self) -> dict[str, str]:
        """As an event tells it."""
        found = str(self.details.get("correlation_id", ""))
        return {"trouble": str(TROUBLES[self.code].title), "code": self.code, "correlation_id": found}

    @property
    def wait(self) -> int | None:
        """Seconds for which Microsoft asked us to stay away."""
        seconds: int | None = self.details.get("wait")
        return seconds


@dataclass(frozen=True)
class Words:
    title: "StrPromise"
    sentence: "StrPromise"
    next_step: "StrPromise"
    passes: bool = False
    # What helps: consent (again), settings (of the connection), or nothing that this portal could do.
    remedy: str = ""


_SIGN_IN_AGAIN: Final = _("Sign in at Microsoft again with the integration user.")
_BY_ITSELF: Final = _("Nothing to do: we try again by ourselves, and the tenants known so far stay as they are.")
_ADMIN: Final = _("Ask whoever administers your Microsoft tenant, then test the connection.")

TROUBLES: Final[dict[str, Words]] = {
    # The consent of the integration user
    "consent_needed": Words(
        _("Consent is missing"),
        _("Nobody has signed in at Microsoft for this connection yet."),
        _("Sign in at Microsoft once with the integration user, with multi-factor authentication."),
        remedy="consent",
    ),
    "consent_expired": Words(
        _("Consent has expired"),
        _("The sign-in at Microsoft was not used for 90 days and has ended."),
        _SIGN_IN_AGAIN,
        remedy="consent",
    ),
    "consent_revoked": Words(
        _("Consent was revoked"),
        _("Microsoft has ended the sign-in: a password was reset, or the sessions were revoked."),
        _SIGN_IN_AGAIN,
        remedy="consent",
    ),
    "sign_in_too_old": Words(
        _("Sign-in is too old"),
        _("A policy of your Microsoft tenant asks for a fresh sign-in more often than that."),
        _("Sign in at Microsoft again, and let the policy on sign-in frequency leave out the integration user."),
        remedy="consent",
    ),
    "mfa_missing": Words(
        _("Multi-factor authentication is missing"),
        _("Partner Center only accepts a sign-in that was confirmed with a second factor, and this one wasn't."),
        _("Set up multi-factor authentication for the integration user, then sign in at Microsoft again."),
        remedy="consent",
    ),
    "consent_not_given": Words(
        _("Permission is missing"),
        _("The app has no consent for Partner Center (user_impersonation)."),
        _("Grant admin consent to the app's permission in Microsoft Entra, then sign in at Microsoft again."),
        remedy="consent",
    ),
    "declined": Words(
        _("Consent was declined"),
        _("The request for permission was cancelled at Microsoft; nothing has changed here."),
        _("Start again when you are ready."),
        remedy="consent",
    ),
    "wrong_tenant": Words(
        _("Another company signed in"),
        _("The person who signed in belongs to another Microsoft tenant than the partner tenant of this connection."),
        _("Sign in with a user of your own partner tenant, or correct the partner tenant ID."),
        remedy="consent",
    ),
    "not_a_member": Words(
        _("User is no member"),
        _("The user who signed in is a guest in your partner tenant."),
        _("Sign in with a user who is a member of it and in the group AdminAgents."),
        remedy="consent",
    ),
    "sign_in_lost": Words(
        _("Sign-in came back too late"),
        _("What came back from Microsoft belongs to no sign-in that was begun here and is still open."),
        _("Start again, and finish in the same browser within an hour."),
        remedy="consent",
    ),
    "sign_in_refused": Words(
        _("Sign-in was refused"),
        _("Microsoft refused the sign-in with the number AADSTS%(number)s."),
        _("Look the number up at login.microsoftonline.com/error, then sign in again."),
        remedy="consent",
    ),
    # The app
    "wrong_secret": Words(
        _("Secret is wrong"),
        _("Microsoft does not accept the app's secret or certificate."),
        _("Copy the value of the secret (not its ID) from the app registration and enter it here."),
        remedy="settings",
    ),
    "secret_expired": Words(
        _("Secret has expired"),
        _("The app's secret at Microsoft has expired."),
        _("Create a new secret in the app registration and enter it here."),
        remedy="settings",
    ),
    "secret_unreadable": Words(
        _("Secret can't be read"),
        _("What is stored was encrypted with a key that this portal no longer has."),
        _("Enter the app's secret again; whoever runs the portal can name the old key instead."),
        remedy="settings",
    ),
    "unknown_app": Words(
        _("App was not found"),
        _("There is no app with this application ID in the partner tenant."),
        _("Compare application ID and partner tenant ID with the app registration."),
        remedy="settings",
    ),
    "unknown_tenant": Words(
        _("Partner tenant was not found"),
        _("Microsoft knows no tenant with this partner tenant ID."),
        _("Copy the tenant ID from Partner Center: Account settings › Organization profile."),
        remedy="settings",
    ),
    "other_cloud": Words(
        _("Wrong cloud"),
        _("The partner tenant belongs to another of Microsoft's clouds."),
        _("Choose the cloud in which your partner tenant was made."),
        remedy="settings",
    ),
    "wrong_audience": Words(
        _("Token is of a retired kind"),
        _("Partner Center no longer accepts tokens for graph.windows.net."),
        _("Sign in at Microsoft again; if it stays like this, tell whoever runs the portal."),
        remedy="consent",
    ),
    # Rights
    "app_only": Words(
        _("App alone is not enough"),
        _("Partner Center refuses this to an app that comes without a user."),
        _("Change the connection to “App and user”, then sign in at Microsoft."),
        remedy="settings",
    ),
    "forbidden": Words(
        _("Rights are missing"),
        _("Partner Center knows us and refuses the request (code %(number)s)."),
        _("Register the app in Partner Center under App management, and put the integration user into AdminAgents."),
    ),
    "blocked": Words(
        _("Blocked by a policy"),
        _("Conditional Access of your Microsoft tenant blocks the connection."),
        _ADMIN,
    ),
    "agreement": Words(
        _("Partner agreement is missing"),
        _("Your company has not accepted the Microsoft Partner Agreement."),
        _("Let a global administrator accept it in Partner Center, then test the connection."),
    ),
    "token_refused": Words(
        _("Token was refused"),
        _("Partner Center did not accept a token that Microsoft had just given us."),
        _("Compare partner tenant ID and cloud, then sign in at Microsoft again."),
        remedy="consent",
    ),
    "wrong_partner": Words(
        _("Another partner answered"),
        _("Partner Center answered for another partner than the one of this connection."),
        _("Correct the partner tenant ID, or sign in with a user of your own partner tenant."),
        remedy="settings",
    ),
    "refused": Words(
        _("Request was refused"),
        _("Partner Center answered with the status %(status)s and code %(number)s."),
        _("Test the connection again; if it stays like this, send Microsoft's support the correlation ID."),
    ),
    # What passes
    "throttled": Words(
        _("Waiting for Microsoft"),
        _("Microsoft asked us to slow down."),
        _BY_ITSELF,
        passes=True,
    ),
    "outage": Words(
        _("Microsoft has an outage"),
        _("Microsoft answered that it can't serve us now (status %(status)s)."),
        _BY_ITSELF,
        passes=True,
    ),
    "unreachable": Words(
        _("Microsoft can't be reached"),
        _("There was no way through to Microsoft."),
        _BY_ITSELF,
        passes=True,
    ),
    "timeout": Words(
        _("Microsoft does not answer"),
        _("Microsoft took longer to answer than we wait."),
        _BY_ITSELF,
        passes=True,
    ),
    "cut_short": Words(
        _("Answer was cut short"),
        _("An answer of Microsoft ended in the middle."),
        _BY_ITSELF,
        passes=True,
    ),
    "garbled": Words(
        _("Answer makes no sense"),
        _("An answer of Microsoft was not what it should be."),
        _BY_ITSELF,
        passes=True,
    ),
    # The list
    "empty_listing": Words(
        _("List is empty"),
        _("Partner Center listed no customers at all, though some were known. We kept them as they are."),
        _("Check in Partner Center whether your customers are there, then refresh."),
    ),
    "connection_changed": Words(
        _("Connection was changed"),
        _("The connection was changed to another partner or app while the list was being read."),
        _("Refresh, to read the list through the new connection."),
    ),
    "connection_removed": Words(
        _("Connection was removed"),
        _("The connection was removed while the list was being read."),
        _("Set a connection up again to go on."),
    ),
    "gave_up": Words(
        _("Something failed here"),
        _("An error of the portal's own stopped the work several times."),
        _("Try again; if it stays like this, tell whoever runs the portal."),
    ),
}
# Tried again on the spot, a few times.
BRIEF: Final = frozenset({"throttled", "outage", "unreachable", "timeout", "cut_short", "garbled"})
