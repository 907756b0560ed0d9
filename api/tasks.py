"""What the schedule does for the API."""

from celery import shared_task
from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for
from api.models import Answer
from api.once import KEPT


@shared_task(name="api.forget_answers")
def forget_answers() -> int:
    """Delete the answers that nobody may ask for any more; returns how many."""
    forgotten = 0
    for reseller_id in Reseller.objects.values_list("pk", flat=True):
        with acting_for(reseller_id):
            forgotten += Answer.objects.filter(reseller_id=reseller_id, at__lt=timezone.now() - KEPT).delete()[0]
    return forgotten
