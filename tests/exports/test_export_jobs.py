"""Exports from the background: killed anywhere they go on, they stop when their person sees less, and they expire."""

import csv
import io
import stat
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from support.cast import customer
from support.workers import at_once, held, until

from accounts.roles import Role
from accounts.tenancy import acting_for
from events.models import Event
from exports import engine, expiring, files, making, rows, views
from exports.access import get_exports
from exports.formats import FORMATS
from exports.models import Export
from exports.tasks import make
from groups.models import Assignment
from jobs import work
from jobs.models import Job
from organizations.changes import archive_organizations
from organizations.models import Organization


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Large is what has more than five organizations, and a batch has ten."""
    monkeypatch.setattr(views, "AT_ONCE", 5)
    monkeypatch.setattr(rows, "BATCH", 10)
    monkeypatch.setattr(engine, "AT_ONCE", 10)


@pytest.fixture
def sent(monkeypatch):
    """The tasks that were sent, and went no further."""
    found = []
    monkeypatch.setattr(work.current_app, "send_task", lambda task, args, **kwargs: found.append((task, *args)))
    return found


@pytest.fixture
def customers(cast):
    with acting_for(cast.northwind.pk):
        return cast.create(cast.admin, *(customer(f"Customer {n}") for n in range(35)), groups=[cast.nordics])


def ask(client, format_name="csv", **posted):
    """The address of the export that was begun."""
    answer = client.post("/organizations/export/", {"format": format_name, "scope": "all"} | posted)
    assert (answer.status_code, answer.url[:23]) == (302, "/organizations/exports/"), answer
    return answer.url


def newest(cast):
    with acting_for(cast.northwind.pk):
        return Export.objects.select_related("reseller", "membership").latest("id")


def work_on(cast, export=None):
    make(cast.northwind.pk, (export or newest(cast)).pk)
    return newest(cast)


def names_in(client, address):
    answer = client.get(f"{address}download/")
    assert answer.status_code == 200
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))
    return [row[0] for row in table[1:]]


def exported(cast):
    with acting_for(cast.northwind.pk):
        return list(Event.objects.filter(kind="organizations.exported").values_list("details", "subject_id"))


def lying(cast):
    return sorted(path.name for path in files.folder_of(cast.northwind).glob("*"))


def check_all_is_there_once(cast, client, address, count=35):
    export = newest(cast)
    assert (export.state, export.gathered, export.written, export.error) == ("done", count, count, "")
    assert sorted(names_in(client, address)) == sorted(f"Customer {n}" for n in range(count))
    details = {"count": count, "format": "CSV", "filters": {}}
    assert exported(cast) == [(details, export.public_id)]
    assert lying(cast) == [f"{export.public_id}.csv"]
    assert not Job.objects.exists()


def test_a_large_list_is_made_in_the_background_and_downloaded_by_its_person(cast, customers, sent):
    client = cast.sign_in()
    address = ask(client)
    assert sent == [] and "Counting" in client.get(address).text
    assert client.get(f"{address}download/").status_code == 404, "there is no file yet"
    assert client.get(f"{address}progress/").status_code == 200
    work_on(cast)
    page = client.get(address)
    assert "The file is ready" in page.text and f"{address}download/" in page.text
    assert client.get(f"{address}progress/").headers["HX-Refresh"] == "true"
    check_all_is_there_once(cast, client, address)
    assert "exported 35 organizations as CSV" in client.get("/events/").text
    assert f'href="{address}"' in client.get("/events/").text
    assert stat.S_IMODE(files.path_of(newest(cast)).stat().st_mode) == 0o600


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_file_from_the_background_is_the_file_that_is_streamed(cast, customers, sent, monkeypatch, format_name):
    client = cast.sign_in()
    address = ask(client, format_name)
    work_on(cast)
    answer = client.get(f"{address}download/")
    assert answer["Content-Type"] == FORMATS[format_name].content_type
    background = b"".join(answer.streaming_content)
    monkeypatch.setattr(views, "AT_ONCE", 5_000)
    posted = {"format": format_name, "scope": "all"}
    at_once_ = b"".join(client.post("/organizations/export/", posted).streaming_content)
    if background.startswith(b"PK"):  # a zip holds the time at which it was made
        import openpyxl

        background, at_once_ = (
            list(openpyxl.load_workbook(io.BytesIO(content)).active.values) for content in (background, at_once_)
        )
    assert background == at_once_ and len(background) > 30


def test_asked_for_twice_it_is_made_once(cast, customers, sent):
    client = cast.sign_in()
    assert ask(client) == ask(client)
    assert ask(client) != ask(client, "json")
    assert ask(client) != ask(client, search="customer")
    assert ask(client) != ask(cast.sign_in("view_only_admin"))


def test_somebody_elses_export_does_not_exist(cast, customers, sent):
    address = ask(cast.sign_in("key_account_manager"))
    work_on(cast)
    assert len(names_in(cast.sign_in("key_account_manager"), address)) == 35
    for other in ("reseller_admin", "key_account_viewer", "neighbour"):
        for path in ("", "progress/", "download/"):
            assert cast.sign_in(other).get(f"{address}{path}").status_code == 404
        assert address not in cast.sign_in(other).get("/organizations/exports/").text
    assert address in cast.sign_in("key_account_manager").get("/organizations/exports/").text


def test_a_turn_that_is_over_lets_others_in_and_goes_on(cast, customers, sent, monkeypatch):
    monkeypatch.setattr(work, "TURN", -1.0)
    client = cast.sign_in()
    address = ask(client)
    places = []
    while newest(cast).state in ("gathering", "writing"):
        places.append(work_on(cast).gathered)
    assert places == [10, 20, 30, 35, 35, 35]
    check_all_is_there_once(cast, client, address)


def test_what_comes_and_goes_meanwhile_is_there_once_or_not_at_all(cast, customers, sent, monkeypatch):
    monkeypatch.setattr(work, "TURN", -1.0)
    client = cast.sign_in()
    address = ask(client)
    work_on(cast)
    early, *_, late = sorted(customers, key=lambda organization: organization.pk)
    with acting_for(cast.northwind.pk):
        archive_organizations(cast.admin, Organization.objects.filter(pk__in=[early.pk, late.pk]))
        cast.create(cast.admin, customer("Customer new"))
    while newest(cast).state != "done":
        work_on(cast)
    found = names_in(client, address)
    assert len(found) == len(set(found)) == 35
    assert early.name in found and late.name not in found and "Customer new" in found


class Killed(BaseException):
    """Stands for a death: nobody catches it."""


# Where a worker dies, and after which call of it.
PLACES = [
    (engine, "read_batch", 1),
    (engine, "read_batch", 3),
    (files, "append", 2),
    (files, "save", 1),
    (engine, "_finish", 1),
    (engine, "_get", 4),
    (engine, "_get", 8),
]


def break_at(monkeypatch, module, name, turn):
    whole, calls = getattr(module, name), []

    def dying(*args, **kwargs):
        calls.append(name)
        answer = whole(*args, **kwargs)
        if len(calls) == turn:
            raise Killed
        return answer

    monkeypatch.setattr(module, name, dying)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("module", "name", "turn"), PLACES)
def test_whoever_dies_over_it_leaves_it_to_the_next(cast, customers, sent, monkeypatch, module, name, turn):
    client = cast.sign_in()
    address = ask(client)
    files.folder_of(cast.northwind).mkdir(parents=True)
    with monkeypatch.context() as planted:
        break_at(planted, module, name, turn)
        with pytest.raises(Killed):
            work_on(cast)
    with files.spool_of(newest(cast)).open("ab") as spool:  # written, and never committed
        spool.write(b'["half a row' * 5_000)
    work_on(cast)
    expiring.sweep()
    check_all_is_there_once(cast, client, address)


def test_rows_that_nobody_committed_and_that_are_gone_since_are_not_in_the_file(cast, customers, sent, monkeypatch):
    """The last batch was written when its worker died; then its organizations were archived."""
    client = cast.sign_in()
    address = ask(client)
    last = sorted(customers, key=lambda organization: organization.pk)[30:]
    with monkeypatch.context() as planted:
        break_at(planted, files, "append", 4)
        with pytest.raises(Killed):
            work_on(cast)
    assert newest(cast).gathered == 30
    assert last[0].name.encode() in files.spool_of(newest(cast)).read_bytes()
    with acting_for(cast.northwind.pk):
        archive_organizations(
            cast.admin, Organization.objects.filter(pk__in=[organization.pk for organization in last])
        )
    work_on(cast)
    assert len(found := names_in(client, address)) == 30 and last[0].name not in found


@pytest.mark.django_db(transaction=True)
def test_delivered_three_times_at_once_it_is_done_once(cast, customers, sent):
    client = cast.sign_in()
    address = ask(client)
    export = newest(cast)
    at_once(*[lambda: make(cast.northwind.pk, export.pk)] * 3)
    make(cast.northwind.pk, export.pk)
    make(cast.fabrikam.pk, export.pk)
    check_all_is_there_once(cast, client, address)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_workers_that_are_killed_in_mid_transaction_lose_nothing_and_repeat_nothing(cast, workers):
    """Batches here are as large as they really are: the workers are processes of their own."""
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *(customer(f"Customer {n}") for n in range(5_000)), groups=[cast.nordics])
    client = cast.sign_in()
    with held("NEW.gathered > 2000", table="exports_export") as hold:
        address = ask(client)
        workers.start()
        until(hold.caught)
        workers.kill()
    assert (newest(cast).state, newest(cast).gathered) == ("gathering", 2_000)
    spool = files.spool_of(newest(cast))
    assert spool.stat().st_size > newest(cast).spooled, "a batch that nobody committed lies there"
    with held("NEW.state = 'done'", table="exports_export") as hold:
        Job.objects.update(due_at=timezone.now())
        assert work.sweep() == 1
        workers.start()
        until(hold.caught)
        workers.kill()
    assert newest(cast).state == "writing"
    Job.objects.update(due_at=timezone.now())
    assert work.sweep() == 1
    workers.start()
    until(lambda: newest(cast).state == "done")
    until(lambda: not spool.exists())
    check_all_is_there_once(cast, client, address, 5_000)


# A person who sees less


def lose_the_role(cast):
    cast.members["key_account_manager"].is_active = False
    cast.members["key_account_manager"].save()


def lose_the_group(cast):
    with acting_for(cast.northwind.pk):
        Assignment.objects.filter(membership=cast.members["key_account_manager"]).delete()


def become_group_bound(cast):
    member = cast.members["reseller_admin"]
    member.role = Role.KEY_ACCOUNT_MANAGER
    member.save()
    with acting_for(cast.northwind.pk):
        Assignment.objects.create(reseller=cast.northwind, group=cast.nordics, membership=member)


LOSSES = [
    ("key_account_manager", lose_the_role),
    ("key_account_manager", lose_the_group),
    ("reseller_admin", become_group_bound),
]


@pytest.mark.parametrize(("role", "loss"), LOSSES)
@pytest.mark.parametrize("steps", [0, 1, 5])
def test_who_sees_less_gets_no_file(cast, customers, sent, monkeypatch, role, loss, steps):
    monkeypatch.setattr(work, "TURN", -1.0)
    ask(cast.sign_in(role))
    for _ in range(steps):
        work_on(cast)
    assert newest(cast).state in ("gathering", "writing")
    loss(cast)
    export = work_on(cast)
    assert (export.state, export.error) == ("failed", "sight_changed")
    assert (lying(cast), exported(cast)) == ([], [])
    assert not Job.objects.exists()


@pytest.mark.parametrize(("role", "loss"), LOSSES)
def test_a_finished_file_is_not_given_to_who_sees_less_now(cast, customers, sent, role, loss):
    client = cast.sign_in(role)
    address = ask(client)
    work_on(cast)
    assert len(names_in(client, address)) == 35
    loss(cast)
    assert client.get(f"{address}download/").status_code in (403, 404)
    assert "download/" not in client.get(address).text


def test_who_sees_more_now_gets_the_file_as_it_was_asked_for(cast, customers, sent):
    client = cast.sign_in("key_account_manager")
    address = ask(client)
    with acting_for(cast.northwind.pk):
        member = cast.members["key_account_manager"]
        Assignment.objects.create(reseller=cast.northwind, group=cast.dach, membership=member)
    work_on(cast)
    assert len(names_in(client, address)) == 35


def test_a_filter_by_a_group_that_is_gone_exports_nothing_instead_of_everything(cast, customers, sent):
    client = cast.sign_in()
    address = ask(client, group=str(cast.nordics.public_id))
    with acting_for(cast.northwind.pk):
        cast.nordics.delete()
    assert work_on(cast).error == "sight_changed"
    page = client.get(address)
    assert "have changed since" in page.text and "A list that no longer exists" in page.text


def test_more_than_a_workbook_may_hold_is_told(cast, customers, sent, monkeypatch):
    monkeypatch.setitem(FORMATS, "xlsx", FORMATS["xlsx"]._replace(most=34))
    client = cast.sign_in()
    address = ask(client, "xlsx")
    assert work_on(cast).error == "too_many"
    assert "An XLSX file holds up to 200,000 organizations" in client.get(address).text
    assert ask(client, "csv") and work_on(cast).state == "done"


def test_what_keeps_failing_for_our_fault_says_so(cast, customers, sent, monkeypatch):
    client = cast.sign_in()
    address = ask(client)
    monkeypatch.setattr(files, "save", lambda export, content: 1 / 0)
    for _ in range(work.MOST_FAILURES):
        assert newest(cast).state != "failed"
        work_on(cast)
    assert newest(cast).error == "internal"
    assert "Something went wrong on our side" in client.get(address).text
    assert (lying(cast), Job.objects.count()) == ([], 0)


# The end of a file


def test_after_a_day_the_file_is_gone(cast, customers, sent):
    client = cast.sign_in()
    address = ask(client)
    work_on(cast)
    assert expiring.sweep() == 0
    with acting_for(cast.northwind.pk):
        Export.objects.update(finished_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert client.get(f"{address}download/").status_code == 404, "even when the sweep is late"
    assert "no longer kept" in client.get(address).text
    assert expiring.sweep() == 1
    assert (newest(cast).state, lying(cast)) == ("expired", [])
    page = client.get("/organizations/exports/")
    assert "Expired" in page.text and "download/" not in page.text


def test_the_sweep_takes_what_nobody_uses_and_leaves_what_is_being_made(cast, customers, sent, monkeypatch):
    monkeypatch.setattr(work, "TURN", -1.0)
    ask(cast.sign_in())
    export = work_on(cast)
    folder = files.folder_of(cast.northwind)
    for name in ("00000000-0000-7000-8000-000000000000.csv", "anything"):
        (folder / name).touch()
    assert expiring.sweep() == 2
    assert lying(cast) == [f"{export.public_id}.rows"]


def test_of_a_finished_export_only_its_file_is_kept(cast, customers, sent):
    """A worker that is killed right after the last commit leaves its spool, one that was overtaken half a file."""
    ask(cast.sign_in())
    export = work_on(cast)
    for ending in ("rows", "x1y2z3.part"):
        (files.folder_of(cast.northwind) / f"{export.public_id}.{ending}").touch()
    assert expiring.sweep() == 2
    assert lying(cast) == [f"{export.public_id}.csv"]


def erase(cast, organization):
    with acting_for(cast.northwind.pk):
        archive_organizations(cast.admin, Organization.objects.filter(pk=organization.pk))
    answer = cast.sign_in().post(f"/organizations/{organization.public_id}/erase/", {"name": organization.name})
    assert answer.status_code == 302


def test_erasing_a_customer_takes_finished_exports_along(cast, customers, sent, django_capture_on_commit_callbacks):
    client = cast.sign_in()
    address = ask(client)
    work_on(cast)
    with django_capture_on_commit_callbacks(execute=True):
        erase(cast, customers[0])
    assert (newest(cast).state, lying(cast)) == ("expired", [])
    assert client.get(f"{address}download/").status_code == 404


def test_erasing_a_customer_begins_unfinished_exports_anew(cast, customers, sent, monkeypatch):
    monkeypatch.setattr(work, "TURN", -1.0)
    client = cast.sign_in()
    address = ask(client)
    while newest(cast).state == "gathering":
        work_on(cast)
    assert b"Customer 0" in files.spool_of(newest(cast)).read_bytes()
    erase(cast, customers[0])
    assert (newest(cast).state, newest(cast).gathered) == ("gathering", 0)
    while newest(cast).state != "done":
        work_on(cast)
    assert len(found := names_in(client, address)) == 34 and "Customer 0" not in found


def test_an_export_belongs_to_its_reseller_in_the_database_too(cast, customers, sent):
    ask(cast.sign_in())
    with acting_for(cast.fabrikam.pk):
        assert not Export.objects.exists()
        assert not get_exports(cast.neighbours_admin).exists()


def test_the_list_asks_as_often_for_many_exports_as_for_few(cast, customers, sent):
    client = cast.sign_in()
    ask(client)
    client.get("/organizations/exports/")
    with CaptureQueriesContext(connection) as few:
        client.get("/organizations/exports/")
    with acting_for(cast.northwind.pk):
        member = cast.members["reseller_admin"]
        Export.objects.bulk_create(
            Export(reseller=cast.northwind, membership=member, format="csv", asked={"search": f"x{n}"})
            for n in range(40)
        )
    with CaptureQueriesContext(connection) as many:
        page = client.get("/organizations/exports/")
    assert len(page.context["exports"]) == 25 and page.context["pager"]["next_url"]
    assert len(many) == len(few)


def test_nobody_else_on_the_machine_may_read_the_folder(cast, customers, sent):
    ask(cast.sign_in())
    work_on(cast)
    assert stat.S_IMODE(files.folder_of(cast.northwind).stat().st_mode) == 0o700


def test_the_task_is_the_one_that_the_verb_sends():
    from cloudbroker.celery import app

    app.loader.import_default_modules()
    assert {making.MAKE, "exports.sweep"} <= app.tasks.keys()
