"""What is forgotten in the background when its time is over."""

from typing import Final

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

AT_ONCE: Final = 10_000


@shared_task(name="portal.forget_sessions")
def forget_sessions() -> int:
    """Sessions that have expired, and from where they were used; returns how many."""
    forgotten = 0
    while gone := _forget_some():
        forgotten += gone
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return forgotten


def _forget_some() -> int:
    expired = Session.objects.filter(expire_date__lt=timezone.now()).values_list("pk", flat=True)
    return Session.objects.filter(pk__in=list(expired[:AT_ONCE])).delete()[0]
