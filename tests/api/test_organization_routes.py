"""The API's organizations: what programs write is what pages show, and every refusal says why."""

import base64
import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from support.cast import customer
from support.programs import program

from accounts.scopes import Scope
from accounts.tenancy import acting_for
from events.models import Event
from organizations.models import Organization

pytestmark = pytest.mark.django_db


def stored(cast, **wanted):
    with acting_for(cast.northwind.pk):
        return Organization.objects.get(reseller=cast.northwind, **wanted)


def test_a_created_organization_reads_back_as_it_was_stored(cast):
    erp = program(cast)
    given = customer("Åkeri Nord AB", primary_domain="https://www.Åkeri.se/") | {
        "approval_process": True,
        "approval_limit": 1234.5,
        "billing_start_date": "2026-01-31",
        "contact_phone": "08-123 456 78",
        "country": "SWE",
        "customer_number": "00417",
    }
    answer = erp.post("organizations", given)
    assert answer.status_code == 201
    told = answer.json()
    assert told["primary_domain"] == "åkeri.se"
    assert told["approval_limit"] == "1234.50"
    assert told["billing_start_date"] == "2026-01-31"
    assert told["contact_phone"] == "+46812345678"
    assert (told["country"], told["customer_number"], told["source"]) == ("SE", "00417", "api")
    assert told["registration_number"] is None
    again = erp.get(f"organizations/{told['id']}")
    assert again.json() == told
    assert again["ETag"] == answer["ETag"] == '"1"'
    with acting_for(cast.northwind.pk):
        event = Event.objects.get(reseller=cast.northwind, subject_id=told["id"])
        assert (event.actor_label, event.details) == ("API key ERP", {"source": "api"})
        assert stored_without_person(told["id"])


def stored_without_person(public_id):
    return Organization.objects.get(public_id=public_id).created_by_id is None


def test_errors_are_told_by_field(cast):
    answer = program(cast).post("organizations", {"name": "A", "primary_domain": "co.uk", "approval_limit": 1.234})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["errors"]) == {"primary_domain", "notification_email", "approval_limit"}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ('{"name": "A", "nmae": "B"}', 422, "nmae"),
        ('{"name": 5}', 422, "name"),
        ('{"name": ["A"]}', 422, "name"),
        ('{"approval_process": "TRUE"}', 422, "approval_process"),
        ('{"groups": "x"}', 422, "groups"),
        ('{"groups": ["x"]}', 422, "groups.0"),
        ("[]", 422, None),
        ("null", 422, None),
        ('{"name": "A", "name": "B"}', 400, None),
        ('{"approval_limit": NaN}', 400, None),
        ('{"name": "\\ud800"}', 400, None),
        ("{", 400, None),
        ("", 422, None),
        ("[" * 100_000, 400, None),
        ('{"a":' * 50 + "1" + "}" * 50, 400, None),
        ('{"approval_limit": 1' + "0" * 5000 + "}", 400, None),
        ('{"approval_limit": 1e400}', 422, "approval_limit"),
        ('{"name": "\\u0000"}', 422, "name"),
        (b"\xff\xfe", 400, None),
    ],
)
def test_no_body_makes_a_server_error(cast, body, status, field):
    erp = program(cast)
    answer = erp.client.generic(
        "POST",
        "/api/v1/organizations",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {erp.secret}"},
    )
    assert answer.status_code == status, answer.content
    assert answer.json()["code"] in ("invalid", "malformed")
    if field:
        assert field in answer.json()["errors"]


def test_other_bodies_and_addresses_are_problems_too(cast):
    erp = program(cast)
    head = {"Authorization": f"Bearer {erp.secret}"}
    xml = erp.client.post("/api/v1/organizations", "<a/>", content_type="text/xml", headers=head)
    large = erp.client.post(
        "/api/v1/organizations", '{"name": "%s"}' % ("x" * 3_000_000), content_type="application/json", headers=head
    )
    assert [a.status_code for a in (xml, large, erp.get("nowhere"), erp.delete("organizations"))] == [
        415,
        413,
        404,
        405,
    ]
    for answer in (xml, large, erp.get("nowhere"), erp.delete("organizations")):
        assert answer["Content-Type"] == "application/problem+json"


