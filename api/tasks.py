"""What the schedule does for the API."""

from functools import partial
from typing import Final

from celery import shared_task
from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for
from api.models import Answer
from api.once import KEPT
from jobs.forgetting import forget

AT_ONCE: Final = 1_000  # they hold whole bodies


@shared_task(name="api.forget_answers")
def forget_answers() -> int:
    """Delete the answers that nobody may ask for any more; returns how many."""
    return sum(map(_forget, Reseller.objects.values_list("pk", flat=True)))


def _forget(reseller_id: int) -> int:
    old = Answer.objects.filter(reseller_id=reseller_id, at__lt=timezone.now() - KEPT)
    return forget(old, AT_ONCE, partial(acting_for, reseller_id))
