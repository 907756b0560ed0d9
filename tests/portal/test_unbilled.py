"""Will not be billed: what is listed for whom and why, the remedy beside it, the file, and what it costs."""

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from support.cast import customer

from accounts.tenancy import acting_for
from csp_link.models import Tenant
from events.models import Event
from groups.models import Assignment
from organizations.models import Organization

PAGE = "/will-not-be-billed/"
STARTED = {"billing_start_date": "01/01/2026"}


@pytest.fixture
def customers(cast):
    """One for each reason, one that is billed, one that is archived; of two groups."""
    with acting_for(cast.northwind.pk):
        later = {"billing_start_date": "31/12/2099"}
        cast.create(cast.admin, name="No Start AB", customer_number="1", groups=[cast.nordics])
        cast.create(cast.admin, name="Dach No Start GmbH", customer_number="2", groups=[cast.dach])
        cast.create(cast.admin, name="Later AB", customer_number="3", groups=[cast.nordics], **later)
        cast.create(cast.admin, name="No Number AB", groups=[cast.nordics], **STARTED)
        cast.create(cast.admin, name="Billed AB", customer_number="4", groups=[cast.nordics], **STARTED)
        (gone,) = cast.create(cast.admin, name="Archived AB")
        tenant(cast, "Young AB", days=1)
        tenant(cast, "Old AB", days=90)
        tenant(cast, "Ignored AB", days=9, ignored_at=timezone.now())
    cast.sign_in().post(f"/organizations/{gone.public_id}/archive/")


def tenant(cast, name, *, days, **values):
    seen = timezone.now() - timedelta(days=days)
    return Tenant.objects.create(
        reseller=cast.northwind, tenant_id=uuid.uuid4(), name=name, sort_name=name.lower(), first_seen=seen, **values
    )


def listed(client, reason):
    return [row["name"] for row in client.get(f"{PAGE}?reason={reason}").context["rows"]]


def numbers(answer):
    return {str(reason["label"]): reason["number"] for reason in answer.context["reasons"]}


def fixes(answer):
    return {str(reason["label"]): reason["fix"] and str(reason["fix"]["label"]) for reason in answer.context["reasons"]}


def test_every_reason_is_counted_and_listed_oldest_first(cast, customers):
    client = cast.sign_in()
    answer = client.get(PAGE)
    assert numbers(answer) == {
        "Microsoft tenants without an organization": "2",
        "No billing start date": "2",
        "Billing starts later": "1",
        "No customer number": "1",
    }
    assert [row["name"] for row in answer.context["rows"]] == ["Old AB", "Young AB"], "the first reason that holds any"
    assert listed(client, "no_start") == ["No Start AB", "Dach No Start GmbH"]
    assert listed(client, "later") == ["Later AB"]
    assert listed(client, "no_number") == ["No Number AB"]
    assert listed(client, "nonsense") == ["Old AB", "Young AB"]


def test_who_is_bound_to_groups_is_told_of_their_own_and_of_no_tenant(cast, customers):
    client = cast.sign_in("key_account_manager")
    assert numbers(client.get(PAGE)) == {
        "No billing start date": "1",
        "Billing starts later": "1",
        "No customer number": "1",
    }
    assert listed(client, "no_start") == ["No Start AB"]
    assert listed(client, "tenants") == ["No Start AB"], "a reason that is not theirs shows the first of theirs"
    assert "Dach" not in client.get(f"{PAGE}?reason=no_start").text


def test_the_neighbour_sees_none_of_it(cast, customers):
    answer = cast.sign_in("neighbour").get(PAGE)
    assert answer.context["empty"] == "none_yet"
    assert set(numbers(answer).values()) == {"0"}


def test_a_date_that_comes_today_is_billed_today(cast):
    with acting_for(cast.northwind.pk):
        today = cast.northwind.today().strftime("%d/%m/%Y")
        tomorrow = (cast.northwind.today() + timedelta(days=1)).strftime("%d/%m/%Y")
        cast.create(cast.admin, name="Today AB", customer_number="1", billing_start_date=today)
        cast.create(cast.admin, name="Tomorrow AB", customer_number="2", billing_start_date=tomorrow)
    assert listed(cast.sign_in(), "later") == ["Tomorrow AB"]


# The remedy


def test_the_remedy_stands_beside_each_number_for_those_who_may(cast, customers):
    assert fixes(cast.sign_in().get(PAGE)) == {
        "Microsoft tenants without an organization": "Link Tenant to Organization",
        "No billing start date": "Set billing start date",
        "Billing starts later": "Change billing start date",
        "No customer number": "Workbook to fill in",
    }
    assert set(fixes(cast.sign_in("view_only_admin").get(PAGE)).values()) == {None}
    viewer = cast.sign_in("view_only_admin").get(f"{PAGE}?reason=no_start")
    assert "/edit/" not in viewer.text and 'name="id"' not in viewer.text


