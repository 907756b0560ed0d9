"""Reading the list of tenants: what is new, changed, ended and back, what a failure leaves, and what a kill costs."""

import time
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from support.connections import wanted
from support.partner_center import SIZE
from support.workers import Workers, at_once, sender, until

from accounts.refusals import Refused
from accounts.tenancy import acting_for
from csp_link import sync as engine
from csp_link.connecting import remove_connection
from csp_link.fake.partners import NORTHWIND
from csp_link.models import Connection, StagedTenant, Sync, Tenant
from csp_link.schedule import tick
from csp_link.syncing import confirm_ended, keep_missing, refresh
from csp_link.tasks import read
from events.models import Event
from jobs import work
from jobs.models import Job

pytestmark = pytest.mark.django_db
SLOW = 0.25  # seconds a page


class Reader:
    """Northwind's list, read by workers' turns here and now."""

    def __init__(self, link):
        self.link, self.cast, self.microsoft = link, link.cast, link.microsoft
        link.connect()

    def begin(self):
        with acting_for(self.cast.northwind.pk):
            return refresh(self.cast.admin)

    def turn(self):
        read(self.cast.northwind.pk, self.last.pk)
        return self.last

    def read(self):
        self.begin()
        return self.turn()

    @property
    def last(self):
        with acting_for(self.cast.northwind.pk):
            return Sync.objects.latest("id")

    @property
    def tenants(self):
        with acting_for(self.cast.northwind.pk):
            return {str(row.tenant_id): row for row in Tenant.objects.all()}

    @property
    def jobs(self):
        return list(Job.objects.filter(task="csp_link.sync"))

    def staged(self):
        with acting_for(self.cast.northwind.pk):
            return StagedTenant.objects.count()

    def events(self, kind):
        return self.link.events(kind)

    def answer(self, verb):
        with acting_for(self.cast.northwind.pk):
            return verb(self.cast.admin, self.last)


@pytest.fixture
def reader(link):
    return Reader(link)


# Pages that come so slowly that each is kept by a step of its own, and pages of which one step keeps several.
PACES = pytest.mark.parametrize("moment", [0.0, 60.0], ids=["slow", "fast"])


def counts(sync):
    return sync.state, sync.found, sync.changed, sync.ended, sync.returned


def everything(reader):
    """Every column of every tenant but the moment at which it was last seen."""
    return {key: {**vars(row), "_state": None, "last_seen": None} for key, row in reader.tenants.items()}


# What a list does


def test_the_first_list_finds_every_tenant_with_an_event_of_its_own(reader):
    assert counts(reader.read()) == ("done", SIZE, 0, 0, 0)
    assert len(reader.tenants) == SIZE
    assert {event.subject_id for event in reader.events("tenant.found")} == {
        t.public_id for t in reader.tenants.values()
    }
    assert reader.last.is_complete and reader.staged() == 0 and reader.jobs == []
    (event,) = reader.events("tenants.synced")
    assert event.details == {"found": SIZE, "changed": 0, "ended": 0, "returned": 0}


def test_a_second_list_changes_nothing(reader):
    reader.read()
    before, events = everything(reader), len(reader.events("tenant.found"))
    assert counts(reader.read()) == ("done", 0, 0, 0, 0)
    assert everything(reader) == before
    assert len(reader.events("tenant.found")) == events
    assert not reader.events("tenant.changed")


def test_odd_names_and_missing_domains_are_kept_as_they_are(reader):
    reader.read()
    names = [tenant.name for tenant in reader.tenants.values()]
    assert names.count("Contoso Bakery") == 2
    assert {"Åäö Räksmörgås AB", "株式会社 日本商事", "Blanks Around", 'O\'Brien "Quotes" <Tags> & Co; =1+1'} <= set(
        names
    )
    assert any(not tenant.domain for tenant in reader.tenants.values())
    assert {tenant.relationship for tenant in reader.tenants.values()} == {"reseller", "none"}


