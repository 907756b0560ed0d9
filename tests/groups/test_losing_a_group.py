"""A Key Account Manager who is moved out of a group loses its organizations everywhere with the next request."""

import pytest
from support.cast import customer
from support.files import newest, table, upload, work_on
from support.programs import program

from accounts.tenancy import acting_for
from groups.assigning import change_groups, hand_over
from imports.models import Import
from imports.tasks import create, read
from organizations.changes import change_organization
from organizations.members import change_groups_of, dissolve_group, remove_members
from organizations.models import Organization

SECRET = "Zanzibar Holding"
KAM = "key_account_manager"


@pytest.fixture
def lost(cast):
    """An organization in Nordics with a past, and one that the manager keeps, in DACH."""
    with acting_for(cast.northwind.pk):
        values = {"customer_number": "ZNZ-1", "city": "Stone Town"}
        (lost,) = cast.create(cast.admin, customer(SECRET, **values), groups=[cast.nordics])
        cast.create(cast.admin, customer("Kept GmbH"), groups=[cast.dach])
        change_groups(cast.admin, cast.members[KAM], add=[cast.dach], remove=[])
        change_organization(cast.act_as(KAM), lost, {"city": "Mtoni"}, version=1)
    return lost


@pytest.fixture
def client(cast, lost):
    """Signed in before the loss, with two imports that wait: one would change the organization, the other meets it."""
    client = cast.sign_in(KAM)
    other = customer("Renamed AB", primary_domain=lost.primary_domain, city="Elsewhere")
    upload(client, table(other), mode="update", group=[str(cast.dach.public_id)])
    work_on(cast, read)
    again = customer("Another AB", primary_domain=lost.primary_domain)
    upload(client, table(again, customer("Fine AB")), group=[str(cast.dach.public_id)])
    work_on(cast, read)
    return client


@pytest.fixture
def erp(cast, client):
    """A program with a key of the manager's, for both groups."""
    return program(cast, KAM, groups=(cast.nordics, cast.dach))


def places(cast, lost):
    """Where an organization shows to somebody who sees it: address, and whether the answer is then 404."""
    job = newest(cast).public_id
    with acting_for(cast.northwind.pk):
        changing = Import.objects.earliest("id").public_id
    return {
        "list": ("/organizations/", 200),
        "search": ("/organizations/?search=zanzi", 200),
        "search by number": ("/organizations/?search=znz-1", 200),
        "search by id": (f"/organizations/?search={lost.public_id}", 200),
        "by group": (f"/organizations/?group={cast.nordics.public_id}", 200),
        "detail": (f"/organizations/{lost.public_id}/", 404),
        "edit": (f"/organizations/{lost.public_id}/edit/", 404),
        "group": (f"/groups/{cast.nordics.public_id}/", 404),
        "import preview": (f"/organizations/imports/{job}/", 200),
        "import preview, errors": (f"/organizations/imports/{job}/?rows=invalid", 200),
        "import preview, changes": (f"/organizations/imports/{changing}/", 200),
        "events": ("/events/", 200),
        "events of it": (f"/events/?subject={lost.public_id}", 200),
        "events by name": ("/events/?search=zanzi", 200),
    }


def routes(cast, lost):
    """The same for programs."""
    return {
        "API list": ("organizations", 200),
        "API search": ("organizations?search=zanzi", 200),
        "API by group": (f"organizations?group={cast.nordics.public_id}", 200),
        "API detail": (f"organizations/{lost.public_id}", 404),
        "API group": (f"groups/{cast.nordics.public_id}", 404),
        "API groups": ("groups", 200),
        "API events": ("events", 200),
        "API events of it": (f"events?organization={lost.public_id}", 200),
    }


def texts(client, erp, cast, lost):
    """Everything that the person and the program can read, by place: pages, files, and refusals."""
    found = {
        name: (answer := client.get(url)).status_code == 200 and answer.text
        for name, (url, _) in places(cast, lost).items()
    }
    found |= {name: erp.get(path).text for name, (path, _) in routes(cast, lost).items()}
    found["events file"] = file_of(client, "/events/export/", {})
    for kind in ("csv", "xml", "json"):
        found[f"{kind} file of all"] = file_of(client, "/organizations/export/", {"format": kind, "scope": "all"})
    found["refusal of the API"] = erp.post(
        "organizations", taken(cast, lost) | {"groups": [str(cast.dach.public_id)]}
    ).text
    job = newest(cast).public_id
    found["failed rows"] = b"".join(client.get(f"/organizations/imports/{job}/failed-rows/").streaming_content).decode()
    refused = taken(cast, lost) | {"groups": str(cast.dach.public_id)}
    found["refusal of the form"] = client.post("/organizations/new/", refused).text
    found["refusal of the grid"] = client.post("/organizations/create-multiple/rows/", refused).text
    return found