def sent_by(answer, label):
    (fix,) = [reason["fix"] for reason in answer.context["reasons"] if reason["label"] == label]
    return fix["action"], fix["fields"]


def test_all_that_have_no_start_get_one_and_the_page_comes_back(cast, customers):
    client = cast.sign_in()
    action, fields = sent_by(client.get(PAGE), "No billing start date")
    question = client.post(action, fields)
    assert "Billing start date of 2 organizations" in question.text
    kept = {field["name"]: field["value"] for field in question.context["kept"]}
    done = client.post(action, kept | {"confirmed": "yes", "billing_start_date": "01/02/2026"})
    assert (done.status_code, done.url) == (302, f"{PAGE}?reason=no_start")
    assert numbers(client.get(PAGE))["No billing start date"] == "0"
    with acting_for(cast.northwind.pk):
        assert Organization.objects.filter(billing_start_date="2026-02-01").count() == 2


def test_ticked_ones_get_one_and_a_foreign_address_to_come_back_to_is_not_followed(cast, customers):
    client = cast.sign_in()
    (row, _) = client.get(f"{PAGE}?reason=no_start").context["rows"]
    for back, expected in (
        (f"{PAGE}?reason=no_start", f"{PAGE}?reason=no_start"),
        ("//evil.example/", "/organizations/?sort=name"),
    ):
        form = {"action": "billing", "id": row["id"], "confirmed": "yes", "billing_start_date": "01/02/2026"}
        assert client.post("/organizations/bulk/", form | {"back": back}).url == expected
    assert listed(client, "no_start") == ["Dach No Start GmbH"]


def test_the_workbook_to_fill_in_holds_those_without_a_number(cast, customers):
    client = cast.sign_in()
    action, fields = sent_by(client.get(PAGE), "No customer number")
    answer = client.post(action, fields)
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    with acting_for(cast.northwind.pk):
        assert Event.objects.filter(kind="organizations.exported").latest("id").details["count"] == 1


# The file


def test_the_file_has_a_line_for_every_reason_and_is_told_in_the_log(cast, customers, monkeypatch):
    monkeypatch.setattr("organizations.pages.COUNTED", 1)  # what a page stops to count at, the log does not
    content = b"".join(cast.sign_in().post(f"{PAGE}export/").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [(row["Why"], row["Name"]) for row in rows] == [
        ("Microsoft tenants without an organization", "Old AB"),
        ("Microsoft tenants without an organization", "Young AB"),
        ("No billing start date", "No Start AB"),
        ("No billing start date", "Dach No Start GmbH"),
        ("Billing starts later", "Later AB"),
        ("No customer number", "No Number AB"),
    ]
    assert rows[4]["Billing start date"] == "31/12/2099" and rows[4]["Customer number"] == "3"
    with acting_for(cast.northwind.pk):
        assert Event.objects.filter(kind="organizations.exported").latest("id").details["count"] == 6


def test_the_file_of_who_is_bound_to_groups_holds_their_own(cast, customers):
    content = b"".join(cast.sign_in("sales_agent").post(f"{PAGE}export/").streaming_content).decode()
    assert "No Start AB" in content and "Dach" not in content and "Old AB" not in content


# Nothing to show, and much


def test_an_empty_page_says_why(cast):
    assert cast.sign_in().get(PAGE).context["empty"] == "none_yet"
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer_number="1", **STARTED)
    assert cast.sign_in().get(PAGE).context["empty"] == "all_billed"
    with acting_for(cast.northwind.pk):
        Assignment.objects.filter(membership=cast.members["sales_agent"]).delete()
    assert cast.sign_in("sales_agent").get(PAGE).context["empty"] == "no_group"


def test_it_asks_as_often_for_two_as_for_thirty_and_turns_pages(cast, customers, django_assert_max_num_queries):
    client = cast.sign_in()

    def ask():
        with django_assert_max_num_queries(20) as asked:
            page = client.get(f"{PAGE}?reason=no_start")
        return page, len(asked)

    _, few = ask()
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *(customer(f"Many {number:02} AB") for number in range(30)), groups=[cast.dach])
    page, many = ask()
    assert many == few
    rest = client.get(page.context["pager"]["next_url"])
    names = [row["name"] for row in [*page.context["rows"], *rest.context["rows"]]]
    assert len(names) == len(set(names)) == 32
