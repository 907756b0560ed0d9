"""In which language and by which clocks somebody reads pages and mails: their own, the browser's, the reseller's."""

import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.timezone import localtime
from support.files import table, upload, work_on
from support.programs import program

from accounts.languages import speaking_to
from accounts.models import Membership, Reseller, User
from accounts.tenancy import acting_for
from events.models import Event
from imports.tasks import read
from people.changes import deactivate_person
from people.tasks import mail_about_keys

LOGIN, PREFERENCES, LIST = "/accounts/login/", "/accounts/preferences/", "/organizations/"
SIGN_IN = {"en": "Sign in", "de": "Anmelden", "sv": "Logga in"}
GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-CH, de;q=0.9, en;q=0.5"}


def language(answer):
    return re.search(r'<html lang="(.+?)"', answer.text)[1]


def keep(member, **own):
    for name, value in own.items():
        setattr(member.user, name, value)
    member.user.save()


# Pages


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("fr, sv;q=0.8, de;q=0.2", "sv"),
        ("en-GB, de;q=0.9", "en"),
        ("fr, nl", "en"),
        ("*", "en"),
        ("de" * 400, "en"),
        ("", "en"),
    ],
)
def test_a_stranger_reads_the_first_language_of_the_browser_that_we_speak(client, db, wanted, spoken):
    answer = client.get(LOGIN, headers={"Accept-Language": wanted})
    assert (language(answer), f"<h1>{SIGN_IN[spoken]}</h1>" in answer.text) == (spoken, True)
    assert {"Accept-Language", "Cookie"} <= set(re.split(r",\s*", answer.headers["Vary"]))


def test_ones_own_language_goes_before_the_browsers_and_that_before_the_resellers(cast):
    client, member = cast.sign_in(), cast.members["reseller_admin"]
    Reseller.objects.filter(pk=cast.northwind.pk).update(language="sv")
    assert language(client.get(LIST)) == "sv"
    assert language(client.get(LIST, headers={"Accept-Language": "fr"})) == "sv"
    assert language(client.get(LIST, **GERMAN)) == "de"
    keep(member, language="en")
    assert language(client.get(LIST, **GERMAN)) == "en"


def test_a_language_that_is_no_longer_spoken_is_passed_over(cast):
    keep(cast.members["reseller_admin"], language="eo")
    assert language(cast.sign_in().get(LIST, **GERMAN)) == "de"


def test_nothing_of_one_request_is_left_for_the_next(cast):
    cast.sign_in().get(LIST, **GERMAN)
    assert translation.get_language() == "en"


def test_whoever_is_not_signed_in_can_choose_and_the_browser_remembers(client, db):
    page = client.get(LOGIN)
    assert all(name in page.text for name in ("English", "Deutsch", "Svenska"))
    answer = client.post("/language/", {"language": "sv", "next": f"{LOGIN}?next=/help/"})
    assert (answer.status_code, answer.url) == (302, f"{LOGIN}?next=/help/")
    assert client.cookies["django_language"]["httponly"]
    assert language(client.get(LOGIN, **GERMAN)) == "sv"


@pytest.mark.parametrize("wanted", ["eo", "", "de" * 400, "../de"])
def test_a_language_that_we_do_not_speak_is_not_kept(client, db, wanted):
    assert client.post("/language/", {"language": wanted}).status_code == 302
    assert "django_language" not in client.cookies


def test_the_choice_of_language_leads_nowhere_else(client, db):
    assert client.post("/language/", {"language": "de", "next": "https://evil.example/"}).url == "/"


def test_a_person_chooses_language_and_clocks_for_themselves_alone(cast):
    client, other = cast.sign_in(), cast.sign_in("sales_agent")
    answer = client.post(PREFERENCES, {"language": "de", "time_zone": "Asia/Tokyo"})
    assert (answer.status_code, answer.url) == (302, PREFERENCES)
    page = client.get(PREFERENCES)
    assert language(page) == "de" and "Gespeichert." in page.text and "Asia/Tokyo" in page.text
    assert language(other.get(LIST)) == "en"
    client.post(PREFERENCES, {"language": "", "time_zone": ""})
    assert language(client.get(LIST)) == "en" and "Times of UTC" in client.get(LIST).text


@pytest.mark.parametrize(("name", "value"), [("language", "eo"), ("time_zone", "Mars/Olympus")])
def test_what_does_not_exist_cannot_be_chosen(cast, name, value):
    answer = cast.sign_in().post(PREFERENCES, {"language": "", "time_zone": ""} | {name: value})
    assert answer.status_code == 422
    assert getattr(User.objects.get(pk=cast.members["reseller_admin"].user_id), name) == ""


def test_times_are_those_of_ones_own_clocks(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin)
    moment = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    with acting_for(cast.northwind.pk):
        (event,) = Event.objects.all()
    shown = cast.sign_in().get("/events/").text
    assert event.at.strftime("%H:%M") in shown
    keep(cast.members["reseller_admin"], time_zone="Asia/Tokyo", language="sv")
    with speaking_to(cast.members["reseller_admin"]):
        assert date_format(localtime(moment), "DATETIME_FORMAT") == "2026-11-26 08:30"
        assert date_format(localtime(event.at), "DATETIME_FORMAT") in cast.sign_in().get("/events/").text


