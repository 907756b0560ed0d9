"""The API's tenants: the same states, suggestions and refusals as the pages'."""

import uuid

import pytest
from support.connections import wanted
from support.programs import program
from support.tenants import FULL, Desk

from accounts.tenancy import acting_for
from api.keys import revoke_key
from csp_link.connecting import set_connection
from csp_link.models import AutoLink, Sync
from csp_link.tasks import auto_link
from events.models import Event
from organizations.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast):
    return Desk(cast)


@pytest.fixture
def erp(cast):
    return program(cast)


def test_a_tenant_tells_its_state_and_whose_it_may_be(desk, erp):
    made, other = desk.tenant(), desk.organization(primary_domain="kreta.example")
    told = erp.get(f"tenants/{made.tenant_id}").json()
    assert (told["name"], told["domain"], told["state"]) == ("Kreta Data AB", "kreta.example", "suggested")
    assert told["suggestions"] == [{"organization_id": str(other.public_id), "reason": "domain"}]
    assert told["organization_id"] is None and told["missing"] == []
    assert set(told) == {
        *("tenant_id", "name", "domain", "domains", "state", "missing", "suggestions", "organization_id"),
        *("relationship", "first_seen", "last_seen"),
    }


def test_the_list_is_searched_filtered_and_paged(desk, erp):
    for number in range(5):
        desk.tenant(f"Tenant {number}", f"t{number}.example")
    desk.tenant("Lacking", "l.example", profile={})
    assert [row["name"] for row in erp.get("tenants?state=incomplete").json()["items"]] == ["Lacking"]
    assert [row["name"] for row in erp.get("tenants?search=t3.exam").json()["items"]] == ["Tenant 3"]
    names, cursor = [], ""
    while cursor is not None:
        page = erp.get(f"tenants?limit=2&cursor={cursor}").json()
        names += [row["name"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert len(names) == len(set(names)) == 6
    assert erp.get("tenants?state=sideways").status_code == 422


def test_the_list_takes_few_queries_however_many_there_are(desk, erp, django_assert_max_num_queries):
    for number in range(25):
        desk.tenant(f"Tenant {number:02}", f"t{number}.example")
        desk.organization(f"Tenant {number:02} AB")
    with django_assert_max_num_queries(25):
        assert all(row["suggestions"] for row in erp.get("tenants").json()["items"])


def test_link_unlink_and_ignore(desk, erp):
    made, other = desk.tenant(), desk.organization()
    told = erp.post(f"tenants/{made.tenant_id}/link", {"organization_id": str(other.public_id)})
    assert told.status_code == 200 and told.json()["organization_id"] == str(other.public_id)
    assert told.json()["state"] == "linked"
    assert erp.get(f"organizations/{other.public_id}").json()["tenants"] == [str(made.tenant_id)]
    again = erp.post(f"tenants/{made.tenant_id}/link", {"organization_id": str(other.public_id)})
    assert (again.status_code, again.json()["code"]) == (409, "refused")
    assert erp.post(f"tenants/{made.tenant_id}/unlink", {"reason": "Wrong"}).json()["organization_id"] is None
    assert erp.post(f"tenants/{made.tenant_id}/ignore", {"reason": "Test"}).json()["state"] == "ignored"
    assert desk.now(made).reason == "Test"
    for body in ({}, {"reason": " "}, {"reason": "x" * 501}):
        refused = erp.post(f"tenants/{made.tenant_id}/ignore", body)
        assert refused.status_code == 422 and set(refused.json()["errors"]) == {"reason"}


def test_create_lays_fields_over_what_microsoft_tells(desk, erp):
    made = desk.tenant(profile={"city": "Alvesta"})
    lacking = erp.post(f"tenants/{made.tenant_id}/link", {"create": {}})
    assert lacking.status_code == 422 and set(lacking.json()["errors"]) == {"notification_email"}
    told = erp.post(f"tenants/{made.tenant_id}/link", {"create": {"notification_email": FULL["notification_email"]}})
    assert told.status_code == 200
    organization = desk.now(made).organization
    assert (organization.city, organization.name, organization.source) == ("Alvesta", "Kreta Data AB", Source.CSP)
    twin = desk.tenant()
    taken = erp.post(f"tenants/{twin.tenant_id}/link", {"create": {"notification_email": "it@kreta.example"}})
    assert (taken.status_code, taken.json()["code"]) == (409, "taken")
    for body in ({}, {"create": {}, "organization_id": str(uuid.uuid4())}, {"create": {"tenants": []}}):
        assert erp.post(f"tenants/{twin.tenant_id}/link", body).status_code == 422
    groups = {"create": {"name": "X", "primary_domain": "x.example", "groups": [str(desk.cast.abroad.public_id)]}}
    assert set(erp.post(f"tenants/{twin.tenant_id}/link", groups).json()["errors"]) == {"groups"}
    assert desk.now(twin).organization is None


def previewed(desk, erp):
    """A preview that says: create one, skip one."""
    desk.tenant("New AB", "new.example", profile={"notification_email": "it@new.example"})
    lacking = desk.tenant("Lacking", "l.example", profile={})
    begun = erp.post("tenants/auto-link/preview")
    assert begun.status_code == 202
    work(desk, begun)
    return lacking, begun


def test_auto_link_is_asked_for_read_and_started(desk, erp):
    refused = erp.post("tenants/auto-link")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    lacking, begun = previewed(desk, erp)
    told = erp.get(f"tenants/auto-links/{begun.json()['id']}").json()
    assert (told["state"], told["link"], told["create"], told["decide"]) == ("ready", 0, 1, 0)
    assert told["skip"] == [{"tenant_id": str(lacking.tenant_id), "missing": ["notification_email"]}]
    assert erp.post("tenants/auto-link", {"groups": [str(desk.cast.abroad.public_id)]}).status_code == 422
    started = erp.post("tenants/auto-link", {"groups": [str(desk.cast.nordics.public_id)]})
    assert started.status_code == 202 and started.json() == begun.json()
    assert erp.post("tenants/auto-link", begun.json()).status_code == 409, "once is enough"
    work(desk, begun)
    told = erp.get(f"tenants/auto-links/{begun.json()['id']}").json()
    assert (told["state"], told["created"], told["skipped"]) == ("done", 1, 1)
    with acting_for(desk.cast.northwind.pk):
        assert list(desk.cast.nordics.organizations.all()) == [desk.organizations["New AB"]]
        assert {e.actor_label for e in Event.objects.filter(kind="tenant.linked")} == {"API key ERP"}


def test_a_run_stops_with_the_key_that_began_it(desk, erp):
    _, begun = previewed(desk, erp)
    assert erp.post("tenants/auto-link", begun.json()).status_code == 202
    with acting_for(desk.cast.northwind.pk):
        revoke_key(desk.cast.admin, erp.key)
    work(desk, begun)
    assert desk.organizations == {}


def test_a_preview_stops_with_the_key_that_asked_for_it(desk, erp):
    desk.tenant("New AB", "new.example", profile={})
    begun = erp.post("tenants/auto-link/preview")
    with acting_for(desk.cast.northwind.pk):
        revoke_key(desk.cast.admin, erp.key)
    work(desk, begun)
    with acting_for(desk.cast.northwind.pk):
        assert AutoLink.objects.get().state == "preparing"


def work(desk, begun):
    with acting_for(desk.cast.northwind.pk):
        auto = AutoLink.objects.get(public_id=begun.json()["id"])
    auto_link(desk.cast.northwind.pk, auto.pk)


def test_a_sync_is_begun_and_told(desk, erp):
    assert erp.post("tenants/sync").status_code == 409, "without a connection"
    with acting_for(desk.cast.northwind.pk):
        set_connection(desk.cast.admin, wanted(mode="app_only"))
    begun = erp.post("tenants/sync")
    assert begun.status_code == 202 and erp.post("tenants/sync").json() == begun.json()
    told = erp.get(f"tenants/syncs/{begun.json()['id']}").json()
    assert (told["state"], told["rows"], told["error"]) == ("queued", 0, None)
    with acting_for(desk.cast.northwind.pk):
        Sync.objects.update(state="failed", trouble="mfa_missing")
    error = erp.get(f"tenants/syncs/{begun.json()['id']}").json()["error"]
    assert error["code"] == "mfa_missing" and "second factor" in error["message"] and error["next_step"]


def test_neighbours_and_keys_bound_to_groups_see_no_tenant(desk, cast):
    made, other = desk.tenant(), desk.organization()
    body = {"organization_id": str(other.public_id)}
    neighbour, bound = program(cast, "neighbour"), program(cast, groups=(cast.nordics,))
    assert neighbour.get("tenants").json()["items"] == []
    assert bound.get("tenants").status_code == 403
    for stranger in (neighbour, bound):
        assert stranger.post(f"tenants/{made.tenant_id}/link", body).status_code == 404
    assert bound.post("tenants/auto-link/preview").status_code == 403
    assert desk.now(made).organization is None
