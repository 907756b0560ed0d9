"""Where a list has nothing to show it says why, and what to do next."""

import pytest
from support.tenants import Desk

from accounts.models import Membership, Reseller, User
from accounts.roles import Role


@pytest.fixture
def newcomer(client, db):
    """The administrator of a reseller that has nothing yet."""
    reseller = Reseller.objects.create(name="Newcomer")
    user = User.objects.create_user("new@newcomer.example", name="New")
    Membership.objects.create(reseller=reseller, user=user, role=Role.RESELLER_ADMIN)
    client.force_login(user)
    return client


def step(page):
    """The address of the next step that the empty list offers."""
    _, empty = page.text.split('<div class="cb-empty">')
    return empty.split('<a class="btn', 1)[1].split('href="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize(
    ("address", "following"),
    [
        ("/organizations/", "/organizations/new/"),
        ("/organizations/imports/", "/organizations/create-multiple/"),
        ("/organizations/exports/", "/organizations/"),
        ("/organizations/views/", "/organizations/"),
        ("/groups/", "/groups/new/"),
        ("/csp/tenants/", "/csp/"),
        ("/csp/tenants/complete/", "/csp/tenants/"),
        ("/will-not-be-billed/", "/organizations/new/"),
    ],
)
def test_a_list_without_anything_yet_leads_on(newcomer, address, following):
    assert step(newcomer.get(address)) == following
    assert newcomer.get(following).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/organizations/", "/groups/", "/administrators/", "/events/", "/csp/tenants/", "/organizations/imports/"],
)
def test_a_search_that_finds_nothing_leads_back_to_everything(cast, address):
    desk = Desk(cast)
    desk.organization()
    desk.tenant()
    page = cast.sign_in().get(f"{address}?search=nothing-is-called-so")
    assert "Nothing matches" in page.text or "Nobody matches" in page.text
    assert step(page) in ("?", "?view=all")
    assert "Nothing matches" not in cast.sign_in().get(f"{address}{step(page)}").text