def test_a_new_name_and_a_moved_domain_are_told_with_before_and_after(reader):
    reader.read()
    first, second, *_ = reader.tenants
    old = reader.tenants
    reader.microsoft.change(change={first: {"name": "Renamed AB"}})
    assert counts(reader.read()) == ("done", 0, 1, 0, 0)
    assert reader.tenants[first].name == "Renamed AB" and reader.tenants[first].sort_name == "renamed ab"
    (event,) = reader.events("tenant.changed")
    assert event.details == {"changes": {"name": [old[first].name, "Renamed AB"]}}
    assert event.subject_id == reader.tenants[first].public_id and event.batch_id == reader.last.public_id
    reader.microsoft.change(move_domain=[[first, second]])
    assert counts(reader.read()) == ("done", 0, 2, 0, 0)
    assert reader.tenants[second].domain == old[first].domain
    assert reader.tenants[first].tenant_id == old[first].tenant_id


def test_who_is_gone_has_ended_and_who_is_back_is_the_same(reader):
    reader.read()
    gone = list(reader.tenants)[:3]
    reader.microsoft.change(vanish=gone)
    assert counts(reader.read()) == ("done", 0, 0, 3, 0)
    assert {key for key, row in reader.tenants.items() if row.ended_at} == set(gone)
    assert len(reader.events("tenant.ended")) == 3
    assert counts(reader.read()) == ("done", 0, 0, 0, 0)  # ended once
    ids = {key: reader.tenants[key].public_id for key in gone}
    reader.microsoft.change(come_back=gone)
    assert counts(reader.read()) == ("done", 0, 0, 0, 3)
    assert {key: reader.tenants[key].public_id for key in gone} == ids
    assert not any(row.ended_at for row in reader.tenants.values())


def test_a_link_outlives_the_end_and_the_return(reader):
    with acting_for(reader.cast.northwind.pk):
        (organization,) = reader.cast.create(reader.cast.admin)
    reader.read()
    which = next(iter(reader.tenants))
    with acting_for(reader.cast.northwind.pk):
        Tenant.objects.filter(tenant_id=which).update(organization=organization)
    reader.microsoft.change(vanish=[which])
    reader.read()
    reader.microsoft.change(come_back=[which])
    reader.read()
    assert reader.tenants[which].organization_id == organization.pk


def test_the_neighbour_sees_none_of_it(reader):
    reader.read()
    with acting_for(reader.cast.fabrikam.pk):
        assert not Tenant.objects.exists() and not Sync.objects.exists() and not StagedTenant.objects.exists()


# Lists that say nothing about who is gone


def test_a_list_that_broke_off_ends_nobody(reader):
    reader.read()
    reader.microsoft.change(vanish=list(reader.tenants)[:3], change={list(reader.tenants)[5]: {"name": "Renamed AB"}})
    reader.microsoft.switch(end="2000")
    sync = reader.read()
    assert counts(sync) == ("done", 0, 1, 0, 0)
    assert not sync.is_complete
    assert not any(row.ended_at for row in reader.tenants.values())


def test_an_empty_list_ends_nobody(reader):
    reader.read()
    before = everything(reader)
    reader.microsoft.change(resize=0)
    sync = reader.read()
    assert (sync.state, sync.trouble) == ("failed", "empty_listing")
    assert everything(reader) == before
    reader.microsoft.change(resize=SIZE)
    assert counts(reader.read()) == ("done", 0, 0, 0, 0)


def test_a_partner_without_customers_is_no_trouble(reader):
    reader.microsoft.change(resize=0)
    assert counts(reader.read()) == ("done", 0, 0, 0, 0)


@pytest.mark.parametrize(("gone", "state"), [(12, "done"), (13, "held")])
def test_more_than_three_in_ten_do_not_end_without_a_persons_word(reader, gone, state):
    assert SIZE == 40
    reader.read()
    reader.microsoft.change(vanish=list(reader.tenants)[:gone])
    sync = reader.read()
    assert (sync.state, sync.missing) == (state, gone if state == "held" else 0)
    assert sum(bool(row.ended_at) for row in reader.tenants.values()) == (gone if state == "done" else 0)


