"""How long an old secret may still be used beside the new one, as the pages of keys and webhooks ask for it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from accounts.actors import Request
from api.keys import OVERLAPS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LABELS: Final = dict(
    zip(OVERLAPS, (_("at once"), _("after an hour"), _("after a day"), _("after a week")), strict=True)
)


def overlap_choices() -> "list[tuple[int, StrPromise]]":
    """Seconds and words."""
    return [(int(overlap.total_seconds()), label) for overlap, label in LABELS.items()]


def chosen_overlap(request: Request) -> timedelta | None:
    """The one that was posted as `overlap`, in seconds."""
    posted = request.POST.get("overlap")
    return next((overlap for overlap in OVERLAPS if str(int(overlap.total_seconds())) == posted), None)
