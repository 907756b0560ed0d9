"""Large imports are written in two lanes; what either of them does is done once, whatever happens to the other."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from support.cast import customer
from support.files import newest, organizations, table, upload, work_on

from accounts.roles import Role
from accounts.tenancy import acting_for
from events.models import Event
from imports import creating, lanes
from imports.models import Import, ImportRow, Portion
from imports.tasks import create, read
from jobs import work
from jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 23


@pytest.fixture
def large(cast, monkeypatch):
    """An import of 23 rows that has been started, and is large here; its portions are of two rows."""
    monkeypatch.setattr(lanes, "MANY", 5)
    monkeypatch.setattr(lanes, "ROUND", 4)
    monkeypatch.setattr(creating.steps, "CHUNK", 2)
    monkeypatch.setattr(work.current_app, "send_task", lambda *args, **kwargs: None)
    client = cast.sign_in()
    address = upload(client, table(count=ROWS)).url
    assert work_on(cast, read).rows_valid == ROWS
    client.post(f"{address}start/")
    return client, address


def portions(cast):
    with acting_for(cast.northwind.pk):
        return list(Portion.objects.order_by("first").values_list("first", "last", "created", "failed"))


def created_events(cast):
    with acting_for(cast.northwind.pk):
        return list(Event.objects.filter(kind="organization.created").values_list("subject_id", flat=True))


def check_all_is_there_once(cast, failed=0):
    job = newest(cast)
    assert (job.state, job.place, job.rows_created, job.rows_failed) == ("done", ROWS, ROWS - failed, failed)
    found, events = organizations(cast), created_events(cast)
    assert len(events) == len(set(events)) == len(found)
    assert portions(cast) == []
    assert not Job.objects.filter(task="imports.create").exists()


def fail_at_the_second(monkeypatch, error):
    """The portion that begins with row 3 fails once, after the other lane has written 1 and 5 and begun with 7."""
    whole, left, is_further = creating.write_chunk, [3], threading.Event()

    def failing(actor, job, upto):
        if job.place + 1 in left:
            left.remove(job.place + 1)
            assert is_further.wait(20)
            raise error
        if job.place + 1 == 7:
            is_further.set()
        return whole(actor, job, upto)

    monkeypatch.setattr(creating, "write_chunk", failing)


def test_both_lanes_write_and_every_row_is_there_once(cast, large, monkeypatch):
    whole, who = creating.write_chunk, []
    both = threading.Barrier(2, timeout=20)

    def meeting(actor, job, upto):
        if len(who) < 2:
            who.append(threading.get_ident())
            both.wait()  # neither goes on before the other has begun, in a transaction of its own
        return whole(actor, job, upto)

    monkeypatch.setattr(creating, "write_chunk", meeting)
    work_on(cast, create)
    assert len(set(who)) == 2
    check_all_is_there_once(cast)


def test_what_one_lane_wrote_beside_one_that_failed_is_not_written_again(cast, large, monkeypatch):
    fail_at_the_second(monkeypatch, RuntimeError("planted"))
    job = work_on(cast, create)
    assert job.state == "importing" and job.place == 0
    assert portions(cast) == [(1, 2, 2, 0), (5, 6, 2, 0), (7, 8, 2, 0)]
    assert len(organizations(cast)) == 6
    work_on(cast, create)
    check_all_is_there_once(cast)


def test_an_import_whose_lanes_keep_failing_for_our_fault_ends_and_says_so(cast, large, monkeypatch):
    client, address = large
    monkeypatch.setattr(creating, "write_chunk", lambda *args: 1 / 0)
    states = [work_on(cast, create).state for _ in range(work.MOST_FAILURES)]
    assert states == ["importing"] * (work.MOST_FAILURES - 1) + ["failed"]
    assert "Something went wrong on our side" in client.get(address).text
    assert (organizations(cast), portions(cast)) == ({}, [])


def test_a_cancelled_import_first_catches_up_with_what_was_written_further_on(cast, large, monkeypatch):
    client, address = large
    fail_at_the_second(monkeypatch, RuntimeError("planted"))
    work_on(cast, create)
    client.post(f"{address}cancel/")
    job = work_on(cast, create)
    assert (job.state, job.place) == ("cancelled", 8)
    assert job.rows_created == 8 == len(organizations(cast)) == len(created_events(cast))
    assert portions(cast) == []


def test_two_workers_on_one_large_import_share_it(cast, large):
    job, errors = newest(cast), []

    def help_out():
        try:
            create(cast.northwind.pk, job.pk)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    helpers = [threading.Thread(target=help_out) for _ in range(2)]
    for helper in helpers:
        helper.start()
    for helper in helpers:
        helper.join()
    assert errors == []
    work_on(cast, create)
    check_all_is_there_once(cast)


def test_a_portion_is_not_claimed_twice_nor_after_it_was_counted_nor_after_the_end(cast, large):
    job = newest(cast)
    with acting_for(cast.northwind.pk):
        assert lanes.claim(job, 1, 2) is not None
        assert lanes.claim(job, 1, 2) is None
        lanes.take_over(job)
        job.save(update_fields=["place"])
        assert (job.place, lanes.claim(job, 1, 2)) == (2, None)
        Import.objects.filter(pk=job.pk).update(state="cancelled")
        assert lanes.claim(job, 3, 4) is None
        assert not Portion.objects.exists()


def test_nobody_ends_an_import_while_a_lane_writes(cast, large):
    job, seen = newest(cast), []

    def look():
        with acting_for(cast.northwind.pk):
            seen.append(Import.objects.select_for_update(nowait=False).get(pk=job.pk).state)
        connection.close()

    other = threading.Thread(target=look)
    with acting_for(cast.northwind.pk):
        lanes.claim(job, 1, 2)
        other.start()
        other.join(0.5)
        assert seen == []
    other.join()
    assert seen == ["importing"]


def test_rows_that_are_written_already_count_as_created_and_not_as_failed(cast, large):
    job = newest(cast)
    with acting_for(cast.northwind.pk):
        job.place = 0
        assert creating.write_chunk(cast.admin, job, 4) == []
    assert len(organizations(cast)) == 4
    work_on(cast, create)
    check_all_is_there_once(cast)


def test_a_row_whose_domain_was_taken_meanwhile_fails_alone_in_its_lane(cast, large):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Early", primary_domain="customer-7.example"))
    work_on(cast, create)
    check_all_is_there_once(cast, failed=1)
    with acting_for(cast.northwind.pk):
        failed = ImportRow.objects.get(verdict="failed")
    assert failed.number == 7 and "primary_domain" in failed.errors


def test_who_may_no_longer_create_ends_the_import_and_keeps_what_was_done(cast, large, monkeypatch):
    fail_at_the_second(monkeypatch, PermissionDenied())
    job = work_on(cast, create)
    assert (job.state, job.error["code"]) == ("failed", "not_permitted")
    assert job.rows_created == 6 == len(organizations(cast)) == len(created_events(cast))
    assert portions(cast) == []


def test_a_role_that_was_lost_meanwhile_stops_both_lanes(cast, large):
    member = cast.members[Role.RESELLER_ADMIN]
    type(member).objects.filter(pk=member.pk).update(role=Role.VIEW_ONLY_ADMIN)
    job = work_on(cast, create)
    assert (job.state, job.rows_created, organizations(cast)) == ("failed", 0, {})


def test_updates_and_small_imports_have_one_lane(cast, large):
    job = newest(cast)
    assert lanes.has_lanes(job)
    job.rows_read = 5
    assert not lanes.has_lanes(job)
    job.rows_read, job.mode = ROWS, "update"
    assert not lanes.has_lanes(job)