def test_without_a_valid_key_there_is_nothing(cast):
    erp = program(cast)
    for secret in ("", "cb_wrong", erp.secret[:-1], "Basic x"):
        erp.secret = secret
        answer = erp.get("organizations")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer["WWW-Authenticate"] == "Bearer"


def test_a_signed_in_browser_is_not_a_program(cast):
    assert cast.sign_in().get("/api/v1/organizations").status_code == 401


def test_a_key_does_no_more_than_its_scopes(cast):
    reader = program(cast, scopes={Scope.ORGANIZATIONS_READ})
    assert reader.get("organizations").status_code == 200
    answer = reader.post("organizations", customer())
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert program(cast, scopes={Scope.EVENTS_READ}).get("organizations").status_code == 403


def test_a_key_does_no_more_than_its_role(cast):
    viewer = program(cast, "view_only_admin")
    assert viewer.get("organizations").status_code == 200
    assert viewer.post("organizations", customer()).status_code == 403
    agent = program(cast, "sales_agent")
    group = [str(cast.nordics.public_id)]
    assert agent.post("organizations", customer() | {"groups": group}).status_code == 201
    assert agent.post("organizations/bulk", {"rows": [customer("B AB")]}).status_code == 403


def test_a_group_bound_key_sees_and_creates_in_its_group_alone(cast):
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, name="Own AB", groups=[cast.nordics])
        (dach,) = cast.create(cast.admin, name="Dach GmbH", groups=[cast.dach])
    kam = program(cast, "key_account_manager")
    assert [row["id"] for row in kam.get("organizations").json()["items"]] == [str(own.public_id)]
    assert kam.get(f"organizations/{dach.public_id}").status_code == 404
    assert kam.patch(f"organizations/{dach.public_id}", {"city": "X"}).status_code == 404
    assert kam.get(f"organizations?group={cast.dach.public_id}").json()["items"] == []
    foreign = kam.post("organizations", customer("New AB") | {"groups": [str(cast.dach.public_id)]})
    assert (foreign.status_code, list(foreign.json()["errors"])) == (422, ["groups"])
    taken = kam.post(
        "organizations",
        customer("New AB", primary_domain=dach.primary_domain) | {"groups": [str(cast.nordics.public_id)]},
    )
    assert taken.status_code == 409
    assert "Dach" not in taken.content.decode()


def test_the_neighbour_meets_nothing(cast):
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, name="Own AB")
    other = program(cast, "neighbour")
    assert other.get("organizations").json()["items"] == []
    for method, path in [("get", ""), ("patch", ""), ("delete", ""), ("post", "/restore")]:
        assert other.ask(method, f"organizations/{own.public_id}{path}", {}).status_code == 404


def test_a_change_keeps_what_is_absent_and_clears_what_is_null(cast):
    erp = program(cast)
    made = erp.post("organizations", customer() | {"city": "Umeå", "postal_code": "01067"}).json()
    answer = erp.patch(f"organizations/{made['id']}", {"city": None, "name": "Newer AB"})
    assert answer.status_code == 200
    assert {k: answer.json()[k] for k in ("name", "city", "postal_code")} == {
        "name": "Newer AB",
        "city": None,
        "postal_code": "01067",
    }
    assert answer["ETag"] == '"2"'


