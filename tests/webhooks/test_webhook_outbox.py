"""From the event log to messages: nothing is missed, whoever commits late, dies or restores a backup."""

import threading

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from support.cast import customer
from support.database import cluster
from support.files import newest, table, upload, work_on
from support.programs import program
from support.webhooks import Webhook
from support.workers import until

from accounts.tenancy import acting_for
from cloudbroker.embedded import OWNER
from groups.changes import create_group
from imports.tasks import create, read
from jobs import work
from jobs.models import Job
from organizations.access import get_organization
from organizations.changes import archive_organizations, erase_organization
from organizations.models import Organization
from webhooks.endpoints import switch_off, switch_on
from webhooks.tasks import tick

# In a transaction of its own no event would ever be settled.
pytestmark = pytest.mark.django_db(transaction=True)


def make(cast, *names):
    with acting_for(cast.northwind.pk):
        return cast.create(cast.admin, *[customer(name) for name in names], groups=[cast.nordics])


def types(receiver):
    return [message["type"] for message in receiver.messages]


def test_an_event_becomes_a_message_with_the_organization_as_it_is(webhook, receiver, cast):
    (made,) = make(cast, "Åkeri Nord AB")
    webhook.work()
    (message,) = receiver.messages
    (event,) = webhook.events("organization.created")
    assert message["type"] == "organization.created"
    data = message["data"]
    assert (data["subject_id"], data["actor"]["name"]) == (str(made.public_id), "Reseller Admin")
    assert receiver.requests[0]["headers"]["webhook-id"] == f"msg_{event.public_id.hex}"
    assert "Åkeri Nord AB".encode() in receiver.requests[0]["body"]
    assert (tick(), webhook.jobs) == (0, 0)
    assert data["organization"] == program(cast).get(f"organizations/{made.public_id}").json()


def test_only_the_chosen_kinds_are_sent(cast, receiver):
    chosen = Webhook(cast, receiver, kinds=frozenset({"group.created"}))
    make(cast, "One AB")
    with acting_for(cast.northwind.pk):
        create_group(cast.admin, name="Benelux")
    chosen.work()
    assert types(receiver) == ["group.created"] and len(chosen.log) == 1
    assert tick() == 0


def test_what_happened_before_or_while_it_was_off_is_not_sent(cast, receiver):
    make(cast, "Before AB")
    webhook = Webhook(cast, receiver)
    webhook.do(switch_off)
    make(cast, "Meanwhile AB")
    assert tick() == 0
    webhook.do(switch_on)
    make(cast, "After AB")
    webhook.work()
    assert [message["data"]["organization"]["name"] for message in receiver.messages] == ["After AB"]


def test_the_neighbours_events_stay_with_the_neighbour(webhook, receiver, cast):
    webhook.work()
    with acting_for(cast.fabrikam.pk):
        cast.create(cast.neighbours_admin, customer("Theirs GmbH"))
    assert tick() == 0
    webhook.work()
    assert receiver.requests == []


def test_an_event_that_commits_late_is_not_missed(webhook, receiver, cast):
    """Its id is lower than that of one that was sent before."""
    begun, go_on = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            make(cast, "Late AB")
            begun.set()
            assert go_on.wait(20)
        connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert begun.wait(20)
    make(cast, "Early AB")
    webhook.work()
    go_on.set()
    thread.join()
    webhook.work()
    names = [message["data"]["organization"]["name"] for message in receiver.messages]
    assert sorted(names) == ["Early AB", "Late AB"]


def test_an_event_is_sent_once_when_nothing_goes_wrong(webhook, receiver, cast):
    for number in range(3):
        make(cast, f"Number {number} AB")
        webhook.work()
        webhook.work()
    assert len(receiver.requests) == 3


def test_a_retry_tells_the_record_as_it_is_by_then(webhook, receiver, cast):
    """So a message that comes late never takes a copy back to what was."""
    receiver.how = "refuse"
    (made,) = make(cast, "Old AB")
    webhook.work()
    with acting_for(cast.northwind.pk):
        Organization.objects.filter(pk=made.pk).update(name="New AB")
    receiver.how = "ok"
    webhook.put(next_at=timezone.now())
    webhook.set(paused_until=None)
    webhook.work()
    assert [message["data"]["organization"]["name"] for message in receiver.messages] == ["Old AB", "New AB"]


def test_nothing_of_an_erased_customer_is_sent_or_lies_in_the_log(webhook, receiver, cast):
    (made,) = make(cast, "Secretive AB")
    with acting_for(cast.northwind.pk):
        archive_organizations(cast.admin, Organization.objects.filter(pk=made.pk))
        erase_organization(cast.admin, get_organization(cast.admin, made.public_id))
    webhook.work()
    assert sorted(types(receiver)) == ["organization.archived", "organization.created", "organization.erased"]
    assert not [request for request in receiver.requests if b"Secretive" in request["body"]]


