"""Undo: what a batch created and nobody touched since goes, what it changed goes back, everything else stays."""

import re
import uuid
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from support import database
from support.cast import customer
from support.files import newest, numbered, organizations, table, upload, work_on
from support.programs import program

from accounts.tenancy import acting_for
from cloudbroker.embedded import OWNER
from csp_link.linking import link_tenant
from csp_link.models import Tenant
from events.models import Event
from imports import undo as undoing
from imports.models import Undo
from imports.tasks import create, read, undo_batch
from organizations.changes import archive_organizations, change_organization
from organizations.members import add_members
from organizations.models import Organization

pytestmark = pytest.mark.django_db


def imported(cast, *rows, role="reseller_admin", **data):
    """A finished import of these rows; returns the client, the address of its undo and the import."""
    client = cast.sign_in(role)
    address = upload(client, table(*rows), **data).url
    work_on(cast, read)
    client.post(f"{address}start/")
    job = work_on(cast, create)
    assert job.state == "done"
    return client, f"/organizations/undo/{job.public_id}/", job


def run(cast, client, address):
    answer = client.post(address)
    assert answer.status_code == 302, answer.content
    with acting_for(cast.northwind.pk):
        (undo,) = Undo.objects.filter(finished_at=None)
    undo_batch(cast.northwind.pk, undo.pk)
    with acting_for(cast.northwind.pk):
        return Undo.objects.get(pk=undo.pk)


def counts(undo):
    return undo.removed, undo.restored, undo.kept


def test_what_was_created_and_not_touched_is_removed_and_the_rest_kept_with_its_reason(cast):
    client, address, _ = imported(cast, *[numbered(n) for n in range(1, 7)])
    with acting_for(cast.northwind.pk):
        found = {row.customer_number: row for row in Organization.objects.all()}
        change_organization(cast.admin, found["000001"], {"city": "A"}, version=1)
        archive_organizations(cast.admin, Organization.objects.filter(pk=found["000002"].pk))
        add_members(cast.admin, cast.nordics, Organization.objects.filter(pk=found["000003"].pk))
    page = client.get(address).text
    assert "Undo the import of customers.csv</h1>" in page, "the question names what it is about"
    assert "3 organizations are removed" in page and "3 were touched since" in page
    undo = run(cast, client, address)
    assert counts(undo) == (3, 0, 3)
    assert set(organizations(cast)) == {f"customer-{n}.example" for n in (1, 2, 3)}
    page = client.get(address).text
    assert "Customer 1 AB" in page and "was changed since" in page and "was archived since" in page
    assert newest(cast).state == "undone"
    with acting_for(cast.northwind.pk):
        gone = Event.objects.filter(kind="organization.removed")
        assert gone.count() == 3
        assert gone.first().details["values"]["primary_domain"] == "customer-4.example"


def test_of_an_import_that_people_have_worked_with_exactly_the_untouched_goes_and_the_rest_is_named(cast):
    """Twelve rows: eight new, three that change what existed, one that finds it as it is. Then five are touched."""
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *[numbered(n) | {"city": "Umeå"} for n in range(9, 13)])
    changed = [numbered(n) | {"city": "Kiruna"} for n in range(9, 12)]
    rows = [*(numbered(n) for n in range(1, 9)), *changed, numbered(12)]
    client, address, job = imported(cast, *rows, mode="update")
    assert (job.rows_created, job.rows_updated, job.rows_unchanged) == (8, 3, 1)
    with acting_for(cast.northwind.pk):
        found = {int(row.customer_number): row for row in Organization.objects.all()}
        for number, version in {1: 1, 2: 1, 9: 2}.items():
            change_organization(cast.admin, found[number], {"state": "Edited"}, version=version)
        tenant = Tenant.objects.create(reseller=cast.northwind, tenant_id=uuid.uuid4(), name="Contoso")
        link_tenant(cast.admin, tenant, found[3])
        add_members(cast.admin, cast.nordics, Organization.objects.filter(pk=found[4].pk))
    page = client.get(address).text
    for foreseen in ("4 organizations are removed", "2 get their earlier values back", "5 were touched since"):
        assert foreseen in page
    before = organizations(cast)
    assert counts(run(cast, client, address)) == (4, 2, 5)
    told = dict(re.findall(r"<li><a[^>]*>([^<]+)</a>: ([^<]+)</li>", client.get(address).text))
    assert told == {
        "Customer 1 AB": "It was changed since.",
        "Customer 2 AB": "It was changed since.",
        "Customer 3 AB": "It was linked to a Microsoft tenant since.",
        "Customer 4 AB": "It was changed since.",
        "Customer 9 AB": "It was changed since.",
    }
    after = {int(row.customer_number): row for row in organizations(cast).values()}
    assert sorted(after) == [1, 2, 3, 4, 9, 10, 11, 12], "5 to 8 are gone"
    assert [after[n].city for n in (9, 10, 11, 12)] == ["Kiruna", "Umeå", "Umeå", "Umeå"]
    untouched = {row.pk: row.version for number, row in after.items() if number in (1, 2, 3, 4, 9, 12)}
    assert untouched == {row.pk: row.version for row in before.values() if row.pk in untouched}
    with acting_for(cast.northwind.pk):
        assert Tenant.objects.get().organization_id == found[3].pk
        undone = Undo.objects.get().public_id
        made = Event.objects.filter(batch_id=undone).values_list("kind", flat=True)
        assert sorted(made) == ["batch.undone", *["organization.changed"] * 2, *["organization.removed"] * 4]


