"""Microsoft's clouds: where each one signs in, and where its Partner Center is."""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cloud(models.TextChoices):
    COMMERCIAL = "commercial", _("Worldwide")
    GOVERNMENT = "government", _("US Government")
    CHINA = "china", _("China (21Vianet)")


@dataclass(frozen=True)
class Place:
    login: str
    api: str

    @property
    def app_scope(self) -> str:
        return f"{self.api}/.default"

    @property
    def user_scope(self) -> str:
        return f"{self.api}/user_impersonation"


_API: Final = "https://api.partnercenter.microsoft.com"
PLACES: Final = {
    Cloud.COMMERCIAL: Place("https://login.microsoftonline.com", _API),
    Cloud.GOVERNMENT: Place("https://login.microsoftonline.us", _API),
    Cloud.CHINA: Place(
        "https://login.partner.microsoftonline.cn", "https://partner.partnercenterapi.microsoftonline.cn"
    ),
}
ADDRESSES: Final = frozenset(address for place in PLACES.values() for address in (place.login, place.api))
