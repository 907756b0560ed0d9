"""Celery's shells around the sending, and what the schedule does."""

from datetime import timedelta
from functools import partial
from typing import Final

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for
from jobs.forgetting import forget
from jobs.models import Job
from jobs.work import enqueue, take_turn
from webhooks import sending
from webhooks.models import Delivery
from webhooks.outbox import with_work

AT_ONCE: Final = 10_000


@shared_task(name=sending.SEND)
def send(reseller_id: int, endpoint_id: int) -> None:
    take_turn(sending.SEND, reseller_id, endpoint_id, work=sending.work, give_up=sending.give_up)


@shared_task(name="webhooks.tick", expires=5)
def tick() -> int:
    """Note a job for every endpoint with something to do that has none; returns how many."""
    return sum(map(_look_after, Reseller.objects.values_list("pk", flat=True)))


def _look_after(reseller_id: int) -> int:
    with acting_for(reseller_id):
        idle = set(with_work(reseller_id).values_list("pk", flat=True))
        at_work = Job.objects.filter(task=sending.SEND, object_id__in=idle).values_list("object_id", flat=True)
        idle -= set(at_work)
        for endpoint_id in idle:
            enqueue(sending.SEND, reseller_id=reseller_id, object_id=endpoint_id)
    return len(idle)


@shared_task(name="webhooks.forget_deliveries")
def forget_deliveries() -> int:
    """Delete what was delivered, or could not be, so many days ago as the setting says; returns how many."""
    return sum(map(_forget, Reseller.objects.values_list("pk", flat=True)))


def _forget(reseller_id: int) -> int:
    before = timezone.now() - timedelta(days=settings.DELIVERY_DAYS)
    old = Delivery.objects.filter(reseller_id=reseller_id, created_at__lt=before).order_by("created_at")
    return forget(old, AT_ONCE, partial(acting_for, reseller_id))