def test_what_was_changed_gets_its_old_values_back(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, numbered(1) | {"city": "Umeå", "billing_start_date": "31/01/2026"}, numbered(2))
    rows = [
        numbered(1) | {"city": "Kiruna", "billing_start_date": "01/02/2026", "approval_limit": "1234.50"},
        numbered(2) | {"city": "Kiruna"},
        numbered(3),
    ]
    client, address, _ = imported(cast, *rows, mode="update")
    with acting_for(cast.northwind.pk):
        (other,) = Organization.objects.filter(customer_number="000002")
        change_organization(cast.admin, other, {"state": "X"}, version=2)
    assert counts(run(cast, client, address)) == (1, 1, 1)
    found = organizations(cast)
    back = found["customer-1.example"]
    assert (back.city, str(back.billing_start_date), back.approval_limit) == ("Umeå", "2026-01-31", None)
    assert found["customer-2.example"].city == "Kiruna"
    assert "customer-3.example" not in found


def test_an_old_value_that_somebody_else_has_now_is_kept_with_its_reason(cast):
    with acting_for(cast.northwind.pk):
        (old,) = cast.create(cast.admin, numbered(1))
    row = {"Organization ID": str(old.public_id), **numbered(1), "primary_domain": "moved.example"}
    client, address, _ = imported(cast, row, mode="update")
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Newcomer AB", primary_domain="customer-1.example"))
    assert counts(run(cast, client, address)) == (0, 0, 1)
    assert "another organization has them" in client.get(address).text


def test_asked_for_twice_it_is_done_once(cast):
    client, address, _ = imported(cast, numbered(1))
    assert client.post(address).status_code == client.post(address).status_code == 302
    with acting_for(cast.northwind.pk):
        (undo,) = Undo.objects.all()
    undo_batch(cast.northwind.pk, undo.pk)
    undo_batch(cast.northwind.pk, undo.pk)
    with acting_for(cast.northwind.pk):
        assert Undo.objects.get().removed == 1
        assert Event.objects.filter(kind="organization.removed").count() == 1


def test_killed_between_two_chunks_it_goes_on(cast, monkeypatch):
    monkeypatch.setattr(undoing, "CHUNK", 3)
    client, address, _ = imported(cast, *[numbered(n) for n in range(10)])
    client.post(address)
    with acting_for(cast.northwind.pk):
        undo = Undo.objects.get()
    real, calls = undoing.undo_some, []

    def dies_at_the_third(*args, **kwargs):
        calls.append(1)
        done = real(*args, **kwargs)
        if len(calls) == 3:
            raise RuntimeError("killed")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(undoing, "undo_some", dies_at_the_third)
        undo_batch(cast.northwind.pk, undo.pk)
    with acting_for(cast.northwind.pk):
        assert Undo.objects.get().removed == Event.objects.filter(kind="organization.removed").count() == 6
    undo_batch(cast.northwind.pk, undo.pk)
    with acting_for(cast.northwind.pk):
        assert counts(Undo.objects.get()) == (10, 0, 0)
        assert Event.objects.filter(kind="organization.removed").count() == 10
    assert organizations(cast) == {}


