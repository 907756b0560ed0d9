"""Events that leave the log by themselves: the old ones, in batches, and never one that is young."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import new_id
from accounts.tenancy import acting_for
from cloudbroker.logs import JsonLines
from events import tasks
from events.models import Event, Kind
from events.tasks import expire


@pytest.fixture
def log(cast):
    """Five old events and a young one at each of the two resellers."""
    now = timezone.now()
    for reseller in (cast.northwind, cast.fabrikam):
        with acting_for(reseller.pk):
            for age in (400, 401, 402, 403, 404, 3):
                at = now - timedelta(days=age)
                Event.objects.create(reseller=reseller, kind=Kind.GROUP_CREATED, subject_id=new_id(), at=at)
    return cast


def left(reseller):
    with acting_for(reseller.pk):
        return Event.objects.filter(reseller=reseller).count()


def test_nothing_expires_unless_somebody_says_when(log):
    assert expire() == 0
    assert (left(log.northwind), left(log.fabrikam)) == (6, 6)


def test_what_is_older_goes_at_every_reseller_and_the_rest_stays(log, settings, monkeypatch):
    settings.EVENT_DAYS = 365
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    assert expire() == 10
    assert (left(log.northwind), left(log.fabrikam)) == (1, 1)
    assert expire() == 0


def test_one_run_ends_somewhere_and_the_next_goes_on(log, settings, monkeypatch):
    settings.EVENT_DAYS = 365
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    monkeypatch.setattr(tasks, "MOST_BATCHES", 1)
    assert [expire() for _ in range(4)] == [4, 4, 2, 0]


def test_whoever_asks_gets_nothing_young_deleted(log):
    """As an intruder with the app role would."""
    with acting_for(log.northwind.pk), connection.cursor() as cursor:
        cursor.execute("SELECT expire_events(now() + interval '1 day', 1000)")
        assert cursor.fetchone() == (5,)
    assert left(log.northwind) == 1


def test_outside_a_reseller_and_at_others_nothing_is_deleted(log):
    with connection.cursor() as cursor:
        cursor.execute("SELECT expire_events(now(), 1000)")
        assert cursor.fetchone() == (0,)
    with acting_for(log.northwind.pk), connection.cursor() as cursor:
        cursor.execute("SELECT expire_events(now(), 1000)")
    assert left(log.fabrikam) == 6


def test_by_itself_the_app_role_deletes_no_event(log):
    with acting_for(log.northwind.pk), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Event.objects.all().delete()


def test_a_run_that_deleted_something_leaves_a_line_with_the_count(log, settings):
    settings.EVENT_DAYS = 365
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(json.loads(JsonLines().format(record)))
    noting = logging.getLogger("cloudbroker.celery")
    noting.addHandler(handler)
    try:
        expire.apply()
        expire.apply()
    finally:
        noting.removeHandler(handler)
    assert [(line["event"], line["task"], line["count"]) for line in lines] == [("Done.", "events.expire", 10)]