@pytest.fixture
def held(reader):
    reader.read()
    reader.gone = set(list(reader.tenants)[:20])
    reader.microsoft.change(vanish=list(reader.gone), change={list(reader.tenants)[30]: {"name": "Renamed AB"}})
    assert reader.read().state == "held"
    return reader


def test_what_is_held_has_taken_over_what_changed(held):
    assert held.last.changed == 1 and held.jobs == []
    (event,) = held.events("tenants.sync_held")
    assert event.details == {"count": 20}


def test_a_person_confirms(held):
    assert held.answer(confirm_ended) == 20
    assert {key for key, row in held.tenants.items() if row.ended_at} == held.gone
    assert held.last.state == "done" and held.staged() == 0
    assert [event.details for event in held.events("tenants.sync_confirmed")] == [{"count": 20}]
    with pytest.raises(Refused):
        held.answer(confirm_ended)


def test_a_person_keeps_them(held):
    held.answer(keep_missing)
    assert not any(row.ended_at for row in held.tenants.values())
    assert held.last.state == "done" and held.staged() == 0
    with pytest.raises(Refused):
        held.answer(confirm_ended)


def test_another_list_asks_again_or_has_no_reason_to(held):
    assert held.read().state == "held"
    held.microsoft.change(come_back=list(held.gone))
    assert held.read().state == "done"
    assert not any(row.ended_at for row in held.tenants.values())


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_answer_at_once_one_is_heard(held):
    def answer(verb):
        with acting_for(held.cast.northwind.pk):
            try:
                verb(held.cast.admin, held.last)
            except Refused:
                return "refused"
        return "done"

    answers = at_once(lambda: answer(confirm_ended), lambda: answer(keep_missing))
    assert sorted(answers) == ["done", "refused"]
    assert sum(bool(row.ended_at) for row in held.tenants.values()) in (0, 20)


def test_only_those_who_may_begin_and_answer(held):
    with acting_for(held.cast.northwind.pk):
        viewer = held.cast.act_as("view_only_admin")
        last = held.last
        for verb in (lambda: refresh(viewer), lambda: confirm_ended(viewer, last), lambda: keep_missing(viewer, last)):
            with pytest.raises(PermissionDenied):
                verb()
    assert held.last.state == "held"


# Failures


@pytest.mark.parametrize("kind", ["900421", "900329", "1002", "401"])
def test_a_refusal_ends_the_reading_and_changes_nothing(reader, kind):
    reader.microsoft.change(resize=1_200)
    reader.microsoft.fail("customers", kind, skip=2)
    sync = reader.read()
    assert sync.state == "failed" and sync.trouble
    assert (reader.tenants, reader.staged(), reader.jobs) == ({}, 0, [])
    assert reader.link.now.trouble == sync.trouble
    assert uuid.UUID(sync.trouble_details["correlation_id"])
    (event,) = reader.events("tenants.sync_failed")
    assert event.details["code"] == sync.trouble
    reader.microsoft.switch(faults=[])
    assert reader.read().found == 1_200
    assert reader.link.now.trouble == ""


@pytest.mark.parametrize("kind", ["429", "503", "truncated", "cut_json", "drop"])
def test_a_page_that_fails_for_now_is_waited_for_and_the_others_are_not_asked_again(reader, kind):
    reader.microsoft.change(resize=1_200)
    reader.microsoft.fail("customers", kind, skip=1, retry_after="40")
    sync = reader.read()
    assert (sync.state, sync.pages, reader.staged(), reader.tenants) == ("running", 1, 500, {})
    assert sync.resumes_at > timezone.now() and sync.trouble
    (job,) = reader.jobs
    assert job.due_at == sync.resumes_at
    asked = reader.microsoft.count("customers")
    reader.turn()  # woken too early
    assert reader.microsoft.count("customers") == asked
    reader.microsoft.switch(faults=[])
    with acting_for(reader.cast.northwind.pk):
        Sync.objects.update(resumes_at=timezone.now())
    sync = reader.turn()
    assert counts(sync) == ("done", 1_200, 0, 0, 0)
    assert sync.trouble == "" and reader.microsoft.count("customers") == asked + 2