# What went wrong


def test_errors_are_told_in_the_language_of_whoever_meets_them(cast, monkeypatch):
    admin, agent = cast.sign_in(), cast.sign_in("sales_agent")
    assert "Seite nicht gefunden" in admin.get("/nothing/", **GERMAN).text
    assert "Das dürfen Sie nicht" in agent.get("/settings/", **GERMAN).text
    assert "Diese Seite war zu lange offen" in strict(admin).post("/theme/", **GERMAN).text
    monkeypatch.setattr("portal.views.FIELDS", None)
    admin.raise_request_exception = False
    broken = admin.get("/help/", **GERMAN)
    assert (broken.status_code, language(broken), "Etwas ist schiefgegangen" in broken.text) == (500, "de", True)


def test_too_much_at_once_is_told_in_the_language_of_whoever_asks(cast, settings, monkeypatch):
    cache.clear()
    monkeypatch.setattr("accounts.brakes.time.time", lambda: 1_800_000_040.0)  # no minute ends between the two
    settings.PER_MINUTE = settings.PER_MINUTE | {"searches": 1}
    keep(cast.members["reseller_admin"], language="sv")
    client = cast.sign_in()
    told = [client.get("/organizations/?search=a", **GERMAN) for _ in range(2)][-1]
    cache.clear()
    assert (told.status_code, language(told), "För många förfrågningar" in told.text) == (429, "sv", True)


def strict(client):
    """The same browser, which has to send the form's token."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    return strict


def test_what_is_wrong_with_a_value_is_told_in_the_readers_language(cast):
    answer = cast.sign_in().post("/organizations/new/", {"name": "A", "primary_domain": "nodomain"}, **GERMAN)
    assert answer.status_code == 422
    assert escape("„nodomain“ ist keine vollständige Domain.") in answer.text


def test_why_a_file_cannot_be_read_is_told_in_the_readers_language(cast):
    client = cast.sign_in()
    keep(cast.members["reseller_admin"], language="sv")
    answer = upload(client, table(count=1).replace("primary_domain", "something"))
    assert "En obligatorisk kolumn saknas: " in answer.text


def test_a_file_that_is_streamed_speaks_to_the_end_the_language_of_its_reader(cast):
    """Its rows are made when the request, with its language, is over."""
    client = cast.sign_in()
    upload(client, table({"name": "A", "primary_domain": "nodomain", "notification_email": "it@a.example"}))
    job = work_on(cast, read)
    answer = client.get(f"/organizations/imports/{job.public_id}/failed-rows/", **GERMAN)
    assert "„nodomain“ ist keine vollständige Domain." in b"".join(answer.streaming_content).decode()
    assert translation.get_language() == "en"


def test_programs_are_answered_in_english(cast):
    keep(cast.members["reseller_admin"], language="de")
    Reseller.objects.filter(pk=cast.northwind.pk).update(language="de")
    answer = program(cast).client.get("/api/v1/organizations", **GERMAN)
    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
    assert "Schlüssel" not in answer.text and "Accept-Language" not in answer.headers.get("Vary", "")


# Mails


def admin_of(cast, email, **own):
    user = User.objects.create_user(email, **own)
    return Membership.objects.create(reseller=cast.northwind, user=user, role="reseller_admin")


def test_each_mail_is_in_the_language_of_its_addressee(cast):
    maker = cast.members["maker"] = admin_of(cast, "m@northwind.example", name="Maja")
    other = admin_of(cast, "o@northwind.example")
    program(cast, "maker")
    keep(cast.members["reseller_admin"], language="de")
    keep(other, language="sv")
    with acting_for(cast.northwind.pk):
        deactivate_person(cast.admin, maker)
    with translation.override("en"):
        mail_about_keys(cast.northwind.pk, maker.pk)
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects == {
        "reseller_admin@northwind.example": "API-Schlüssel von Maja bei Northwind Cloud gelten weiter",
        "o@northwind.example": "API-nycklar från Maja hos Northwind Cloud lever vidare",
    }


@pytest.mark.parametrize(("own", "subject"), [("de", "Zurücksetzen des Passworts"), ("", "återställning")])
def test_a_new_password_is_mailed_in_ones_own_language_else_in_the_browsers(client, cast, own, subject):
    keep(cast.members["reseller_admin"], language=own)
    asked = {"email": "reseller_admin@northwind.example"}
    client.post("/accounts/password/reset/", asked, headers={"Accept-Language": "sv"})
    assert subject.casefold() in mail.outbox[0].subject.casefold()


def test_a_mail_goes_in_the_resellers_language_to_who_has_chosen_none(cast):
    Reseller.objects.filter(pk=cast.northwind.pk).update(language="sv", time_zone="Europe/Stockholm")
    member = Membership.objects.select_related("user", "reseller").get(pk=cast.members["reseller_admin"].pk)
    with speaking_to(member):
        assert (translation.get_language(), str(member.zone)) == ("sv", "Europe/Stockholm")
