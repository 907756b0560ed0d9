"""In which groups new organizations begin, by role: through the form, the grid and the file."""

import pytest
from support.cast import customer
from support.files import newest, numbered, table, upload, work_on

from accounts.roles import PERMISSIONS, Permission
from accounts.tenancy import acting_for
from groups.models import Assignment, Group
from imports.models import Import
from imports.tasks import create, read
from organizations.models import Organization

BOUND = ("key_account_manager", "limited_key_account_manager", "sales_agent")
NEW = "/organizations/new/"
DOORS = ("form", "grid", "file")


def through(door, client, groups):
    """One customer's way in; several groups are several values, as a browser sends them."""
    ids = [str(getattr(group, "public_id", group)) for group in groups]
    if door == "form":
        return client.post(NEW, customer("New AB") | {"groups": ids})
    if door == "grid":
        return client.post("/organizations/create-multiple/rows/", customer("New AB") | {"groups": ids})
    return upload(client, table(customer("New AB")), group=ids)


def may_use(role, door):
    by_form = door == "form"
    return (Permission.ORGANIZATIONS_CREATE if by_form else Permission.ORGANIZATIONS_CREATE_MANY) in PERMISSIONS[role]


def written(cast, door="", client=None):
    """The groups of what was created; None when nothing was. A file that was taken is read and imported first."""
    if door == "file" and client:
        work_on(cast, read)
        client.post(f"/organizations/imports/{newest(cast).public_id}/start/")
        work_on(cast, create)
    with acting_for(cast.northwind.pk):
        made = Organization.objects.filter(name="New AB").first()
        return made and sorted(group.name for group in made.groups.all())


def give(cast, role, *groups):
    with acting_for(cast.northwind.pk):
        Assignment.objects.filter(membership=cast.members[role]).delete()
        for group in groups:
            Assignment.objects.create(reseller=cast.northwind, group=group, membership=cast.members[role])


CASES = [(role, door) for role in BOUND for door in DOORS if may_use(role, door)]


@pytest.mark.parametrize(("role", "door"), CASES)
def test_bound_people_create_in_exactly_one_of_their_own_groups(cast, role, door):
    give(cast, role, cast.nordics, cast.dach)
    client = cast.sign_in(role)
    assert through(door, client, [cast.dach]).status_code in (302, 303)
    assert written(cast, door, client) == ["DACH"]


@pytest.mark.parametrize("groups", ["none", "two", "foreign", "neighbours", "unknown", "nonsense"])
@pytest.mark.parametrize(("role", "door"), CASES)
def test_anything_else_is_refused_and_nothing_is_written(cast, role, door, groups):
    give(cast, role, cast.nordics)
    with acting_for(cast.northwind.pk):
        third = Group.objects.create(reseller=cast.northwind, name="Third")
    chosen = {
        "none": [],
        "two": [cast.nordics, third],
        "foreign": [cast.dach],
        "neighbours": [cast.abroad],
        "unknown": [cast.northwind],
        "nonsense": ["' OR 1=1 --"],
    }[groups]
    if groups == "two":
        give(cast, role, cast.nordics, third)
    answer = through(door, cast.sign_in(role), chosen)
    assert answer.status_code == 422
    assert "DACH" not in answer.text and "Abroad" not in answer.text
    assert written(cast) is None
    with acting_for(cast.northwind.pk):
        assert not Import.objects.exists()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("groups", ["none", "one", "two"])
def test_a_reseller_admin_chooses_any_number_or_none(cast, door, groups):
    chosen = {"none": [], "one": [cast.nordics], "two": [cast.nordics, cast.dach]}[groups]
    client = cast.sign_in()
    assert through(door, client, chosen).status_code in (302, 303)
    assert written(cast, door, client) == sorted(group.name for group in chosen)


@pytest.mark.parametrize("has_groups", [True, False])
@pytest.mark.parametrize("door", DOORS)
def test_a_foreign_group_is_refused_to_a_reseller_admin_too_even_where_there_is_none_to_choose(cast, door, has_groups):
    if not has_groups:
        with acting_for(cast.northwind.pk):
            Group.objects.filter(reseller=cast.northwind).delete()
    answer = through(door, cast.sign_in(), [cast.abroad])
    assert answer.status_code == 422 and "Abroad" not in answer.text
    assert "does not exist or is not yours" in answer.text
    assert written(cast) is None


@pytest.mark.parametrize("address", [NEW, "/organizations/create-multiple/"])
@pytest.mark.parametrize("role", ["key_account_manager", "limited_key_account_manager"])
def test_the_only_group_is_preselected_two_are_not_and_others_are_no_choice(cast, role, address):
    chosen = f'<option value="{cast.nordics.public_id}" selected>Nordics</option>'
    page = cast.sign_in(role).get(address).text
    assert chosen in page and "DACH" not in page
    assert "If it belongs in more than one group, ask a Reseller Admin." in page
    give(cast, role, cast.nordics, cast.dach)
    page = cast.sign_in(role).get(address).text
    assert chosen not in page and "Choose a group" in page and "DACH" in page


@pytest.mark.parametrize("address", [NEW, "/organizations/create-multiple/"])
def test_somebody_without_a_group_is_told_whom_to_ask_and_can_create_nothing(cast, address):
    give(cast, "key_account_manager")
    client = cast.sign_in("key_account_manager")
    page = client.get(address).text
    assert page.count("Ask a Reseller Admin to give you an organization group.") == 1
    for door in DOORS:
        assert through(door, client, [cast.nordics]).status_code == 422
        assert written(cast) is None


def test_a_group_that_was_taken_away_after_the_upload_stops_the_import(cast):
    client = cast.sign_in("key_account_manager")
    upload(client, table(numbered(1)), group=[str(cast.nordics.public_id)])
    work_on(cast, read)
    give(cast, "key_account_manager", cast.dach)
    answer = client.post(f"/organizations/imports/{newest(cast).public_id}/start/")
    assert answer.status_code == 409 and "Nordics" not in answer.text
    with acting_for(cast.northwind.pk):
        assert not Organization.objects.exists()