def test_being_throttled_waits_as_long_as_it_was_told(reader):
    reader.microsoft.fail("customers", "429", retry_after="40")
    sync = reader.read()
    assert 35 <= (sync.resumes_at - timezone.now()).total_seconds() <= 40


def test_an_outage_without_end_fails_the_reading_and_the_connection_is_looked_at_until_it_is_over(reader):
    reader.microsoft.fail("customers", "503")
    reader.begin()
    for _ in range(engine.MOST_ATTEMPTS + 1):
        sync = reader.turn()
        with acting_for(reader.cast.northwind.pk):
            Sync.objects.filter(state="running").update(resumes_at=timezone.now())
    assert (sync.state, sync.trouble) == ("failed", "outage")
    assert reader.jobs == []
    assert reader.link.now.trouble == "outage" and len(reader.link.jobs) == 1
    reader.microsoft.switch(faults=[])
    assert reader.link.work() == ""


@PACES
def test_a_list_that_leads_in_a_circle_is_noticed(reader, monkeypatch, moment):
    monkeypatch.setattr(engine, "MOMENT", moment)
    real = engine.PartnerCenter.get_page
    tokens = iter(range(100))

    def round_and_round(center, token=""):
        page = real(center)
        return type(page)(page.customers, f"token {next(tokens)}")

    monkeypatch.setattr(engine.PartnerCenter, "get_page", round_and_round)
    sync = reader.read()
    assert (sync.state, sync.trouble, sync.pages) == ("running", "garbled", 1)
    assert reader.tenants == {}


def test_an_error_of_our_own_ends_the_reading_after_some_tries(reader, monkeypatch):
    reader.begin()
    monkeypatch.setattr(engine, "PartnerCenter", lambda connection: 1 / 0)
    for _ in range(work.MOST_FAILURES):
        reader.turn()
    assert (reader.last.state, reader.last.trouble) == ("failed", "gave_up")
    assert reader.jobs == []


def test_a_connection_that_is_changed_or_removed_ends_the_reading(reader):
    reader.microsoft.change(resize=1_200)
    reader.microsoft.fail("customers", "503", skip=1)
    reader.read()
    reader.link.connect(app_id=uuid.UUID(int=7))
    assert (reader.last.state, reader.last.trouble, reader.staged()) == ("failed", "connection_changed", 0)
    reader.turn()
    assert reader.jobs == []
    reader.link.connect(app_id=uuid.UUID(NORTHWIND.app_id))
    reader.read()
    with acting_for(reader.cast.northwind.pk):
        remove_connection(reader.cast.admin)
        with pytest.raises(Refused):
            refresh(reader.cast.admin)
    assert (reader.last.state, reader.last.trouble) == ("failed", "connection_removed")


# Pages on their way


@PACES
def test_every_page_is_asked_for_once_and_who_is_on_two_pages_counts_once(reader, monkeypatch, moment):
    monkeypatch.setattr(engine, "MOMENT", moment)
    reader.microsoft.change(resize=1_200)
    real, seen = engine.PartnerCenter.get_page, []

    def shifting(center, token=""):
        page = real(center, token)
        seen.append(page.customers)
        moved = seen[-2][-3:] if len(seen) > 1 else []  # somebody who was added pushed them on to this page
        return type(page)([*moved, *page.customers], page.following)

    monkeypatch.setattr(engine.PartnerCenter, "get_page", shifting)
    sync = reader.read()
    assert (counts(sync), sync.rows, sync.pages) == (("done", 1_200, 0, 0, 0), 1_200, 3)
    assert reader.microsoft.count("customers") == 3
    assert len(reader.tenants) == len(reader.events("tenant.found")) == 1_200
    assert reader.staged() == 0


