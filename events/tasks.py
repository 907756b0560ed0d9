"""What the schedule does for the event log."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for

AT_ONCE: Final = 10_000
MOST_BATCHES: Final = 50  # of a reseller in one run; the next hour goes on


@shared_task(name="events.expire")
def expire() -> int:
    """Delete events that are older than the setting says, where it says anything; returns how many."""
    if not settings.EVENT_DAYS:
        return 0
    return sum(_expire(reseller_id) for reseller_id in Reseller.objects.values_list("pk", flat=True))


def _expire(reseller_id: int) -> int:
    total = 0
    for _ in range(MOST_BATCHES):
        gone = _expire_batch(reseller_id)
        total += gone
        if gone < AT_ONCE:
            break
    return total


def _expire_batch(reseller_id: int) -> int:
    """By the owner's function, which is all that the app role may do to the log."""
    with acting_for(reseller_id), connection.cursor() as cursor:
        before = timezone.now() - timedelta(days=settings.EVENT_DAYS)
        cursor.execute("SELECT expire_events(%s, %s)", [before, AT_ONCE])
        return int(cursor.fetchone()[0])
