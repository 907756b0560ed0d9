"""The mail to the Reseller Admins when somebody leaves whose API keys live on."""

from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.languages import speaking_to
from accounts.models import ApiKey, Membership
from accounts.roles import PERMISSIONS, Permission, Role
from api.keys import get_living_keys
from jobs.work import Turn

DECIDE: Final = [role for role in Role if Permission.SETTINGS_EDIT in PERMISSIONS[role]]


def mail_about_keys(turn: Turn) -> None:
    """Inside the step: killed before the commit, the mails are sent again. Revoked meanwhile, a key isn't told."""
    with turn.step():
        leaver = Membership.objects.select_related("reseller", "user").get(pk=turn.object_id)
        keys = get_living_keys(leaver)
        if keys and not leaver.is_active:
            _send(leaver, keys)
        turn.finish()


def give_up(_turn: Turn) -> None:
    """After repeated errors nobody is told by mail; the page of keys still says whose maker has left."""


def _send(leaver: Membership, keys: list[ApiKey]) -> None:
    reseller = leaver.reseller
    admins = Membership.objects.filter(reseller=reseller, role__in=DECIDE, is_active=True, user__is_active=True)
    words = {
        "name": leaver.user,
        "reseller": " ".join(reseller.name.split()),
        "keys": "\n".join(f"  {key.name} ({key.shown}…)" for key in keys),
        "url": settings.URL + reverse("api_keys"),
    }
    for admin in admins.select_related("user", "reseller").order_by("user__email"):
        with speaking_to(admin):
            send_mail(" ".join((_subject() % words).split()), _text() % words, None, [admin.user.email])


def _subject() -> str:
    return _("API keys of %(name)s at %(reseller)s live on")


def _text() -> str:
    return _(
        "%(name)s no longer works for %(reseller)s. These API keys, which %(name)s made, still work:\n\n"
        "%(keys)s\n\n"
        "Whoever knows a key can use it. Roll or revoke those that %(name)s may know:\n\n"
        "%(url)s\n"
    )
