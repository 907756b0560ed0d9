"""A second step when signing in: authenticator app and recovery codes, where a reseller demands one, and lockout."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from support.totp import code_of

from accounts import sealed
from accounts.models import User
from accounts.roles import Role
from accounts.tenancy import acting_for
from events.models import Event

PASSWORD = "a good long password"
LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def person(cast):
    user = cast.members[Role.RESELLER_ADMIN].user
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(person, password=PASSWORD, **extra):
    client = Client(**extra)
    return client.post(LOGIN, {"login": person.email, "password": password})


def prove(client):
    """Say once more who one is, as sensitive pages ask."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def set_up(client):
    """An authenticator app on the page that is for it; returns its secret."""
    prove(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    return secret


def forget_used_codes():
    """A code works once; the clock would have to go on for the next."""
    cache.clear()


def test_with_an_authenticator_app_the_password_alone_opens_nothing(person):
    secret = set_up(sign_in(person).client)
    half = sign_in(person)
    assert half.url == CODE
    assert half.client.get("/organizations/").url.startswith(LOGIN)
    assert half.client.post(CODE, {"code": "000000"}).status_code == 200
    assert half.client.get("/organizations/").url.startswith(LOGIN)
    forget_used_codes()
    assert half.client.post(CODE, {"code": code_of(secret)}).url == "/"
    assert half.client.get("/organizations/").status_code == 200


def test_a_code_works_once(person):
    secret = set_up(sign_in(person).client)
    forget_used_codes()
    now = time.time()
    assert sign_in(person).client.post(CODE, {"code": code_of(secret, now)}).status_code == 302
    assert sign_in(person).client.post(CODE, {"code": code_of(secret, now)}).status_code == 200


def test_each_recovery_code_opens_once(person):
    client = sign_in(person).client
    set_up(client)
    client.post("/accounts/2fa/recovery-codes/generate/")
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    assert sign_in(person).client.post(CODE, {"code": codes[0]}).url == "/"
    assert sign_in(person).client.post(CODE, {"code": codes[0]}).status_code == 200
    assert sign_in(person).client.post(CODE, {"code": codes[1]}).url == "/"


def test_what_codes_are_made_from_lies_encrypted_in_the_database(person):
    secret = set_up(sign_in(person).client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert secret not in stored
    assert sealed.unseal(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_a_secret_outlives_the_key_while_that_is_named_among_the_fallbacks(settings):
    kept = sealed.seal("a secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]
    assert sealed.unseal(kept) == "a secret"
    moved = sealed.reseal(kept)
    settings.SECRET_KEY_FALLBACKS = []
    assert sealed.unseal(moved) == "a secret"
    with pytest.raises(sealed.Unsealable):
        sealed.unseal(kept)


def test_where_a_reseller_demands_it_nobody_gets_further_than_to_setting_one_up(cast, person):
    client = prove(sign_in(person).client)
    assert client.post("/settings/security/", {"demanded": "on"}).url == "/settings/security/"
    answer = client.get("/organizations/")
    assert (answer.status_code, answer.url) == (302, "/accounts/2fa/")
    assert "Northwind Cloud asks for a second step" in client.get(answer.url).text
    for path in ("/settings/security/", "/organizations/new/", "/events/", "/help/"):
        assert client.get(path).url == "/accounts/2fa/"
    assert client.post("/organizations/new/", {"name": "A"}).url == "/accounts/2fa/"
    set_up(client)
    assert client.get("/organizations/").status_code == 200
    assert cast.sign_in("neighbour").get("/organizations/").status_code == 200, "another reseller demands nothing"
    with acting_for(cast.northwind.pk):
        (event,) = Event.objects.filter(kind="reseller.settings_changed")
    assert event.details == {"changes": {"demands_second_factor": ["No", "Yes"]}}


def test_recovery_codes_alone_are_no_second_factor(cast, person):
    Authenticator.objects.create(user=person, type=Authenticator.Type.RECOVERY_CODES, data={})
    client = prove(sign_in(person).client)
    assert "Reseller Admin" in client.get("/settings/security/").context["lacking"]
    cast.northwind.demands_second_factor = True
    cast.northwind.save()
    assert client.get("/organizations/").url == "/accounts/2fa/"


def test_the_security_page_asks_for_the_password_once_more(person, settings):
    client = sign_in(person).client
    for answer in (client.get("/settings/security/"), client.post("/settings/security/", {"demanded": "on"})):
        assert answer.url.startswith("/accounts/reauthenticate/")
    assert client.post(answer.url, {"password": "wrong"}).status_code == 200
    assert not person.memberships.get().reseller.demands_second_factor, "nothing was changed"
    assert prove(client).get("/settings/security/").status_code == 200
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert client.get("/settings/security/").url.startswith("/accounts/reauthenticate/"), "and again after a while"


def test_ten_failures_from_one_place_are_answered_with_a_rest_and_only_there(cast, person, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
    for _ in range(9):
        assert sign_in(person, "wrong").status_code == 200
    locked = sign_in(person, "wrong")
    assert locked.status_code == 429 and "Too many requests" in locked.text
    assert sign_in(person).status_code == 429, "the right password does not open it now"
    shouted = User(email=person.email.upper())
    assert sign_in(shouted).status_code == 429, "nor the same address in capitals"
    assert sign_in(person, REMOTE_ADDR="192.0.2.7").status_code == 302, "somewhere else nobody is kept out"


def test_who_signs_in_in_between_begins_anew(person, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
    for _ in range(3):
        for _ in range(8):
            assert sign_in(person, "wrong").status_code == 200
        assert sign_in(person).status_code == 302


def test_one_sees_where_one_is_signed_in_and_ends_it_everywhere_else(person):
    here = sign_in(person, HTTP_USER_AGENT="Firefox here").client
    there = sign_in(person, HTTP_USER_AGENT="Safari there").client
    page = here.get("/accounts/sessions/").text
    assert "Firefox here" in page and "Safari there" in page
    assert here.post("/accounts/sessions/").status_code == 302
    assert there.get("/organizations/").status_code == 302
    assert here.get("/organizations/").status_code == 200
    assert "Safari there" not in here.get("/accounts/sessions/").text


def test_one_ends_a_single_session_of_ones_own_and_nobody_elses(person):
    here, there, third = (sign_in(person, HTTP_USER_AGENT=f"Firefox {place}").client for place in (1, 2, 3))
    names = re.findall(r'name="session" value="([^"]+)"', here.get("/accounts/sessions/").text)
    assert len(names) == 2, "not the one in use"
    assert "You are signed out there" in here.post("/accounts/sessions/", {"session": names[0]}, follow=True).text
    assert [client.get("/organizations/").status_code for client in (here, there, third)] == [200, 302, 200]
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger@fabrikam.example", PASSWORD))
    for name in (names[1], "forged", names[0]):
        assert stranger.post("/accounts/sessions/", {"session": name}).status_code == 302
    assert third.get("/organizations/").status_code == 200


def test_operators_sign_in_on_the_page_that_asks_for_the_second_step(db):
    operator = User.objects.create_superuser("op@cloudbroker.example", PASSWORD)
    secret = set_up(sign_in(operator).client)
    there = Client().get("/operator/")
    answer = there.client.get(there.url)
    assert answer.status_code == 302 and answer.url.startswith(LOGIN)
    half = there.client.post(answer.url, {"login": operator.email, "password": PASSWORD})
    assert half.url.startswith(CODE)
    assert there.client.get("/operator/").status_code == 302
    forget_used_codes()
    there.client.post(half.url, {"code": code_of(secret)})
    assert there.client.get("/operator/").status_code == 200