def test_a_receiver_that_says_back_what_it_was_told_leaves_nothing_of_an_erased_customer(webhook, receiver, cast):
    receiver.how = "echo"
    made, _ = make(cast, "Secretive AB", "Other AB")
    with acting_for(cast.northwind.pk):
        archive_organizations(cast.admin, Organization.objects.filter(pk=made.pk))
    webhook.work()
    assert len([one for one in webhook.log if "Secretive" in one.excerpt]) == 2
    answer = cast.sign_in().post(f"/organizations/{made.public_id}/erase/", {"name": "Secretive AB"})
    assert answer.status_code == 302
    webhook.work()
    assert {one.excerpt[:9] for one in webhook.log if one.subject_id != made.public_id} == {'{"type":"'}
    assert not [one for one in webhook.log if "Secretive" in one.excerpt]


def test_a_record_that_is_gone_is_null(webhook, receiver, cast):
    (made,) = make(cast, "Gone AB")
    with acting_for(cast.northwind.pk):
        Organization.objects.filter(pk=made.pk).delete()
    webhook.work()
    assert receiver.messages[0]["data"]["organization"] is None


# Large imports


def run_import(cast, rows):
    upload(cast.sign_in(), table(count=rows))
    work_on(cast, read)
    cast.sign_in().post(f"/organizations/imports/{newest(cast).public_id}/start/")
    work_on(cast, create)


@pytest.mark.parametrize(("most", "each", "told"), [(3, False, 0), (4, False, 4), (3, True, 4)])
def test_a_large_import_is_told_as_a_whole_unless_each_is_asked_for(cast, receiver, monkeypatch, most, each, told):
    monkeypatch.setattr("webhooks.outbox.MOST_TOLD_EACH", most)
    webhook = Webhook(cast, receiver, each_organization=each)
    run_import(cast, rows=4)
    webhook.work()
    assert types(receiver).count("organization.created") == told
    assert {"import.read", "import.started", "import.finished"} <= set(types(receiver))
    (finished,) = [message for message in receiver.messages if message["type"] == "import.finished"]
    assert (finished["data"]["import"]["state"], finished["data"]["import"]["rows_created"]) == ("done", 4)


def test_thousands_of_events_are_read_in_chunks(cast, receiver, monkeypatch):
    monkeypatch.setattr("webhooks.outbox.CHUNK", 7)
    webhook = Webhook(cast, receiver)
    make(cast, *[f"Number {number} AB" for number in range(30)])
    webhook.work()
    assert len({request["headers"]["webhook-id"] for request in receiver.requests}) == len(receiver.requests) == 30


# A restored backup


def test_after_a_restore_it_goes_on_with_what_happens_from_then_on(webhook, receiver, cast):
    """Where a dump is restored, ids of transactions begin again at a low number."""
    make(cast, "Restored AB")
    bring_from_a_busier_cluster()
    webhook.set(read_transaction=2**40)
    assert tick() == 1
    webhook.turn()
    assert tick() == 0
    make(cast, "After AB")
    webhook.work()
    assert [message["data"]["organization"]["name"] for message in receiver.messages] == ["After AB"]


def bring_from_a_busier_cluster():
    """Every event so far as a dump brings it along."""
    url = cluster().url(connection.settings_dict["NAME"], OWNER)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("UPDATE events_event SET transaction = %s", [2**40 + 5])


# Workers


@pytest.fixture
def workers(workers):
    workers.environment["WEBHOOKS_CALL_LOOPBACK"] = "true"
    return workers


@pytest.mark.processes
@pytest.mark.timeout(300)
def test_a_committed_event_arrives_though_every_worker_was_killed_while_sending(webhook, receiver, cast, workers):
    receiver.how = "hang"
    make(cast, "Survivor AB")
    workers.start()
    # An event waits for every transaction that began before its own; another test may hold one open for a minute.
    until(lambda: (tick(), receiver.requests)[1], within=150)
    workers.kill()
    workers.empty_queues()
    (delivery,) = webhook.log
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    receiver.how = "ok"
    webhook.put(next_at=timezone.now())
    Job.objects.update(due_at=timezone.now())
    assert work.sweep() == 1
    workers.start()
    until(lambda: webhook.log[0].state == "delivered")
    assert len(receiver.requests) == 2
    assert len({request["headers"]["webhook-id"] for request in receiver.requests}) == 1