def test_if_match_does_not_overwrite_others(cast):
    erp = program(cast)
    made = erp.post("organizations", customer()).json()
    assert erp.patch(f"organizations/{made['id']}", {"city": "A"}, If_Match='"1"').status_code == 200
    late = erp.patch(f"organizations/{made['id']}", {"city": "B"}, If_Match='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert erp.delete(f"organizations/{made['id']}", If_Match='"1"').status_code == 412
    assert erp.get(f"organizations/{made['id']}").json()["city"] == "A"


def test_archived_is_read_only_until_it_is_restored(cast):
    erp = program(cast)
    made = erp.post("organizations", customer()).json()
    path = f"organizations/{made['id']}"
    assert erp.delete(path).status_code == 204
    assert erp.delete(path).status_code == 204
    assert erp.get(path).json()["archived_at"] is not None
    assert erp.get("organizations").json()["items"] == []
    assert len(erp.get("organizations?include_archived=true").json()["items"]) == 1
    refused = erp.patch(path, {"city": "A"})
    assert (refused.status_code, refused.json()["code"]) == (409, "is_archived")
    again = erp.post("organizations", customer())
    assert (again.status_code, again.json()["code"]) == (409, "archived")
    assert erp.post(f"{path}/restore").json()["archived_at"] is None


def test_put_by_customer_number_keeps_in_step(cast):
    erp = program(cast)
    path = "organizations/by-customer-number/AB%2F00417"
    assert erp.put(path, customer()).status_code == 201
    same = erp.put(path, customer())
    assert (same.status_code, same["ETag"]) == (200, '"1"')
    changed = erp.put("organizations/by-customer-number/ab%2F00417", {"name": "Newer AB"})
    assert (changed.status_code, changed.json()["name"], changed["ETag"]) == (200, "Newer AB", '"2"')
    assert changed.json()["customer_number"] == "ab/00417"
    other = erp.put(path, customer() | {"customer_number": "5"})
    assert list(other.json()["errors"]) == ["customer_number"]
    erp.delete(f"organizations/{changed.json()['id']}")
    gone = erp.put(path, {"name": "X"})
    assert (gone.status_code, gone.json()["code"]) == (409, "archived")


def test_numbers_that_differ_in_an_accent_are_different_customers(cast):
    erp = program(cast)
    erp.post("organizations", customer("Plain AB") | {"customer_number": "A1"})
    assert erp.put("organizations/by-customer-number/Å1", customer("Ringed AB")).status_code == 201
    changed = erp.put("organizations/by-customer-number/å1", {"city": "Umeå"})
    assert (changed.status_code, changed.json()["name"]) == (200, "Ringed AB")
    other = erp.put("organizations/by-customer-number/Å1", {"customer_number": "A1"})
    assert (other.status_code, list(other.json()["errors"])) == (422, ["customer_number"])


def test_another_record_with_the_domain_is_not_taken_over_by_number(cast):
    erp = program(cast)
    erp.post("organizations", customer())
    answer = erp.put("organizations/by-customer-number/7", customer())
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")


def test_bulk_answers_for_every_row(cast):
    erp = program(cast)
    erp.post("organizations", customer("Old AB") | {"customer_number": "1"})
    rows = [
        customer("Old AB") | {"customer_number": "1", "client_ref": "same"},
        {"customer_number": "1", "client_ref": "twice", "city": "X"},
        customer("New AB") | {"client_ref": "new"},
        customer("Bad AB", primary_domain="co.uk") | {"client_ref": "bad"},
        customer("New AB") | {"client_ref": "repeated"},
    ]
    told = erp.post("organizations/bulk", {"rows": rows}).json()
    assert {key: told[key] for key in ("created", "updated", "unchanged", "failed")} == {
        "created": 1,
        "updated": 0,
        "unchanged": 1,
        "failed": 3,
    }
    assert [(item["client_ref"], item["action"]) for item in told["items"]] == [
        ("same", "unchanged"),
        ("twice", "failed"),
        ("new", "created"),
        ("bad", "failed"),
        ("repeated", "failed"),
    ]
    second = erp.post("organizations/bulk", {"rows": [rows[0] | {"city": "Umeå"}, rows[2]]}).json()
    assert [item["action"] for item in second["items"]] == ["updated", "unchanged"]
    assert stored(cast, customer_number="1").city == "Umeå"


def test_bulk_that_only_creates_never_changes(cast):
    erp = program(cast)
    erp.post("organizations", customer("Old AB"))
    told = erp.post("organizations/bulk", {"mode": "create", "rows": [customer("Old AB") | {"city": "X"}]}).json()
    assert (told["failed"], list(told["items"][0]["errors"])) == (1, ["primary_domain"])
    assert stored(cast, name="Old AB").city == ""


def test_all_or_nothing_writes_nothing_with_one_bad_row(cast):
    erp = program(cast)
    rows = [customer("Good AB"), customer("Bad AB", primary_domain="co.uk")]
    answer = erp.post("organizations/bulk", {"rows": rows, "all_or_nothing": True})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["rows.2.primary_domain"]
    assert erp.get("organizations").json()["items"] == []


def test_bulk_asks_the_database_a_constant_number_of_times(cast, django_assert_max_num_queries):
    erp = program(cast)
    first = [customer(f"Customer {number} AB") for number in range(200)]
    with django_assert_max_num_queries(22):
        erp.post("organizations/bulk", {"rows": first})
    with django_assert_max_num_queries(22):
        told = erp.post("organizations/bulk", {"rows": [row | {"city": "X"} for row in first]}).json()
    assert told["updated"] == 200


def test_more_rows_than_allowed_are_refused(cast):
    answer = program(cast).post("organizations/bulk", {"rows": [{}] * 1001})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["rows"])


