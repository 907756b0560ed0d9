"""What a worker does with an invitation whose mail is due: make the link's secret, keep its hash, send the mail."""

import hashlib
import secrets
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jobs.work import Turn
from people.models import Invitation

BYTES_OF_A_TOKEN: Final = 32


def mail_invitation(turn: Turn) -> None:
    """Send the mail inside the step: killed before the commit, it is sent again with another link.

    So a mail may come twice, the first with a link that never worked; it is never lost.
    """
    with turn.step():
        invitation = _get(turn)
        if invitation is not None and invitation.is_mail_due:
            token = secrets.token_urlsafe(BYTES_OF_A_TOKEN)
            invitation.token_hash, invitation.sent_at = hash_of(token), timezone.now()
            invitation.is_mail_due, invitation.mails = False, invitation.mails + 1
            invitation.save(update_fields=["token_hash", "sent_at", "is_mail_due", "mails"])
            _send(invitation, token)
        turn.finish()


def give_up(turn: Turn) -> None:
    """After repeated errors the invitation says that its mail could not be sent."""
    invitation = _get(turn)
    if invitation is not None and invitation.is_mail_due:
        invitation.is_mail_due, invitation.mail_failed = False, True
        invitation.save(update_fields=["is_mail_due", "mail_failed"])


def hash_of(token: str) -> str:
    """Tokens are long and random, so a plain hash is as hard to turn back as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()


def _get(turn: Turn) -> Invitation | None:
    """The invitation, locked: whoever sends it again waits, and then notes the work anew."""
    invitations = Invitation.objects.filter(reseller_id=turn.reseller_id, pk=turn.object_id).open()
    return invitations.select_related("reseller", "invited_by__user").select_for_update(of=("self",)).first()


def _send(invitation: Invitation, token: str) -> None:
    """The same words to everybody: nothing in them depends on whether the address is known elsewhere."""
    reseller = invitation.reseller
    with translation.override(reseller.language):
        subject = _("Invitation to %(reseller)s on Cloudbroker") % {"reseller": " ".join(reseller.name.split())}
        send_mail(subject, _text(invitation, token), None, [invitation.email])


def _text(invitation: Invitation, token: str) -> str:
    address = reverse("people:join", args=[invitation.reseller.public_id, token])
    last_moment = invitation.link_ends
    words = {
        "name": invitation.name,
        "inviter": invitation.invited_by.user,
        "reseller": invitation.reseller,
        "role": invitation.get_role_display(),
        "url": settings.URL + address,
        "until": date_format(timezone.localtime(last_moment, invitation.reseller.zone), "DATETIME_FORMAT"),
    }
    return (
        _(
            "Hello %(name)s,\n\n"
            "%(inviter)s invites you to work for %(reseller)s on Cloudbroker as %(role)s.\n\n"
            "Open this link to accept. It works once, until %(until)s:\n\n"
            "%(url)s\n\n"
            "If you did not expect this, you need not do anything.\n"
        )
        % words
    )
