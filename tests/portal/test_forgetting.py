"""What the portal forgets by itself."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from portal import tasks
from portal.tasks import forget_sessions


def test_sessions_that_have_expired_and_their_places_are_forgotten_and_others_kept(cast):
    clients = [cast.sign_in(), cast.sign_in("sales_agent")]
    for client in clients:
        client.get("/organizations/")
        member = client.session["_auth_user_id"]
        UserSession.objects.get_or_create(
            session_key=client.session.session_key, user_id=member, defaults={"ip": "192.0.2.7", "user_agent": "x"}
        )
    old, kept = (client.session.session_key for client in clients)
    Session.objects.filter(session_key=old).update(expire_date=timezone.now() - timedelta(minutes=1))
    assert forget_sessions() == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == [kept]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept]
    assert clients[1].get("/organizations/").status_code == 200
    assert Client().get("/organizations/").status_code == 302


@pytest.mark.django_db
def test_they_go_in_batches(monkeypatch):
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    past = timezone.now() - timedelta(days=1)
    Session.objects.bulk_create(Session(session_key=f"old{number}", expire_date=past) for number in range(5))
    assert forget_sessions() == 5
    assert forget_sessions() == 0