def taken(cast, lost):
    return customer("Third AB", primary_domain=lost.primary_domain)


def file_of(client, url, posted):
    return b"".join(client.post(url, posted).streaming_content).decode("utf-8-sig")


def traces(text):
    return [word for word in (SECRET, "ZNZ-1", "Stone Town", "Mtoni", "Nordics") if text and word in text]


def moved_out(cast, lost):
    change_groups(cast.admin, cast.members[KAM], add=[], remove=[cast.nordics])


def handed_over(cast, lost):
    hand_over(cast.admin, cast.members[KAM], cast.members["sales_agent"], [cast.nordics])


def organization_moved(cast, lost):
    """The person keeps the group, which is then empty; the organization leaves it."""
    remove_members(cast.admin, cast.nordics, Organization.objects.filter(pk=lost.pk))


def organization_hidden(cast, lost):
    change_groups_of(cast.admin, lost, add=[], remove=[cast.nordics])


def group_deleted(cast, lost):
    dissolve_group(cast.admin, cast.nordics)


def test_before_the_loss_it_shows_in_all_of_these_places(cast, lost, client, erp):
    found = texts(client, erp, cast, lost)
    assert {name for name, text in found.items() if not traces(text)} == set()


@pytest.mark.parametrize("lose", [moved_out, handed_over, organization_moved, organization_hidden, group_deleted])
def test_with_the_next_request_it_shows_in_none_of_them(cast, lost, client, erp, lose):
    texts(client, erp, cast, lost)
    with acting_for(cast.northwind.pk):
        lose(cast, lost)
    found = texts(client, erp, cast, lost)
    keeps_group = lose in (organization_moved, organization_hidden)
    left = {name: traces(text) for name, text in found.items() if traces(text)}
    allowed = ["Nordics"] if keeps_group else []
    assert {name: words for name, words in left.items() if words != allowed} == {}
    for name, (url, status) in places(cast, lost).items():
        expected = 200 if keeps_group and name == "group" else status
        assert (name, client.get(url).status_code) == (name, expected)
    for name, (path, status) in routes(cast, lost).items():
        expected = 200 if keeps_group and name == "API group" else status
        assert (name, erp.get(path).status_code in (expected, expected == 200 and "by group" in name and 422)) == (
            name,
            True,
        )
    assert "Kept GmbH" in client.get("/organizations/").text


def test_what_may_not_be_seen_may_not_be_changed_or_started_either(cast, lost, client):
    with acting_for(cast.northwind.pk):
        moved_out(cast, lost)
    posted = {"name": "Mine", "version": "2"}
    assert client.post(f"/organizations/{lost.public_id}/edit/", posted).status_code == 404
    chosen = {"action": "billing", "id": str(lost.public_id), "billing_start_date": "01/01/2026", "confirmed": "yes"}
    client.post("/organizations/bulk/", chosen)
    with acting_for(cast.northwind.pk):
        row = Organization.objects.get(pk=lost.pk)
    assert (row.name, row.billing_start_date, row.version) == (SECRET, None, 2)


def test_an_import_into_the_lost_group_creates_nothing_more(cast, lost):
    client = cast.sign_in(KAM)
    upload(client, table(customer("Late AB")), group=[str(cast.nordics.public_id)])
    work_on(cast, read)
    client.post(f"/organizations/imports/{newest(cast).public_id}/start/")
    with acting_for(cast.northwind.pk):
        moved_out(cast, lost)
    job = work_on(cast, create)
    assert job.state == "failed"
    page = client.get(f"/organizations/imports/{job.public_id}/").text
    assert "may no longer create organizations" in page and "Nordics" not in page
    with acting_for(cast.northwind.pk):
        assert not Organization.objects.filter(name="Late AB").exists()
