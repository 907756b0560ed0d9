"""The event log's page and file: everybody finds exactly the events of what they see."""

import csv
import io
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from support import database
from support.cast import customer

from accounts.models import new_id
from accounts.tenancy import acting_for
from cloudbroker.embedded import OWNER
from events.log import erase_person, record
from events.models import Event, Kind
from organizations.changes import archive_organizations, change_organization, erase_organization
from organizations.models import Organization

YEARS = timedelta(days=3 * 365)


@pytest.fixture
def log(cast):
    """A change in Nordics by the Key Account Manager, one in DACH, one of the neighbour's, and an import's."""
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, customer("Own AB", city="Umeå"), groups=[cast.nordics])
        (dach,) = cast.create(cast.admin, customer("Dach GmbH"), groups=[cast.dach])
        change_organization(cast.act_as("key_account_manager"), own, {"city": "=Lund"}, version=1)
        record(cast.admin, Kind.GROUP_CREATED, cast.dach.public_id)
    with acting_for(cast.fabrikam.pk):
        cast.create(cast.neighbours_admin, customer("Neighbour Ltd"))
    return {"own": own, "dach": dach}


def told(client, query=""):
    answer = client.get(f"/events/{query}")
    assert answer.status_code == 200
    return [(row["who"], row["sentence"], row["subject"] and row["subject"].name) for row in answer.context["events"]]


def test_an_admin_reads_who_did_what_newest_first_and_with_before_and_after(cast, log):
    assert told(cast.sign_in()) == [
        ("Reseller Admin", "created the group", "DACH"),
        ("Key Account Manager", "changed the organization", "Own AB"),
        ("Reseller Admin", "created the organization", "Dach GmbH"),
        ("Reseller Admin", "created the organization", "Own AB"),
    ]
    page = cast.sign_in().get("/events/").text
    assert "<del>Umeå</del>" in page and "<ins>=Lund</ins>" in page
    assert f'href="/organizations/{log["own"].public_id}/"' in page


@pytest.mark.parametrize("role", ["key_account_manager", "key_account_viewer", "sales_agent"])
def test_group_bound_people_see_the_events_of_their_organizations_and_nothing_else(cast, log, role):
    client = cast.sign_in(role)
    assert [subject for _, _, subject in told(client)] == ["Own AB", "Own AB"]
    assert "Dach" not in client.get("/events/").text
    assert "Dach" not in file_of(client)
    for query in (f"?subject={log['dach'].public_id}", "?search=dach", f"?subject={cast.dach.public_id}"):
        assert told(client, query) == []


def test_losing_the_group_loses_its_events_with_the_next_request(cast, log):
    client = cast.sign_in("key_account_manager")
    assert told(client)
    with acting_for(cast.northwind.pk):
        cast.members["key_account_manager"].assignment_set.all().delete()
    answer = client.get("/events/")
    assert (list(answer.context["events"]), answer.context["empty"]) == ([], "no_group")
    assert "Own AB" not in file_of(client)


def test_the_neighbour_sees_only_their_own(cast, log):
    assert told(cast.sign_in("neighbour")) == [("Fabrikam's admin", "created the organization", "Neighbour Ltd")]
    assert told(cast.sign_in("neighbour"), f"?subject={log['own'].public_id}") == []


def test_every_filter_narrows_and_is_a_chip_that_can_be_taken_off(cast, log):
    client = cast.sign_in()
    kam = cast.members["key_account_manager"].user.public_id
    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
    for query, count in {
        "?kind=organization.created": 2,
        f"?person={kam}": 1,
        "?search=OWN": 2,
        f"?subject={log['dach'].public_id}": 1,
        f"?from={today}": 4,
        f"?to={today}": 4,
        f"?from={tomorrow}": 0,
        f"?to={today - timedelta(days=1)}": 0,
        "?search=own&kind=organization.changed": 1,
    }.items():
        answer = client.get(f"/events/{query}")
        assert (query, len(answer.context["events"])) == (query, count)
        assert len(answer.context["chips"]) == query.count("=")
        assert answer.context["empty"] == ("" if count else "no_match")
    assert client.get(f"/events/?search=own&person={kam}").context["chips"][1]["label"] == "Key Account Manager"


SENSELESS = "?kind=nothing ?person=x ?subject=%00 ?from=31/12/2026 ?to=9999-12-31 ?after=x&before=y ?search=%00"


@pytest.mark.parametrize("query", SENSELESS.split())
def test_what_makes_no_sense_in_the_address_narrows_nothing(cast, log, query):
    assert len(told(cast.sign_in(), query)) == 4


