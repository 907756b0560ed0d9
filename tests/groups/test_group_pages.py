"""Groups through their pages: the list, New Group, one group, edit and delete, for everybody who may and may not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from support.cast import customer
from support.workers import at_once

from accounts.roles import GROUP_BOUND, Role
from accounts.tenancy import acting_for
from events.models import Event
from groups.assigning import lend_groups
from groups.changes import create_group
from groups.models import Assignment, Group
from organizations.changes import archive_organizations
from organizations.models import GroupMembership, Organization


def url(group, view=""):
    return f"/groups/{group.public_id}/{view}"


def posted(version="1", name="Nordics", description=""):
    return {"name": name, "description": description, "version": version}


def again(cast, group):
    with acting_for(cast.northwind.pk):
        return Group.objects.filter(pk=group.pk).first()


def events(cast, subject):
    with acting_for(cast.northwind.pk):
        rows = Event.objects.filter(subject_id=subject.public_id).order_by("id")
        return [(event.kind, event.details) for event in rows]


# The list


def rows_of(client, query=""):
    answer = client.get(f"/groups/{query}")
    assert answer.status_code == 200
    return [(row["name"], row["organizations"], row["people"]) for row in answer.context["rows"]]


def test_the_list_counts_organizations_that_are_not_archived_and_people_at_work(cast):
    with acting_for(cast.northwind.pk):
        made = cast.create(cast.admin, customer("A"), customer("B"), customer("C"), groups=[cast.nordics])
        archive_organizations(cast.admin, Organization.objects.filter(pk=made[0].pk))
    cast.members["sales_agent"].is_active = False
    cast.members["sales_agent"].save()
    assert rows_of(cast.sign_in()) == [("DACH", "0", "0"), ("Nordics", "2", "3")]


def test_somebody_who_has_a_group_twice_is_counted_once(cast):
    kam, agent = cast.members["key_account_manager"], cast.members["sales_agent"]
    with acting_for(cast.northwind.pk):
        lend_groups(cast.admin, kam, agent, [cast.nordics], until=cast.northwind.today())
    assert rows_of(cast.sign_in(), "?search=nordics") == [("Nordics", "0", "4")]


@pytest.mark.parametrize("role", GROUP_BOUND)
def test_group_bound_people_find_their_own_groups_and_no_numbers_of_people(cast, role):
    client = cast.sign_in(role)
    page = client.get("/groups/")
    assert [row["name"] for row in page.context["rows"]] == ["Nordics"]
    assert "DACH" not in page.text and "Looked after by" not in page.text and "New Group" not in page.text
    assert client.get("/groups/?search=dach").context["empty"] == "no_match"


def test_names_are_sorted_in_any_case_and_searched_in_name_and_description(cast):
    with acting_for(cast.northwind.pk):
        create_group(cast.admin, name="baltics", description="Estonia, Latvia")
    client = cast.sign_in()
    assert [name for name, _, _ in rows_of(client)] == ["baltics", "DACH", "Nordics"]
    assert [name for name, _, _ in rows_of(client, "?search=LATVIA")] == ["baltics"]
    assert [name for name, _, _ in rows_of(client, "?search=%25")] == []


def test_each_empty_list_says_why(cast):
    assert cast.sign_in("neighbour").get("/groups/?search=x").context["empty"] == "no_match"
    with acting_for(cast.northwind.pk):
        Assignment.objects.filter(reseller=cast.northwind).delete()
    assert cast.sign_in("sales_agent").get("/groups/").context["empty"] == "no_group"
    with acting_for(cast.northwind.pk):
        Group.objects.all().delete()
    page = cast.sign_in().get("/groups/")
    assert page.context["empty"] == "none_yet" and "New Group" in page.text


def test_pages_show_every_group_once_forwards_and_backwards(cast):
    with acting_for(cast.northwind.pk):
        for number in range(58):
            create_group(cast.admin, name=f"{'aB'[number % 2]} {number}")
    client, seen, query = cast.sign_in(), [], "?"
    while query:
        page = client.get(f"/groups/{query}")
        seen.append([row["name"] for row in page.context["rows"]])
        query, last = page.context["pager"]["next_url"], page
    assert [len(names) for names in seen] == [25, 25, 10]
    assert len({name for names in seen for name in names}) == 60
    back = client.get(f"/groups/{last.context['pager']['previous_url']}")
    assert [row["name"] for row in back.context["rows"]] == seen[1]


@pytest.mark.parametrize("address", ["/groups/", "/groups/{id}/", "/groups/{id}/members/"])
def test_a_page_asks_as_often_for_much_as_for_little(cast, address):
    client, numbers = cast.sign_in(), []
    for round_ in range(2):
        with acting_for(cast.northwind.pk):
            cast.create(cast.admin, *[customer(f"More {round_} {n}") for n in range(12)], groups=[cast.nordics])
            for number in range(8 * round_):
                group = create_group(cast.admin, name=f"Group {number}")
                Assignment.objects.create(
                    reseller=cast.northwind, group=group, membership=cast.members["reseller_admin"]
                )
        client.get(address.format(id=cast.nordics.public_id))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address.format(id=cast.nordics.public_id)).status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 16


# New Group


def test_a_group_is_made_with_a_clean_name_and_told_in_the_log(cast):
    answer = cast.sign_in().post(
        "/groups/new/", {"name": "  Key   accounts\u0065\u0301 ", "description": " For a\r\nfew "}
    )
    with acting_for(cast.northwind.pk):
        made = Group.objects.get(name__startswith="Key")
    assert (made.name, made.description) == ("Key accountsé", "For a\nfew")
    assert answer.headers["Location"] == url(made, "members/")
    assert [kind for kind, _ in events(cast, made)] == ["group.created"]


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({}, "Enter a group name."),
        ({"name": " \u3000 "}, "Enter a group name."),
        ({"name": "NORDICS"}, "There is a group named “NORDICS” already. Choose another name."),
        ({"name": "x" * 256}, "Use at most 255 characters; this has 256."),
        ({"name": "a\x07b"}, "Remove the control characters."),
        ({"name": "a\x00b"}, "Remove the control characters."),
        ({"name": "X", "description": "y" * 2001}, "Use at most 2000 characters; this has 2001."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_made(cast, texts, sentence):
    answer = cast.sign_in().post("/groups/new/", texts)
    assert answer.status_code == 422
    assert [problem["sentence"] for problem in answer.context["problems"]] == [sentence]
    with acting_for(cast.northwind.pk):
        assert Group.objects.count() == 2
        assert not Event.objects.exists()


def test_the_neighbours_names_are_free(cast):
    assert cast.sign_in().post("/groups/new/", {"name": "Abroad"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_people_who_choose_one_name_at_once_get_one_group_and_one_sentence(cast):
    first, second = cast.sign_in(), cast.sign_in()
    answers = at_once(*[lambda client=c: client.post("/groups/new/", {"name": "Same"}) for c in (first, second)])
    assert sorted(answer.status_code for answer in answers) == [302, 422]


# One group


def test_the_page_names_who_looks_after_it_and_until_when(cast):
    kam, agent = cast.members["key_account_manager"], cast.members["sales_agent"]
    with acting_for(cast.northwind.pk):
        Assignment.objects.filter(membership=agent).delete()
        lend_groups(cast.admin, kam, agent, [cast.nordics], until=cast.northwind.today())
        (own,) = cast.create(cast.admin, customer("Own AB"), groups=[cast.nordics])
    page = cast.sign_in().get(url(cast.nordics))
    notes = {one["name"]: one["note"] for one in page.context["caretakers"]}
    assert set(notes) == {str(cast.members[role].user) for role in GROUP_BOUND}
    assert notes["Key Account Manager"] == ""
    assert notes["Sales Agent"].endswith(", for Key Account Manager") and notes["Sales Agent"].startswith("until ")
    assert f'href="/administrators/{kam.user.public_id}/"' in page.text
    assert f'href="/organizations/{own.public_id}/"' in page.text


def test_who_may_not_see_administrators_learns_no_name_of_them(cast):
    page = cast.sign_in("sales_agent").get(url(cast.nordics))
    assert [one["name"] for one in page.context["caretakers"]] == ["Sales Agent"]
    assert "Key Account Manager" not in page.text and "/administrators/" not in page.text


def test_archived_organizations_are_not_on_the_page(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Open AB"), groups=[cast.nordics])
        (gone,) = cast.create(cast.admin, customer("Gone AB"), groups=[cast.nordics])
        archive_organizations(cast.admin, Organization.objects.filter(pk=gone.pk))
    page = cast.sign_in().get(url(cast.nordics))
    assert [row["name"] for row in page.context["rows"]] == ["Open AB"]
    assert page.context["count"] == "1"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.RESELLER_ADMIN])
def test_others_than_reseller_admins_are_offered_and_granted_no_change(cast, role):
    client = cast.sign_in(role)
    assert client.get(url(cast.nordics)).context["actions"] == []
    for view in ("edit/", "delete/", "members/", "members/paste/"):
        assert client.post(url(cast.nordics, view), posted() | {"name": "Mine", "confirmed": "yes"}).status_code == 403
    assert again(cast, cast.nordics).name == "Nordics"


# Edit


def test_a_change_is_stored_raises_the_version_and_is_told(cast):
    answer = cast.sign_in().post(url(cast.nordics, "edit/"), posted(name="The North", description="Cold"))
    assert answer.headers["Location"] == url(cast.nordics)
    changed = again(cast, cast.nordics)
    assert (changed.name, changed.description, changed.version) == ("The North", "Cold", 2)
    changes = {"name": ["Nordics", "The North"], "description": ["", "Cold"]}
    assert events(cast, cast.nordics) == [("group.changed", {"changes": changes})]
    page = cast.sign_in("sales_agent").get(url(cast.nordics)).text
    assert "changed the group" in page and "<del>Nordics</del>" in page


def test_a_name_may_change_its_capitals_and_saving_nothing_writes_nothing(cast):
    client = cast.sign_in()
    assert client.post(url(cast.nordics, "edit/"), posted(name="NORDICS")).status_code == 302
    assert client.post(url(cast.nordics, "edit/"), posted("2", name="NORDICS")).status_code == 302
    assert again(cast, cast.nordics).version == 2


@pytest.mark.parametrize("version", ["0", "2", "", "x", "9" * 30])
def test_a_page_that_is_not_the_newest_saves_nothing_and_keeps_what_was_typed(cast, version):
    answer = cast.sign_in().post(url(cast.nordics, "edit/"), posted(version, name="Mine"))
    assert answer.status_code == 409
    assert "Somebody else changed this group" in answer.text and 'value="Mine"' in answer.text
    assert again(cast, cast.nordics).name == "Nordics"


def test_a_name_of_another_group_is_refused_with_the_texts_kept(cast):
    answer = cast.sign_in().post(url(cast.nordics, "edit/"), posted(name="dach"))
    assert answer.status_code == 422 and "There is a group named “dach” already" in answer.text
    assert again(cast, cast.nordics).name == "Nordics"


# Delete


def test_the_question_names_who_loses_sight_of_how_many_and_nothing_is_deleted_yet(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("A"), customer("B"), groups=[cast.nordics])
        cast.create(cast.admin, customer("Both"), groups=[cast.nordics, cast.dach])
        Assignment.objects.create(
            reseller=cast.northwind, group=cast.dach, membership=cast.members["key_account_manager"]
        )
    page = cast.sign_in().get(url(cast.nordics, "delete/")).text
    assert "It holds 3 organizations. They stay" in page
    assert "Key Account Manager (Key Account Manager) loses sight of 2 organizations." in page
    assert "Sales Agent (Sales Agent) loses sight of 3 organizations." in page
    assert "seen only by administrators of the whole reseller: 2 organizations." in page
    assert again(cast, cast.nordics)


def test_a_deleted_group_leaves_its_organizations_with_a_raised_version_and_a_line_in_the_log(cast):
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, customer("Own AB"), groups=[cast.nordics, cast.dach])
        (gone,) = cast.create(cast.admin, customer("Gone AB"), groups=[cast.nordics])
        archive_organizations(cast.admin, Organization.objects.filter(pk=gone.pk))
    answer = cast.sign_in().post(url(cast.nordics, "delete/"), follow=True)
    assert "Deleted the group Nordics. It held 2 organizations, which stay." in answer.text
    assert again(cast, cast.nordics) is None
    with acting_for(cast.northwind.pk):
        assert [group.group_id for group in GroupMembership.objects.all()] == [cast.dach.pk]
        assert not Assignment.objects.filter(group_id=cast.nordics.pk).exists()
        assert Organization.objects.get(pk=own.pk).version == 2
        assert Organization.objects.get(pk=gone.pk).version == 3
    removed = {"group": "Nordics", "group_id": str(cast.nordics.public_id)}
    assert events(cast, own)[-1] == ("organization.ungrouped", removed)
    assert events(cast, cast.nordics)[-1] == ("group.deleted", {"name": "Nordics"})
    assert cast.sign_in().get(url(cast.nordics)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_people_who_delete_one_group_at_once_delete_it_once(cast):
    first, second = cast.sign_in(), cast.sign_in()
    answers = at_once(*[lambda client=c: client.post(url(cast.nordics, "delete/")) for c in (first, second)])
    assert {answer.status_code for answer in answers} <= {302, 404, 409}
    assert [kind for kind, _ in events(cast, cast.nordics)] == ["group.deleted"]
