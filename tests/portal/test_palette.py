"""The search of the whole portal: what it finds for whom, as a page and as the palette's JSON."""

import pytest
from django.urls import reverse
from support.cast import customer

from accounts.roles import Role
from accounts.tenancy import acting_for
from groups.models import Assignment
from portal.palette import ACTIONS, OTHERS

PAGE = "/search/"


@pytest.fixture
def rows(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Räksmörgås AB", customer_number="K-7"), groups=[cast.nordics])
        cast.create(cast.admin, customer("Dach GmbH"), groups=[cast.dach])
    return cast


def ask(client, text=""):
    answer = client.get(PAGE, {"q": text}, headers={"Accept": "application/json"})
    return {section["label"]: section["hits"] for section in answer.json()["sections"]}


def labels(client, text=""):
    return {label: [hit["label"] for hit in hits] for label, hits in ask(client, text).items()}


@pytest.mark.parametrize("text", ["raksmor", "MÖRGÅS", "rgas-ab.example", "k-7"])
def test_an_organization_is_found_by_any_part_of_name_domain_or_number(rows, text):
    (hit,) = ask(rows.sign_in(), text)["Organizations"]
    assert hit["label"] == "Räksmörgås AB" and hit["hint"] == "raksmorgas-ab.example · K-7"
    assert rows.sign_in().get(hit["url"]).status_code == 200


def test_only_what_one_may_see_is_found(rows):
    assert labels(rows.sign_in("view_only_admin"), "dach")["Organizations"] == ["Dach GmbH"]
    assert labels(rows.sign_in("key_account_manager"), "dach") == {}
    assert labels(rows.sign_in("neighbour"), "dach") == {}


def test_archived_ones_are_left_out_and_many_lead_to_the_list(rows):
    client = rows.sign_in()
    client.post(ask(client, "dach")["Organizations"][0]["url"] + "archive/")
    assert labels(client, "dach") == {}
    with acting_for(rows.northwind.pk):
        rows.create(rows.admin, *(customer(f"Many & {number} AB") for number in range(9)))
    hits = ask(client, "many &")["Organizations"]
    assert len(hits) == 9 and hits[-1]["label"] == "All that have “many &”"
    assert len(client.get(hits[-1]["url"]).context["rows"]) == 9


def test_pages_and_actions_are_found_by_a_part_of_their_name(rows):
    assert labels(rows.sign_in(), "group") == {"Actions": ["New Group"], "Pages": ["Groups"]}
    assert labels(rows.sign_in(), "webh") == {"Actions": ["New webhook"], "Pages": ["Webhooks"]}


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_page_and_action_that_is_offered_can_be_opened(rows, role):
    client = rows.sign_in(role)
    found = ask(client)
    urls = [hit["url"] for label in ("Actions", "Pages") for hit in found.get(label, [])]
    assert len(urls) > 8
    assert {url: client.get(url).status_code for url in urls if client.get(url).status_code not in (200, 302)} == {}
    assert (reverse("organizations:new") in urls) == (client.get(reverse("organizations:new")).status_code == 200)


def test_everything_that_can_be_offered_is_offered_to_a_reseller_admin(rows):
    found = labels(rows.sign_in())
    assert [str(item.label) for item in ACTIONS] == found["Actions"]
    assert {str(item.label) for item in OTHERS} < set(found["Pages"])


# Recently visited


def test_what_was_visited_last_comes_first_and_only_while_one_sees_it(rows):
    client = rows.sign_in("key_account_manager")
    with acting_for(rows.northwind.pk):
        (second,) = rows.create(rows.admin, name="Second AB", groups=[rows.nordics])
    first = ask(client, "raksm")["Organizations"][0]["url"]
    for url in (first, f"/organizations/{second.public_id}/", first, first):
        client.get(url)
    assert labels(client)["Recently visited"] == ["Räksmörgås AB", "Second AB"]
    with acting_for(rows.northwind.pk):
        Assignment.objects.filter(membership=rows.members["key_account_manager"]).delete()
    assert "Recently visited" not in labels(client)
    assert "Recently visited" not in labels(rows.sign_in())


def test_no_more_than_eight_are_remembered(rows):
    client = rows.sign_in()
    with acting_for(rows.northwind.pk):
        made = rows.create(rows.admin, *(customer(f"Visited {number} AB") for number in range(10)))
    for row in made:
        client.get(f"/organizations/{row.public_id}/")
    assert len(labels(client)["Recently visited"]) == 8


# The page


def test_without_a_script_a_page_says_the_same(rows):
    client = rows.sign_in()
    assert f'href="{PAGE}"' in client.get("/organizations/").text
    page = client.get(f"{PAGE}?q=raksm")
    assert "Räksmörgås AB" in page.text and 'value="raksm"' in page.text
    assert "Nothing matches" in client.get(f"{PAGE}?q=nothing-is-called-so").text


@pytest.mark.parametrize("text", ["\0", "%", "_", "\\", "'", "x" * 5_000, "<script>alert(1)</script>", "‮"])
def test_whatever_is_typed_is_only_looked_for(rows, text):
    assert "Organizations" not in labels(rows.sign_in(), text) or text == "\0"
    page = rows.sign_in().get(PAGE, {"q": text})
    assert page.status_code == 200 and "<script>alert" not in page.text


def test_the_answer_is_kept_by_nobody_and_asks_few_questions(rows, django_assert_max_num_queries):
    client = rows.sign_in()
    with django_assert_max_num_queries(12):
        answer = client.get(PAGE, {"q": "a"}, headers={"Accept": "application/json"})
    assert "no-store" in answer["Cache-Control"] and "Accept" in answer["Vary"]
