"""What the portal does in the background: forget what is over, and the weekly mail."""

from typing import Final

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from jobs.forgetting import forget
from jobs.work import take_turn
from portal import weekly_mail

AT_ONCE: Final = 10_000


@shared_task(name="portal.forget_sessions")
def forget_sessions() -> int:
    """Sessions that have expired, and from where they were used; returns how many."""
    forgotten = forget(Session.objects.filter(expire_date__lt=timezone.now()), AT_ONCE)
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return forgotten


@shared_task(name=weekly_mail.MAIL)
def mail_unbilled(reseller_id: int, mail_id: int) -> None:
    take_turn(weekly_mail.MAIL, reseller_id, mail_id, work=weekly_mail.mail, give_up=weekly_mail.give_up)


@shared_task(name="portal.weekly_mail", expires=600)
def send_weekly_mails() -> int:
    return weekly_mail.tick()
