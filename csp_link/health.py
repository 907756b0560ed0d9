"""How a connection fares, in words: what is the matter, what to do next, and what will want doing soon."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from csp_link.models import Connection, CredentialKind, Mode
from csp_link.troubles import TROUBLES

# Microsoft forgets a sign-in of which nobody made use for so long; and when we begin to say so.
UNUSED_DAYS: Final = 90
WARN_UNUSED_DAYS: Final = 75
WARN_EXPIRY_DAYS: Final = 30


@dataclass(frozen=True)
class Health:
    """`remedy`: consent, settings, or nothing that a button could do. `again`: when we look again by ourselves."""

    tone: str
    badge: str
    sentence: str
    next_step: str = ""
    again: str = ""
    remedy: str = ""
    correlation_id: str = ""
    since: datetime | None = None


def health_of(connection: Connection | None) -> Health:
    if connection is None:
        nothing = _("No connection to Microsoft Partner Center has been set up yet.")
        return Health("info", _("Not connected"), nothing, _("Enter the settings of your app."), remedy="settings")
    if connection.trouble:
        return _troubled(connection)
    if connection.needs_consent:
        return in_words("consent_needed", {}, tone="warn")
    if connection.succeeded_at:
        return Health("ok", _("Connected"), _("Partner Center answered the last time it was asked."))
    return Health(
        "info", _("Not tested yet"), _("Nobody has asked Partner Center anything yet."), _("Test the connection.")
    )


def _troubled(connection: Connection) -> Health:
    passes = TROUBLES[connection.trouble].passes if connection.trouble in TROUBLES else False
    tone = "warn" if passes or connection.trouble == "consent_needed" else "bad"
    return in_words(
        connection.trouble,
        connection.trouble_details,
        tone=tone,
        again=again(connection.resumes_at),
        since=connection.trouble_since,
    )


def in_words(
    code: str, details: dict[str, Any], *, tone: str = "bad", again: str = "", since: datetime | None = None
) -> Health:
    words = TROUBLES.get(code, TROUBLES["gave_up"])
    told = {"number": "?", "status": "?"} | {name: str(value) for name, value in details.items() if value}
    return Health(
        tone,
        str(words.title),
        str(words.sentence) % told,
        str(words.next_step),
        again,
        words.remedy,
        str(details.get("correlation_id", "")),
        since,
    )


def again(moment: datetime | None) -> str:
    """When work goes on: in so many seconds, or at a time."""
    if moment is None:
        return ""
    seconds = round((moment - timezone.now()).total_seconds())
    if seconds <= 0:
        return _("Continues now.")
    if seconds <= 90:
        return _("Continues in %(seconds)s s.") % {"seconds": seconds}
    return _("Continues at %(time)s.") % {"time": date_format(timezone.localtime(moment), "TIME_FORMAT")}


def warnings_of(connection: Connection) -> list[dict[str, str]]:
    """What is well today and won't be soon, as banners."""
    found = [_expiry(connection), _disuse(connection), _second_factor(connection)]
    return [{"tone": tone, "text": text} for tone, text in filter(None, found)]


def _expiry(connection: Connection) -> tuple[str, str] | None:
    ends, today = connection.credential_expires_on, timezone.localdate()
    if ends is None or ends > today + timedelta(days=WARN_EXPIRY_DAYS):
        return None
    is_secret = connection.credential_kind == CredentialKind.SECRET
    if ends < today:
        over = _("The app's secret expired on %(day)s. Create a new one in the app registration and enter it here.")
        over_too = _("The certificate expired on %(day)s. Register a new one for the app and enter it here.")
        return "error", (over if is_secret else over_too) % {"day": date_format(ends)}
    return "warning", _soon(is_secret, ends, (ends - today).days)


def _soon(is_secret: bool, ends: date, days: int) -> str:
    if is_secret:
        sentence = ngettext(
            "The app's secret expires on %(day)s, in %(days)s day. Create a new one before and enter it here.",
            "The app's secret expires on %(day)s, in %(days)s days. Create a new one before and enter it here.",
            days,
        )
    else:
        sentence = ngettext(
            "The certificate expires on %(day)s, in %(days)s day. Register a new one before and enter it here.",
            "The certificate expires on %(day)s, in %(days)s days. Register a new one before and enter it here.",
            days,
        )
    return sentence % {"day": date_format(ends), "days": days}


def _disuse(connection: Connection) -> tuple[str, str] | None:
    used = connection.refreshed_at
    if connection.mode != Mode.APP_AND_USER or connection.needs_consent or used is None:
        return None
    if used > timezone.now() - timedelta(days=WARN_UNUSED_DAYS):
        return None
    sentence = _(
        "The sign-in at Microsoft was last renewed on %(day)s and ends on %(end)s. Test the connection to renew it."
    )
    return "warning", sentence % {"day": _day(used), "end": _day(used + timedelta(days=UNUSED_DAYS))}


def _second_factor(connection: Connection) -> tuple[str, str] | None:
    is_user = connection.mode == Mode.APP_AND_USER
    if not is_user or connection.is_mfa_compliant is not False or connection.trouble == "mfa_missing":
        return None
    return "warning", _(
        "Partner Center says that the sign-in was not confirmed with a second factor, and will refuse it one day."
        " Set up multi-factor authentication for the integration user and sign in again."
    )


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment))
