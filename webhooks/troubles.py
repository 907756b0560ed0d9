"""Why a message was not taken, in words."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

TROUBLES: "Final[dict[str, StrPromise]]" = {
    "refused": _("The receiver answered with an error."),
    "redirected": _("The receiver answered with a redirect, which we do not follow. Enter the address it leads to."),
    "gone": _("The receiver said that it is gone for good."),
    "timeout": _("The receiver did not answer within 10 seconds."),
    "unreachable": _("No connection could be made to the receiver."),
    "unknown_host": _("The name of the receiver leads nowhere."),
    "not_public": _("The name of the receiver leads to an address that is not on the public internet."),
    "certificate": _("The receiver's certificate was not accepted."),
    "cut_short": _("The receiver's answer could not be read."),
    "secret_lost": _("The secret can't be read any more, because the portal's own key is another. Roll the secret."),
}