def test_paging_misses_nothing_while_others_write(cast):
    erp = program(cast)
    for number in range(25):
        erp.post("organizations", customer(f"Customer {number:02} AB"))
    seen, cursor = [], ""
    while cursor is not None:
        page = erp.get(f"organizations?limit=10{'&cursor=' + cursor if cursor else ''}").json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        erp.patch(f"organizations/{seen[0]}", {"name": f"AAA {len(seen)} AB"})
        erp.post("organizations", customer(f"Between {len(seen)} AB"))
    assert len(seen) == len(set(seen)) >= 25


def test_a_cursor_that_is_not_ours_is_refused(cast):
    for cursor in ("x", "W10", "bnVsbA", "%00", "W1sxXV0"):
        assert program(cast).get(f"organizations?cursor={cursor}").status_code == 422


@pytest.mark.parametrize(
    ("moment", "status"),
    [("2026-01-01T00:00:00-18:59", 200), ("2026-01-01T00:00:00", 422), ("0001-01-01T00:00:00+23:59", 422)],
)
def test_a_cursor_that_somebody_altered_is_read_or_refused(cast, moment, status):
    words = json.dumps([moment, str(uuid.uuid4())]).encode()
    cursor = base64.urlsafe_b64encode(words).decode()
    address = f"organizations?updated_since=2020-01-01T00:00:00Z&cursor={cursor}"
    assert program(cast).get(address).status_code == status


def test_changes_since_a_moment_with_those_that_were_archived(cast):
    erp = program(cast)
    old = erp.post("organizations", customer("Old AB")).json()
    gone = erp.post("organizations", customer("Gone AB")).json()
    since = (timezone.now() - timedelta(seconds=1)).isoformat().replace("+", "%2B")
    with acting_for(cast.northwind.pk):
        Organization.objects.filter(public_id=old["id"]).update(updated_at=timezone.now() - timedelta(days=1))
    erp.delete(f"organizations/{gone['id']}")
    told = erp.get(f"organizations?updated_since={since}").json()
    assert [(row["id"], row["archived_at"] is not None) for row in told["items"]] == [(gone["id"], True)]
    assert told["next_updated_since"] <= timezone.now().isoformat()


@pytest.mark.parametrize("since", ["1768-09-10T07:06:27-18:59", "0001-01-01T00:00:00-23:59", "9999-12-31T00:00:00Z"])
def test_any_moment_with_any_offset_is_understood(cast, since):
    assert program(cast).get(f"organizations?updated_since={since}").status_code == 200


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_out_of_all_years_is_refused(cast, since):
    refused = program(cast).get(f"organizations?updated_since={since}")
    assert refused.status_code == 422 and "updated_since" in refused.json()["errors"]


def test_approval_and_billing_are_answered(cast):
    erp = program(cast)
    on = customer() | {"approval_process": True, "approval_limit": 1200, "billing_start_date": "2026-02-01"}
    path = f"organizations/{erp.post('organizations', on).json()['id']}"

    def required(amount, period):
        return erp.post(f"{path}/approval-check", {"amount": amount, "period": period}).json()

    assert required(100, "month") == {"required": False, "annual_amount": "1200.00", "limit": "1200.00"}
    assert required(100.01, "month")["required"]
    assert not required(300, "quarter")["required"]
    assert required("3600.01", "three_years")["required"]
    assert not required(3600, "three_years")["required"]
    assert erp.post(f"{path}/approval-check", {"amount": -1, "period": "month"}).status_code == 422
    assert erp.get(f"{path}/billing-eligibility?on=2026-01-31").json() == {"may_run": False, "start_date": "2026-02-01"}
    assert erp.get(f"{path}/billing-eligibility?on=2026-02-01").json()["may_run"]
    assert erp.get(f"{path}/billing-eligibility?on=31/01/2026").status_code == 422