@PACES
def test_lists_that_come_at_any_pace_leave_the_same(reader, monkeypatch, moment):
    monkeypatch.setattr(engine, "MOMENT", moment)
    reader.microsoft.change(resize=1_200)
    reader.read()
    first, *_, last = reader.tenants
    gone = list(reader.tenants)[10:400]
    reader.microsoft.change(vanish=gone, change={first: {"name": "Renamed AB"}, last: {"name": "Renamed too AB"}})
    assert (reader.read().state, reader.last.changed, reader.last.missing) == ("held", 2, 390)
    assert reader.staged() == 810  # for the answer
    assert reader.answer(confirm_ended) == 390
    reader.microsoft.change(come_back=gone[:5])
    assert counts(reader.read()) == ("done", 0, 0, 0, 5)
    assert {key for key, row in reader.tenants.items() if row.ended_at} == set(gone[5:])


def test_names_with_backslashes_come_as_they_are(reader):
    reader.read()
    first = next(iter(reader.tenants))
    reader.microsoft.change(change={first: {"name": r"A\tB \N C\\"}})
    reader.read()
    tenant = reader.tenants[first]
    assert (tenant.name, tenant.sort_name) == (r"A\tB \N C\\", r"a\tb \n c\\")
    assert tenant.search_text == f"{tenant.sort_name}\n{tenant.domain}\n{tenant.tenant_id}"


@PACES
def test_a_worker_that_dies_with_pages_in_hand_asks_for_them_again(reader, monkeypatch, moment):
    monkeypatch.setattr(engine, "MOMENT", moment)
    reader.microsoft.change(resize=1_700)
    real = engine._take

    def die(turn, sync, part):
        if sync.pages or moment:
            raise SystemExit
        return real(turn, sync, part)

    monkeypatch.setattr(engine, "_take", die)
    reader.begin()
    with pytest.raises(SystemExit):
        reader.turn()
    kept = 0 if moment else 1
    assert (reader.last.pages, reader.staged(), reader.tenants) == (kept, kept * 500, {})
    asked = reader.microsoft.count("customers")
    assert asked == 4 if moment else asked in (2, 3)  # one in hand, and perhaps one under way
    monkeypatch.setattr(engine, "_take", real)
    assert counts(reader.turn()) == ("done", 1_700, 0, 0, 0)
    assert reader.microsoft.count("customers") == asked + 4 - kept


def test_a_turn_that_is_over_has_asked_for_nothing_that_it_does_not_take(reader, monkeypatch):
    monkeypatch.setattr(engine, "MOMENT", 0.0)
    monkeypatch.setattr(work.Turn, "is_over", property(lambda turn: turn.got_on))
    reader.microsoft.change(resize=1_700)
    reader.begin()
    while reader.turn().state != "done":
        assert reader.staged() == reader.last.pages * 500
    assert reader.microsoft.count("customers") == 4
    assert counts(reader.last) == ("done", 1_700, 0, 0, 0)


@pytest.mark.parametrize("retry_after", ["40", "1"])
def test_a_page_under_way_is_throttled_and_waited_for_as_long_as_was_said(reader, monkeypatch, retry_after):
    monkeypatch.setattr(engine, "MOMENT", 0.0)
    reader.microsoft.change(resize=1_200)
    reader.microsoft.fail("customers", "429", skip=1, times=1, retry_after=retry_after)
    began = time.monotonic()
    sync = reader.read()
    if retry_after == "1":
        assert (sync.state, sync.found) == ("done", 1_200) and time.monotonic() - began >= 1
    else:
        assert (sync.state, sync.trouble, sync.pages, reader.staged()) == ("running", "throttled", 1, 500)
        assert 35 <= (sync.resumes_at - timezone.now()).total_seconds() <= 40
    assert reader.microsoft.count("customers") == (4 if retry_after == "1" else 2)


def test_a_connection_that_is_removed_while_a_page_is_under_way_ends_the_reading(reader, monkeypatch):
    monkeypatch.setattr(engine, "MOMENT", 0.0)
    reader.microsoft.change(resize=1_200)
    real = engine.PartnerCenter.ask_ahead

    def ask_and_remove(center, token):
        real(center, token)
        with acting_for(reader.cast.northwind.pk):
            remove_connection(reader.cast.admin)

    monkeypatch.setattr(engine.PartnerCenter, "ask_ahead", ask_and_remove)
    sync = reader.read()
    assert (sync.state, sync.trouble, reader.staged(), reader.tenants) == ("failed", "connection_removed", 0, {})
    reader.turn()
    assert reader.jobs == []


