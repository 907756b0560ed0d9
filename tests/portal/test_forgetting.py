"""What the portal forgets by itself."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

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
    forget_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == [kept]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept]
    assert clients[1].get("/organizations/").status_code == 200
    assert Client().get("/organizations/").status_code == 302
