"""When an endpoint is switched off by itself: after days of failing, or on its receiver's word; and who is told."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.languages import speaking_to
from events.log import record_by_itself
from events.models import Kind
from webhooks.models import Endpoint, Off

AUTHOR: Final = "Webhooks"  # by whom events are that no person caused
SUSTAINED: Final = timedelta(days=3)
FEWEST_ROUNDS: Final = 10  # three days of silence between two failures are not three days of failing


def has_failed_for_long(endpoint: Endpoint) -> bool:
    since = endpoint.failing_since
    return since is not None and since < timezone.now() - SUSTAINED and endpoint.failed_rounds >= FEWEST_ROUNDS


def switch_off_by_itself(endpoint: Endpoint, reason: Off) -> None:
    """In the caller's transaction; a worker mails the administrators afterwards."""
    endpoint.off_at, endpoint.off_reason, endpoint.is_mail_due = timezone.now(), reason, True
    endpoint.save(update_fields=["off_at", "off_reason", "is_mail_due"])
    details = {"name": endpoint.name}
    record_by_itself(endpoint.reseller_id, AUTHOR, Kind.WEBHOOK_SWITCHED_OFF, endpoint.public_id, details=details)


def mail_administrators(endpoint: Endpoint) -> None:
    """Sent inside the caller's transaction: killed before the commit, the mail comes again rather than never."""
    name = " ".join(endpoint.name.split())
    for admin in endpoint.reseller.administrators.select_related("user", "reseller"):
        with speaking_to(admin):
            send_mail(_("Webhook switched off: %(name)s") % {"name": name}, _text(endpoint), None, [admin.user.email])
    endpoint.is_mail_due = False
    endpoint.save(update_fields=["is_mail_due"])


def _text(endpoint: Endpoint) -> str:
    words = {
        "name": endpoint.name,
        "reseller": endpoint.reseller,
        "reason": _why(endpoint),
        "url": settings.URL + reverse("webhook", args=[endpoint.public_id]),
    }
    return (
        _(
            "The webhook %(name)s of %(reseller)s was switched off.\n\n"
            "%(reason)s\n\n"
            "Nothing that happens from now on is sent there until somebody switches it on again:\n\n"
            "%(url)s\n"
        )
        % words
    )


def _why(endpoint: Endpoint) -> str:
    if endpoint.off_reason == Off.GONE or endpoint.failing_since is None:
        return _("Its receiver answered 410 Gone, which means that it will never be back.")
    since = timezone.localtime(endpoint.failing_since)
    return _("Its receiver has not taken any message since %(since)s.") % {
        "since": date_format(since, "DATETIME_FORMAT")
    }