# Two at once, and the clock


def test_asked_for_twice_it_is_read_once(reader):
    assert reader.begin() == reader.begin()
    assert reader.turn().found == SIZE
    assert reader.microsoft.count("customers") == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_reading_write_it_once(reader):
    reader.microsoft.change(resize=1_200)
    reader.begin()
    pk = reader.last.pk
    at_once(*[lambda: read(reader.cast.northwind.pk, pk)] * 2)
    if reader.last.state != "done":
        reader.turn()
    assert counts(reader.last) == ("done", 1_200, 0, 0, 0)
    assert len(reader.events("tenant.found")) == 1_200


def test_the_first_good_test_reads_the_list_and_the_schedule_reads_it_again(reader):
    reader.link.work()
    assert reader.turn().found == SIZE
    tick()
    assert reader.jobs == []
    with acting_for(reader.cast.northwind.pk):
        Sync.objects.update(created_at=timezone.now() - timedelta(hours=7))
    tick()
    assert len(reader.jobs) == 1
    (event,) = reader.events("tenants.sync_started")[1:]
    assert (event.actor_id, event.actor_label) == (None, "Partner Center")


def test_the_schedule_leaves_a_broken_connection_alone(reader):
    reader.link.work()
    reader.turn()
    with acting_for(reader.cast.northwind.pk):
        Sync.objects.update(created_at=timezone.now() - timedelta(hours=7))
        Connection.objects.update(trouble="wrong_secret")
    tick()
    assert reader.jobs == []


# Ten thousand, and a kill


@pytest.mark.processes
@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_among_ten_thousand_costs_a_moment_and_no_tenant(reader, tmp_path, monkeypatch):
    reader.microsoft.change(resize=10_000)
    workers = Workers(tmp_path)
    workers.environment["CLOUDBROKER_PARTNER_CENTER_FAKE"] = reader.microsoft.url
    app = sender(workers.broker_url)
    monkeypatch.setattr(work, "current_app", app)
    try:
        reader.microsoft.fail("customers", "slow", seconds=SLOW)
        workers.start()
        reader.begin()
        until(lambda: reader.last.pages >= 5, within=60)
        workers.kill()
        pages = reader.last.pages
        assert 5 <= pages < 20 and reader.tenants == {} and reader.staged() == pages * 500
        Job.objects.update(due_at=timezone.now())
        work.sweep()
        workers.start()
        until(lambda: reader.last.state == "done", within=90)
    finally:
        workers.kill()
        app.close()
    assert counts(reader.last) == ("done", 10_000, 0, 0, 0)
    asked = [entry for entry in reader.microsoft.requests("customers") if entry["query"]["size"] == "500"]
    # At most what came within a moment, and the page that was under way, is asked for again.
    assert 20 <= len(asked) <= 20 + engine.MOMENT / SLOW + 2
    assert len(reader.events("tenant.found")) == 10_000


@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_tenants_are_read_page_by_page_and_the_same_list_again_writes_no_event(reader, record_property):
    reader.microsoft.change(resize=10_000)
    took = {}
    for found in (10_000, 0):
        began = time.monotonic()
        assert counts(reader.read()) == ("done", found, 0, 0, 0)
        took[found] = time.monotonic() - began
        record_property(f"seconds for 10,000 tenants, {found} of them new", round(took[found], 2))
    assert took[0] < 3 * took[10_000]  # it writes less; when it takes longer, a statement loops
    assert reader.microsoft.count("customers") == 40
    with acting_for(reader.cast.northwind.pk):
        assert Event.objects.filter(kind__startswith="tenant.").count() == 10_000


def test_what_a_wanted_connection_says_holds_no_secret():
    assert NORTHWIND.secret not in repr(wanted())
