"""What the form says while it is typed, and what it says of values that were kept otherwise than they were typed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cast import customer

from accounts.tenancy import acting_for
from organizations.approval import Period, most_without_approval, requires_approval
from organizations.models import Organization

URL = "/organizations/new/hints/"
TYPED = {"primary_domain": "https://www.Åkeri.se/", "contact_phone": "08-123 456 78", "approval_limit": "1 234,5"}


@pytest.fixture
def existing(cast):
    with acting_for(cast.northwind.pk):
        (made,) = cast.create(cast.admin, customer("Åkeri AB", primary_domain="åkeri.se", customer_number="K-7"))
    return made


def ask(client, url=URL, **texts):
    """The sentences by field, and where their links lead."""
    answer = client.post(url, texts)
    assert answer.status_code == 200
    found = {}
    for hint in answer.json()["hints"]:
        found.setdefault(hint["field"], []).append((hint["sentence"], hint["url"]))
    return found


def test_what_a_text_will_be_kept_as_is_said(cast):
    assert ask(cast.sign_in(), **TYPED, name=" Åkeri  ab ", country="swe", billing_start_date="2026-01-31") == {
        "primary_domain": [("Will be kept as åkeri.se.", "")],
        "contact_phone": [("Will be kept as +46 8 123 456 78.", "")],
        "approval_limit": [("Will be kept as 1,234.50.", "")],
        "country": [("Will be kept as Sweden.", "")],
        "billing_start_date": [("Will be kept as 31/01/2026.", "")],
    }


@pytest.mark.parametrize("text", ["ÅKERI.se", "nodomain", "", "  ", "a\0b", "x" * 20_000])
def test_nothing_is_said_of_capitals_and_of_what_is_wrong_or_missing(cast, text):
    assert ask(cast.sign_in(), primary_domain=text) == {}


def test_who_has_the_domain_the_number_or_the_name_already_is_named_with_a_link(cast, existing):
    url = f"/organizations/{existing.public_id}/"
    found = ask(cast.sign_in(), name="ÅKERI ab", primary_domain="www.åkeri.se", customer_number="k-7")
    said = "“åkeri.se” is already used by Åkeri AB. Enter another, or edit that organization."
    assert found["primary_domain"] == [("Will be kept as åkeri.se.", ""), (said, url)]
    assert "already used by Åkeri AB" in found["customer_number"][0][0]
    assert found["name"] == [("Åkeri AB (åkeri.se) has this name already.", url)]


def test_what_one_may_not_see_is_not_named(cast, existing):
    found = ask(cast.sign_in("key_account_manager"), name="Åkeri AB", primary_domain="åkeri.se")
    assert "name" not in found
    ((sentence, url),) = found["primary_domain"]
    assert sentence.endswith("is already in use; ask an administrator.") and not url
    assert ask(cast.sign_in("neighbour"), name="Åkeri AB", primary_domain="åkeri.se") == {}


def test_a_record_is_not_told_of_itself(cast, existing):
    url = f"/organizations/{existing.public_id}/edit/hints/"
    assert ask(cast.sign_in(), url, name="Åkeri AB", primary_domain="åkeri.se", customer_number="K-7") == {}


def test_hints_write_nothing_and_ask_two_questions(cast, existing, django_assert_max_num_queries):
    client = cast.sign_in()
    ask(client)
    with django_assert_max_num_queries(12):
        ask(client, **customer(), customer_number="1")
    with acting_for(cast.northwind.pk):
        assert Organization.objects.count() == 1


def test_the_arithmetic_of_the_limit_is_shown(cast):
    (told,) = ask(cast.sign_in(), approval_process="TRUE", approval_limit="12000")["approval_limit"]
    assert told[0] == (
        "Up to 12,000.00 SEK a year needs no approval. That is 1,000.00 a month (times 12), 3,000.00 a quarter "
        "(times 4), or 36,000.00 for three years (divided by 3)."
    )
    (blank,) = ask(cast.sign_in(), approval_process="TRUE", approval_limit="")["approval_limit"]
    assert blank[0] == "Every transaction needs approval."
    assert ask(cast.sign_in(), approval_process="FALSE", approval_limit="12000") == {}


def test_the_record_shows_the_arithmetic_too(cast):
    with acting_for(cast.northwind.pk):
        (made,) = cast.create(cast.admin, customer() | {"approval_process": "TRUE", "approval_limit": "100"})
    assert "8.33 a month (times 12)" in cast.sign_in().get(f"/organizations/{made.public_id}/").text


@given(st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2), st.sampled_from(Period))
def test_the_highest_price_that_passes_is_the_highest(limit, period):
    organization = Organization(approval_process=True, approval_limit=limit)
    most = most_without_approval(limit, period)
    assert not requires_approval(organization, most, period).required
    assert requires_approval(organization, most + Decimal("0.01"), period).required
    assert Fraction(most) == Fraction(round(most, 2))


def test_what_was_kept_otherwise_is_said_after_creating_and_saving(cast):
    client = cast.sign_in()
    page = client.post("/organizations/new/", customer("Åkeri AB") | TYPED, follow=True).text
    for said in ("“https://www.Åkeri.se/” was kept as åkeri.se", "“08-123 456 78” was kept as", "kept as 1,234.50"):
        assert said in page
    assert "Name: “" not in page
    with acting_for(cast.northwind.pk):
        (made,) = Organization.objects.all()
    edit = f"/organizations/{made.public_id}/edit/"
    posted = {**customer("Åkeri AB"), "primary_domain": "åkeri.se", "contact_phone": "+46812345678", "version": 1}
    page = client.post(edit, posted, follow=True).text
    assert "Saved." in page and "was kept as" not in page
    page = client.post(edit, posted | {"version": 2, "country": "NOR"}, follow=True).text
    assert "Country: “NOR” was kept as Norway." in page


def test_more_is_drawn_as_it_was_left(cast):
    client = cast.sign_in()
    assert '<details class="cb-more" data-remember="cb_more">' in client.get("/organizations/new/").text
    client.cookies["cb_more"] = "open"
    assert '<details class="cb-more" data-remember="cb_more" open>' in client.get("/organizations/new/").text
    client.cookies["cb_more"] = "shut"
    answer = client.post("/organizations/new/", customer() | {"country": "Atlantis"})
    assert 'data-remember="cb_more" open>' in answer.text, "an error opens it all the same"


def test_every_field_says_what_a_browser_may_fill_in(cast):
    page = cast.sign_in().get("/organizations/new/").text
    wanted = {
        "name": "organization",
        "primary_domain": "url",
        "notification_email": "email",
        "street_address": "street-address",
        "postal_code": "postal-code",
        "city": "address-level2",
        "state": "address-level1",
        "country": "country-name",
        "contact_name": "name",
        "contact_phone": "work tel",
        "contact_email": "work email",
        "contact_cell_phone": "mobile tel",
    }
    for name, token in wanted.items():
        control = page.partition(f'name="{name}"')[2].partition(">")[0]
        assert f'autocomplete="{token}"' in control, name
    assert "In SEK." in page
