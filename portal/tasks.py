"""What is forgotten in the background when its time is over."""

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session


@shared_task(name="portal.forget_sessions")
def forget_sessions() -> None:
    """Sessions that have expired, and from where they were used."""
    SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
