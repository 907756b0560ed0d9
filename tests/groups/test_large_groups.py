"""Deleting a large group: gone for everybody with the request, and emptied by workers afterwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from support.cast import customer
from support.programs import program

from accounts.tenancy import acting_for
from events.models import Event
from groups.assigning import get_own_groups
from groups.changes import create_group
from groups.models import Group
from jobs.models import Job
from jobs.work import Turn
from organizations import members
from organizations.changes import archive_organizations
from organizations.members import DISSOLVE, empty_deleted_group
from organizations.models import GroupMembership, Organization
from organizations.tasks import empty_group

KAM, COUNT = "key_account_manager", 7


@pytest.fixture
def large(cast, monkeypatch):
    """Nordics holds more than is taken out at once, an archived one among them, and one that is in DACH as well."""
    monkeypatch.setattr(members, "AT_ONCE", 3)
    with acting_for(cast.northwind.pk):
        rows = [customer(f"Member {number} AB") for number in range(COUNT)]
        made = cast.create(cast.admin, *rows, groups=[cast.nordics])
        members.add_members(cast.admin, cast.dach, Organization.objects.filter(pk=made[0].pk))
        archive_organizations(cast.admin, Organization.objects.filter(pk=made[1].pk))
    return cast.nordics


def delete(cast, group):
    return cast.sign_in().post(f"/groups/{group.public_id}/delete/", follow=True)


def work(cast, group):
    empty_group(cast.northwind.pk, group.pk)


def seen(client):
    page = client.get("/organizations/").context
    return [row["name"] for row in page["rows"]]


def test_with_the_request_nobody_sees_through_it_any_more(cast, large):
    client, erp = cast.sign_in(KAM), program(cast, KAM)
    assert len(seen(client)) == len(erp.get("organizations").json()["items"]) == COUNT - 1
    page = delete(cast, large)
    assert "Deleted the group Nordics. It held 7 organizations, which stay." in page.text
    assert seen(client) == [] and erp.get("organizations").json()["items"] == []
    assert client.get("/groups/").context["rows"] == [] and erp.get("groups").json()["items"] == []
    assert [row["name"] for row in page.context["rows"]] == ["DACH"]
    for view in ("", "edit/", "members/", "delete/"):
        assert cast.sign_in().get(f"/groups/{large.public_id}/{view}").status_code == 404
    with acting_for(cast.northwind.pk):
        assert get_own_groups(cast.members[KAM]) == []


def test_its_name_is_free_at_once_and_its_organizations_are_in_no_group(cast, large):
    delete(cast, large)
    with acting_for(cast.northwind.pk):
        create_group(cast.admin, name="nordics")
    listed = cast.sign_in().get("/organizations/?group=none").context["rows"]
    assert len(listed) == COUNT - 2, "without the one in DACH and the archived one"


def test_the_list_says_how_far_it_is_until_it_is_done(cast, large):
    delete(cast, large)
    client = cast.sign_in()
    assert "Deleting Nordics: 0 of 7 organizations taken out" in client.get("/groups/").text
    with acting_for(cast.northwind.pk):
        GroupMembership.objects.filter(group_id=large.pk).order_by("id").first().delete()
    assert "Deleting Nordics: 1 of 7 organizations taken out" in client.get("/groups/dissolving/").text
    assert "Deleting" not in cast.sign_in("view_only_admin").get("/groups/").text
    work(cast, large)
    assert "Deleting" not in client.get("/groups/").text
    assert client.get("/groups/dissolving/").headers["HX-Refresh"] == "true"


def test_every_organization_gets_a_version_and_an_event_and_then_the_group_is_gone(cast, large):
    with acting_for(cast.northwind.pk):
        before = dict(Organization.objects.values_list("pk", "version"))
    delete(cast, large)
    work(cast, large)
    with acting_for(cast.northwind.pk):
        after = dict(Organization.objects.values_list("pk", "version"))
        told = Event.objects.filter(kind="organization.ungrouped")
        assert after == {pk: version + 1 for pk, version in before.items()}
        assert (told.count(), told.values("subject_id", "batch_id").distinct().count()) == (COUNT, COUNT)
        assert set(told.values_list("actor_label", flat=True)) == {"Reseller Admin"}
        assert [event.details for event in Event.objects.filter(kind="group.deleted")] == [{"name": "Nordics"}]
        assert not Group.objects.filter(pk=large.pk).exists()
        assert list(GroupMembership.objects.values_list("group_id", flat=True)) == [cast.dach.pk]
    assert not Job.objects.filter(task=DISSOLVE).exists()


def test_a_worker_that_was_killed_between_two_steps_leaves_the_rest_to_the_next(cast, large, monkeypatch):
    delete(cast, large)
    monkeypatch.setattr(Turn, "is_over", property(lambda turn: held(cast, large) < COUNT))
    empty_deleted_group(Turn(cast.northwind.pk, DISSOLVE, large.pk))
    assert 0 < held(cast, large) < COUNT
    monkeypatch.undo()
    work(cast, large)
    work(cast, large)
    assert held(cast, large) == 0
    with acting_for(cast.northwind.pk):
        assert Event.objects.filter(kind="organization.ungrouped").count() == COUNT


def held(cast, group):
    with acting_for(cast.northwind.pk):
        return GroupMembership.objects.filter(group_id=group.pk).count()


def test_the_request_asks_as_much_for_many_as_for_few(cast, large):
    def queries(group):
        client = cast.sign_in()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.post(f"/groups/{group.public_id}/delete/")
        return len(asked)

    with acting_for(cast.northwind.pk):
        few = create_group(cast.admin, name="Few")
        members.add_members(cast.admin, few, Organization.objects.exclude(name__endswith="2 AB"))
    assert queries(few) == queries(large)
