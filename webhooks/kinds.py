"""Which events an endpoint may ask for."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from events.log import told_as
from events.models import Kind

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

AREAS: "Final[dict[str, StrPromise]]" = {
    "organization": _("Organizations"),
    "group": _("Groups"),
    "tenant": _("Microsoft tenants"),
    "import": _("Imports"),
}
# A batch is undone whichever door it came through; its area is where people undo it.
_ELSEWHERE: Final = {Kind.BATCH_UNDONE: "import"}
TEST: Final = "webhook.test"
ABOUT_ORGANIZATIONS: Final = "organization."


def area_of(kind: Kind) -> str:
    area = _ELSEWHERE.get(kind, kind.partition(".")[0])
    return area if area in AREAS else ""


OFFERED: Final = tuple(kind for kind in Kind if area_of(kind))


def in_words(kind: str) -> str:
    words = told_as(kind, {}) if kind != TEST else str(_("test"))
    return words[:1].upper() + words[1:]