def test_a_grid_and_a_programs_call_are_undone_the_same_way(cast):
    client = cast.sign_in()
    answer = client.post("/organizations/create-multiple/rows/", customer("Grid AB"))
    assert "/organizations/undo/" in client.get(answer.url).text
    batch = answer.url.split("/")[-2]
    assert counts(run(cast, client, f"/organizations/undo/{batch}/")) == (1, 0, 0)
    told = program(cast).post("organizations/bulk", {"rows": [customer("A AB"), customer("B AB")]}).json()
    assert counts(run(cast, client, f"/organizations/undo/{told['batch_id']}/")) == (2, 0, 0)
    assert organizations(cast) == {}


def test_who_made_it_may_undo_it_and_others_may_not(cast):
    group = str(cast.nordics.public_id)
    client, address, job = imported(cast, numbered(1), role="key_account_manager", group=group)
    assert "Undo this import" in client.get(f"/organizations/imports/{job.public_id}/").text
    for role, status in (("limited_key_account_manager", 404), ("view_only_admin", 403), ("neighbour", 404)):
        assert cast.sign_in(role).get(address).status_code == status
        assert cast.sign_in(role).post(address).status_code == status
    assert cast.sign_in().get(address).status_code == 200
    assert counts(run(cast, client, address)) == (1, 0, 0)


def test_who_lost_the_group_removes_nothing_of_it(cast):
    group = str(cast.nordics.public_id)
    client, address, _ = imported(cast, numbered(1), role="key_account_manager", group=group)
    client.post(address)
    with acting_for(cast.northwind.pk):
        from groups.models import Assignment

        Assignment.objects.filter(membership=cast.members["key_account_manager"]).delete()
        undo = Undo.objects.get()
    undo_batch(cast.northwind.pk, undo.pk)
    with acting_for(cast.northwind.pk):
        assert counts(Undo.objects.get()) == (0, 0, 1)
    assert len(organizations(cast)) == 1


def test_who_is_deactivated_meanwhile_stops_it(cast):
    client, address, _ = imported(cast, numbered(1))
    client.post(address)
    member = cast.members["reseller_admin"]
    member.is_active = False
    member.save()
    with acting_for(cast.northwind.pk):
        undo = Undo.objects.get()
    undo_batch(cast.northwind.pk, undo.pk)
    with acting_for(cast.northwind.pk):
        assert Undo.objects.get().failed
    assert len(organizations(cast)) == 1


def test_what_runs_or_does_not_exist_is_not_undone(cast):
    client = cast.sign_in()
    address = upload(client, table(count=3)).url
    work_on(cast, read)
    job = newest(cast)
    assert client.get(f"/organizations/undo/{job.public_id}/").status_code == 404, "nothing was created yet"
    client.post(f"{address}start/")
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer())
        one = Event.objects.filter(kind="organization.created").first()
    assert client.get(f"/organizations/undo/{one.public_id}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_after_thirty_days_it_is_too_late(cast):
    client, address, job = imported(cast, numbered(1))
    past = timezone.now() - timedelta(days=31)
    with psycopg.connect(database.cluster().url(connection.settings_dict["NAME"], OWNER), autocommit=True) as owner:
        owner.execute("UPDATE events_event SET at = %s WHERE batch_id = %s", [past, job.public_id])
    assert "more than 30 days ago" in client.get(address).text
    assert client.post(address).status_code == 409
    assert len(organizations(cast)) == 1


def test_the_same_file_can_be_imported_again_after_it(cast):
    client, address, _ = imported(cast, *[numbered(n) for n in range(5)])
    run(cast, client, address)
    imported(cast, *[numbered(n) for n in range(5)])
    assert len(organizations(cast)) == 5


def test_the_number_of_queries_does_not_grow(cast, django_assert_max_num_queries):
    client, address, _ = imported(cast, *[numbered(n) for n in range(100)])
    client.post(address)
    with acting_for(cast.northwind.pk):
        undo = Undo.objects.get()
    with django_assert_max_num_queries(45):
        undo_batch(cast.northwind.pk, undo.pk)