def test_all_pages_together_hold_every_event_once(cast):
    with acting_for(cast.northwind.pk):
        for number in range(120):
            record(cast.admin, Kind.IMPORT_FINISHED, new_id(), details={"created": number, "failed": 0})
    client, seen, query = cast.sign_in(), [], ""
    while True:
        context = client.get(f"/events/{query}").context
        seen += [row["sentence"] for row in context["events"]]
        if not (query := context["pager"]["next_url"]):
            break
    assert len(seen) == len(set(seen)) == 120
    assert len(told(client, context["pager"]["previous_url"])) == 50


def test_the_page_asks_as_often_for_many_events_as_for_few(cast, log):
    client = cast.sign_in()
    client.get("/events/")
    with CaptureQueriesContext(connection) as few:
        client.get("/events/")
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *[customer(f"More {n}") for n in range(40)])
    with CaptureQueriesContext(connection) as many:
        client.get("/events/")
    assert len(many) == len(few)


def file_of(client, **asked):
    answer = client.post("/events/export/", asked)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_the_file_holds_what_the_page_shows_and_nothing_that_a_spreadsheet_would_run(cast, log):
    rows = list(csv.DictReader(io.StringIO(file_of(cast.sign_in(), search="own"))))
    assert [(row["Who"], row["Kind"]) for row in rows] == [
        ("Key Account Manager", "organization.changed"),
        ("Reseller Admin", "organization.created"),
    ]
    assert '"=Lund"' in rows[0]["Details"]
    assert rows[0]["Record ID"] == str(log["own"].public_id)
    with acting_for(cast.northwind.pk):
        event = Event.objects.get(kind="events.exported")
    assert event.details == {"filters": {"search": "own"}}


def test_a_person_can_be_erased_from_the_log_and_from_nowhere_else(cast, log):
    kam = cast.members["key_account_manager"].user.public_id
    with acting_for(cast.northwind.pk):
        record(cast.admin, Kind.SETTINGS_CHANGED, kam, details={"changes": {"name": ["Kim", "Kim K"]}})
        erase_person(cast.admin, kam)
        about, by = Event.objects.get(subject_id=kam), Event.objects.get(actor_id=kam)
        assert (about.details, about.actor_label) == ({}, "Reseller Admin")
        assert (by.actor_label, by.subject_id) == ("", log["own"].public_id)
        assert by.details["changes"], "what was done to an organization is the organization's"
    assert told(cast.sign_in(), f"?person={kam}")[0][0] == "Somebody who was erased"
    with acting_for(cast.fabrikam.pk):
        erase_person(cast.neighbours_admin, cast.members["reseller_admin"].user.public_id)
    assert ("Reseller Admin", "created the organization", "Own AB") in told(cast.sign_in())


def test_erased_values_leave_a_sentence_with_an_ellipsis(cast):
    subject = new_id()
    with acting_for(cast.northwind.pk):
        record(cast.admin, Kind.IMPORT_READ, subject, details={})
    assert told(cast.sign_in())[0][1] == "read the file …"


def test_an_erased_organization_is_only_an_id_in_the_log(cast, log):
    with acting_for(cast.northwind.pk):
        archive_organizations(cast.admin, Organization.objects.filter(pk=log["own"].pk))
        log["own"].refresh_from_db()
        erase_organization(cast.admin, log["own"])
    assert "Umeå" not in cast.sign_in().get("/events/").text
    assert "Umeå" not in file_of(cast.sign_in())


def test_only_the_owner_may_expire_events(cast, log):
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        call_command("expire_events", "--older-than", "365")
    with acting_for(cast.northwind.pk), pytest.raises(ProgrammingError, match="permission denied"):
        Event.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_owner_expires_what_is_old_and_keeps_the_rest(cast, log):
    """By the command as operators run it, in a process that has the owner's address."""
    with acting_for(cast.northwind.pk):
        old = Event(reseller=cast.northwind, kind=Kind.GROUP_CREATED, subject_id=new_id(), at=timezone.now() - YEARS)
        old.save()
    name = connection.settings_dict["NAME"]
    owner = {"DATABASE_OWNER_URL": database.cluster().url(name, OWNER)}
    command = [sys.executable, "manage.py", "expire_events", "--older-than", "400"]
    environment = os.environ | database.environment(name) | owner
    done = subprocess.run(command, cwd=database.ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "Deleted 1 events.\n"
    with acting_for(cast.northwind.pk):
        assert (Event.objects.filter(pk=old.pk).exists(), Event.objects.count()) == (False, 4)
    refused = subprocess.run([*command[:-1], "5"], cwd=database.ROOT, env=environment, capture_output=True, text=True)
    assert "at least 90 days" in refused.stderr
