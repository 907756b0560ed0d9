"""The event log by API: what the page shows to the same role, page by page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from support.cast import customer
from support.programs import program

from accounts.tenancy import acting_for

pytestmark = pytest.mark.django_db


def kinds(answer):
    return [event["kind"] for event in answer.json()["items"]]


@pytest.fixture
def acme(cast):
    erp = program(cast)
    made = erp.post("organizations", customer("Acme")).json()["id"]
    erp.patch(f"organizations/{made}", {"city": "Umeå"})
    return made


def test_a_records_events_are_told_with_before_and_after(cast, acme):
    erp = program(cast, name="reader")
    answer = erp.get(f"events?organization={acme}")
    assert kinds(answer) == ["organization.created", "organization.changed"]
    changed = answer.json()["items"][1]
    assert changed["details"]["changes"] == {"city": ["", "Umeå"]}
    assert (changed["actor"]["name"], changed["text"]) == ("API key ERP", "changed the organization")
    mine = erp.get(f"events?actor={changed['actor']['id']}&kind=organization.changed")
    assert [event["id"] for event in mine.json()["items"]] == [changed["id"]]


def test_pages_hold_every_event_once(cast, acme):
    erp = program(cast, name="reader")
    whole = [event["id"] for event in erp.get("events").json()["items"]]
    seen, address = [], "events?limit=1"
    while address:
        page = erp.get(address).json()
        seen += [event["id"] for event in page["items"]]
        address = page["next_cursor"] and f"events?limit=1&cursor={page['next_cursor']}"
    assert seen == whole and len(whole) >= 3
    assert page["next_since"]


def test_time_narrows(cast, acme):
    erp = program(cast, name="reader")
    later = (timezone.now() + timedelta(minutes=1)).isoformat().replace("+", "%2B")
    assert kinds(erp.get(f"events?since={later}")) == []
    assert "organization.created" in kinds(erp.get(f"events?until={later}"))
    assert "organization.created" in kinds(erp.get("events?since=1768-09-10T07:06:27-18:59"))


@pytest.mark.parametrize(
    "query",
    [
        "kind=nonsense",
        "since=yesterday",
        "since=2026-01-01",
        "until=0001-01-01T00:00:00%2B23:59",
        "actor=x",
        "cursor=x",
        "limit=0",
    ],
)
def test_what_makes_no_sense_is_refused(cast, query):
    answer = program(cast).get(f"events?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [query.partition("=")[0]])


def test_group_bound_keys_see_their_groups_events_only(cast, acme):
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, name="Own AB", groups=[cast.nordics])
    bound = program(cast, "sales_agent", name="reader")
    subjects = {event["subject_id"] for event in bound.get("events").json()["items"]}
    assert str(own.public_id) in subjects and acme not in subjects
    assert kinds(bound.get(f"events?organization={acme}")) == []
    assert kinds(program(cast, "neighbour").get(f"events?organization={acme}")) == []
