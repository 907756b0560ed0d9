"""The weekly mail of what will not be billed: to those who want it, on Mondays, never twice and never about nothing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as mails
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.tenancy import acting_for
from jobs.models import Job
from portal.models import WeeklyMail
from portal.tasks import mail_unbilled, send_weekly_mails

PAGE = "/will-not-be-billed/"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
THURSDAY = datetime(2026, 11, 26, 12, 0, tzinfo=STOCKHOLM)
MONDAY = datetime(2026, 11, 30, 7, 30, tzinfo=STOCKHOLM)


@pytest.fixture
def clock(cast, monkeypatch):
    """Northwind is in Stockholm and has a customer without a start; the clock is set by calling it."""
    type(cast.northwind).objects.filter(pk=cast.northwind.pk).update(time_zone="Europe/Stockholm")
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, name="No Start AB", customer_number="1", groups=[cast.dach])

    def at(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment.astimezone(ZoneInfo("UTC")))

    at(THURSDAY)
    return at


def want(cast, role="reseller_admin", wanted="yes"):
    return cast.sign_in(role).post(f"{PAGE}mail/", {"wanted": wanted})


def pass_by(cast):
    """Beat comes by, and a worker does what it noted; the mails so far."""
    send_weekly_mails()
    for job in Job.objects.filter(task="portal.mail_unbilled"):
        mail_unbilled(cast.northwind.pk, job.object_id)
    return mails.outbox


def test_who_wants_it_gets_the_numbers_on_monday_morning_and_once(cast, clock, settings):
    want(cast)
    assert pass_by(cast) == [], "not in the week in which it was asked for"
    clock(MONDAY.replace(hour=6))
    assert pass_by(cast) == []
    clock(MONDAY)
    (message,) = pass_by(cast)
    assert message.to == ["reseller_admin@northwind.example"]
    assert message.subject == "Will not be billed at Northwind Cloud, 30 Nov 2026"
    for words in ("No billing start date: 1", f"{settings.URL}{PAGE}\n", f"{settings.URL}{PAGE}#mail"):
        assert words in message.body
    assert "Billing starts later" not in message.body
    clock(MONDAY.replace(day=1, month=12))
    assert len(pass_by(cast)) == 1
    clock(MONDAY.replace(day=7, month=12))
    assert len(pass_by(cast)) == 2


def test_nobody_gets_it_unasked_or_after_saying_no(cast, clock):
    clock(MONDAY)
    assert pass_by(cast) == []
    clock(THURSDAY)
    assert "Mail me every week" in cast.sign_in().get(PAGE).text
    want(cast)
    assert "Stop the mail" in cast.sign_in().get(PAGE).text
    want(cast, wanted="no")
    clock(MONDAY)
    assert pass_by(cast) == []


def test_asking_twice_or_anew_brings_no_second_mail_in_a_week(cast, clock):
    want(cast)
    clock(MONDAY)
    pass_by(cast)
    want(cast, wanted="no")
    want(cast)
    want(cast)
    assert len(pass_by(cast)) == 1


def test_there_is_no_mail_about_nothing_or_about_what_one_does_not_see(cast, clock):
    """The one customer without a start is in DACH, and the manager looks after Nordics."""
    want(cast, "key_account_manager")
    clock(MONDAY)
    assert pass_by(cast) == []
    with acting_for(cast.northwind.pk):
        assert [row.week.isoformat() for row in WeeklyMail.objects.all()] == ["2026-11-30"], "the week is done with"


def test_who_has_left_gets_none(cast, clock):
    want(cast)
    type(cast.members["reseller_admin"]).objects.filter(reseller=cast.northwind).update(is_active=False)
    clock(MONDAY)
    assert pass_by(cast) == []


def test_a_server_that_is_away_uses_up_no_week(cast, clock, monkeypatch):
    want(cast)
    clock(MONDAY)
    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "open", lambda self: 1 / 0, raising=False)
        assert pass_by(cast) == []
    assert len(pass_by(cast)) == 1


def test_a_mail_that_may_be_out_is_not_sent_again(cast, clock, monkeypatch):
    """The worker is stopped, or the line breaks, between handing the mail over and noting it."""
    want(cast)
    clock(MONDAY)
    whole = EmailBackend.send_messages
    with monkeypatch.context() as breaking:
        breaking.setattr(EmailBackend, "send_messages", lambda self, sent: whole(self, sent) / 0)
        assert len(pass_by(cast)) == 1
    assert Job.objects.filter(task="portal.mail_unbilled").exists(), "the sweep brings it back"
    assert len(pass_by(cast)) == 1
    assert not Job.objects.filter(task="portal.mail_unbilled").exists()
