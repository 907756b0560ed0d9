"""Brakes: how often a person may hand in, search and export in a minute, and what whoever is over it is told."""

import io

import pytest
from django.core.cache import cache
from django.test import Client
from support.cast import customer
from support.files import table
from support.programs import program

from accounts import brakes
from accounts.models import User
from imports.models import Import

pytestmark = pytest.mark.django_db
UPLOAD = "/organizations/create-multiple/"
WAITING = "Wait 20 seconds and try again."


@pytest.fixture
def clock(monkeypatch, settings):
    """Two of each a minute, and a time that stands still 20 seconds before the end of one."""
    cache.clear()
    settings.PER_MINUTE = {"uploads": 2, "searches": 2, "exports": 2}
    now = [1_800_000_040.0]
    monkeypatch.setattr(brakes.time, "time", lambda: now[0])
    yield now
    cache.clear()


def hand_in(client):
    file = io.BytesIO(table(customer()).encode())
    file.name = "customers.csv"
    return client.post(UPLOAD, {"file": file})


def search(client):
    return client.get("/organizations/?search=adventure")


KINDS = {
    "uploads": hand_in,
    "searches": search,
    "exports": lambda client: client.post("/events/export/"),
    "exports of organizations": lambda client: client.post("/organizations/export/", {"format": "csv"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_over_it_is_told_when_to_go_on_and_then_goes_on(cast, clock, kind):
    client, ask = cast.sign_in(), KINDS[kind]
    assert [ask(client).status_code < 400 for _ in range(2)] == [True, True]
    refused = ask(client)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "20"
    assert "Too many requests" in refused.text and WAITING in refused.text
    clock[0] += 20
    assert ask(client).status_code < 400


def test_what_is_refused_is_not_kept(cast, clock):
    client = cast.sign_in()
    for _ in range(3):
        hand_in(client)
    assert Import.objects.count() == 0, "outside the reseller nothing shows"
    from accounts.tenancy import acting_for

    with acting_for(cast.northwind.pk):
        assert Import.objects.count() == 2


def test_it_is_refused_before_it_is_received(cast, clock, monkeypatch):
    client = cast.sign_in()
    for _ in range(2):
        hand_in(client)

    def received(*args, **kwargs):
        raise AssertionError("the file was received")

    monkeypatch.setattr("imports.uploads.LimitedUpload.new_file", received)
    assert hand_in(client).status_code == 429


def test_each_person_has_an_allowance_of_their_own_whatever_browser_they_use(cast, clock):
    for _ in range(2):
        search(cast.sign_in())
    assert search(cast.sign_in()).status_code == 429
    assert search(cast.sign_in("sales_agent")).status_code == 200


def test_what_is_cheap_is_not_counted(cast, clock):
    client = cast.sign_in()
    for path in ("/organizations/", "/organizations/?search=", "/help/", "/organizations/exports/") * 3:
        assert client.get(path).status_code == 200


def test_who_is_not_signed_in_is_counted_by_address(clock):
    def post(address):
        file = io.BytesIO(b"x")
        file.name = "x"
        return Client().post("/accounts/login/", {"file": file}, REMOTE_ADDR=address).status_code

    assert [post("192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert post("192.0.2.2") == 200


def test_a_program_has_the_allowance_of_its_key(cast, clock):
    erp = program(cast)
    assert [erp.get("organizations?search=x").status_code for _ in range(4)] == [200] * 4


def test_none_is_no_limit(cast, clock, settings):
    settings.PER_MINUTE = {"uploads": 0, "searches": 0, "exports": 0}
    client = cast.sign_in()
    assert [search(client).status_code for _ in range(4)] == [200] * 4


def test_a_cache_that_is_away_keeps_nobody_from_their_work(cast, clock, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr("accounts.brakes.cache.add", away)
    client = cast.sign_in()
    assert [search(client).status_code for _ in range(4)] == [200] * 4


def test_the_database_counts_too_where_there_is_no_redis(cast, clock, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    client = cast.sign_in()
    assert [search(client).status_code for _ in range(3)] == [200, 200, 429]


def test_signing_in_is_limited_from_one_address_and_says_so(clock):
    User.objects.create_user("kim@northwind.example", password="correct-horse-battery")

    def sign_in(address):
        data = {"login": "kim@northwind.example", "password": "wrong"}
        return Client().post("/accounts/login/", data, REMOTE_ADDR=address)

    answers = [sign_in("192.0.2.1") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused, [answer.status_code for answer in answers]
    assert int(refused[0]["Retry-After"]) > 0 and "Too many requests" in refused[0].text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "Wait 1 second and try again."),
        (20, WAITING),
        (60, "Wait 60 seconds and try again."),
        (61, "Wait 2 minutes and try again."),
        (1800, "Wait 30 minutes and try again."),
    ],
)
def test_the_wait_is_said_in_words(seconds, words):
    assert brakes.in_words(seconds) == words
