"""Would a purchase need approval, and be billed: the answers in words, and the question on an organization's page."""

from datetime import date
from decimal import Decimal

import pytest
from support.programs import program

from accounts.tenancy import acting_for
from organizations.approval import Period, approval_in_words, billing_in_words, requires_approval
from organizations.models import Organization

LIMITED = Organization(approval_process=True, approval_limit=Decimal(1000), billing_start_date=date(2027, 1, 1))


def approval(amount, period=Period.YEAR, organization=LIMITED):
    return approval_in_words(organization, Decimal(amount), period, "SEK")


@pytest.mark.parametrize(
    ("amount", "period", "sentence"),
    [
        ("1200", "year", "SEK 1,200 is above the limit of SEK 1,000: needs approval."),
        ("1000", "year", "SEK 1,000 is not above the limit of SEK 1,000: needs no approval."),
        (
            "100",
            "month",
            "SEK 100 a month is SEK 1,200 a year (times 12), above the limit of SEK 1,000: needs approval.",
        ),
        (
            "250",
            "quarter",
            "SEK 250 a quarter is SEK 1,000 a year (times 4), not above the limit of SEK 1,000: needs no approval.",
        ),
        (
            "2000.50",
            "two_years",
            "SEK 2,000.50 for two years is SEK 1,000.25 a year (divided by 2), above the limit of SEK 1,000:"
            " needs approval.",
        ),
        (
            "3000.01",
            "three_years",
            "SEK 3,000.01 for three years is a little more than SEK 1,000 a year (divided by 3), above the limit of"
            " SEK 1,000: needs approval.",
        ),
    ],
)
def test_the_arithmetic_is_told_in_words(amount, period, sentence):
    assert approval(amount, Period(period)) == sentence
    assert requires_approval(LIMITED, Decimal(amount), Period(period)).required == ("no approval" not in sentence)


def test_without_a_limit_or_without_the_process_the_amount_does_not_matter():
    always = Organization(approval_process=True, approval_limit=Decimal(0))
    never = Organization(approval_process=False, approval_limit=Decimal(1))
    assert approval("0.01", organization=always) == "Needs approval: every transaction does, as no limit is set."
    assert approval("9999", organization=never) == "Needs no approval: the approval process is off."


def test_the_day_that_decides_about_billing_is_told():
    assert billing_in_words(LIMITED, date(2026, 12, 15)) == "Billed from 1 Jan 2027: not billed on 15 Dec 2026."
    assert billing_in_words(LIMITED, date(2027, 1, 1)) == "Billed from 1 Jan 2027: billed on 1 Jan 2027."
    assert billing_in_words(Organization(), date(2027, 1, 1)) == "Not billed: no billing start date is set."


# On the page


@pytest.fixture
def address(cast):
    with acting_for(cast.northwind.pk):
        limit = {"approval_process": "TRUE", "approval_limit": "1000", "billing_start_date": "01/01/2027"}
        (made,) = cast.create(cast.admin, groups=[cast.nordics], **limit)
    return f"/organizations/{made.public_id}/"


def ask(client, address, **query):
    return client.get(address, {"amount": "1200", "period": "year", "on": "2026-12-15"} | query)


def told(answer):
    return [found["text"] for found in answer.context["purchase"]["answers"]]


@pytest.mark.parametrize("role", ["reseller_admin", "view_only_admin", "sales_agent"])
def test_whoever_sees_the_organization_can_try_a_purchase_without_a_script(cast, address, role):
    page = cast.sign_in(role).get(address)
    assert 'action="#purchase"' in page.text and "answers" not in page.context["purchase"]
    answer = ask(cast.sign_in(role), address)
    assert answer.status_code == 200
    assert told(answer) == [
        "SEK 1,200 is above the limit of SEK 1,000: needs approval.",
        "Billed from 1 Jan 2027: not billed on 15 Dec 2026.",
    ]
    assert 'value="1200"' in answer.text and 'value="2026-12-15"' in answer.text, "the question stays in the form"


def test_the_page_and_the_api_say_the_same(cast, address):
    answer = program(cast).post(f"{address[1:]}approval-check", {"amount": "1200", "period": "year"})
    assert answer.json()["required"] and "needs approval" in told(ask(cast.sign_in(), address))[0]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"amount": ""}, "Enter a price."),
        ({"amount": "many"}, "“many” is not an amount."),
        ({"amount": "-1"}, "“-1” is below zero."),
        ({"amount": "1\0"}, "Null characters are not allowed."),
        ({"period": "decade"}, "Choose one of these."),
        ({"on": "31/02/2026"}, "“31/02/2026” is a day that does not exist."),
        ({"on": ""}, "Enter a date."),
    ],
)
def test_what_cannot_be_read_is_told_and_never_an_error_of_ours(cast, address, query, sentence):
    answer = ask(cast.sign_in(), address, **query)
    assert answer.status_code == 422
    assert any(problem["sentence"].startswith(sentence) for problem in answer.context["problems"])


def test_an_archived_organization_is_not_asked_about(cast, address):
    client = cast.sign_in()
    assert "purchase" in client.get(address).context
    client.post(f"{address}archive/")
    assert "purchase" not in ask(client, address).context
