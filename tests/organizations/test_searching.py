"""Searching looks up what is rare in a text and finds what holds all of it, whichever part of it is rare."""

import random

import pytest
from support.cast import customer

from accounts.tenancy import acting_for
from organizations.listing import matching
from organizations.models import Organization
from organizations.searching import rare_parts

ALIKE = [f"customer {n} gmbh\ncustomer-{n}.example\nc{n:09}" for n in range(1000, 1200)]


@pytest.mark.parametrize(
    ("term", "parts"),
    [
        ("customer-4711.example", ["r-4711."]),
        ("customer-4711", ["r-4711"]),
        ("c000004711", ["004711"]),
        ("nordstern", ["nordstern"]),
        ("müller gmbh", ["müller"]),
        ("kurz customer lang", ["kurz cu", "r lang"]),
    ],
)
def test_what_nearly_every_row_has_is_not_looked_up(term, parts):
    assert rare_parts(term, ALIKE) == parts


def test_where_nothing_is_rare_all_of_it_is_looked_up():
    assert rare_parts("customer", ALIKE) == ["customer"]


def test_a_part_without_three_letters_in_a_row_leads_nowhere():
    assert rare_parts("customer-x.example", ALIKE) == ["customer-x.example"]


def test_of_a_new_reseller_everything_is_rare():
    assert rare_parts("customer-4711", []) == ["customer-4711"]


@pytest.mark.django_db
def test_any_part_finds_the_rows_that_hold_it(cast):
    odd = ["100%_sure", r"back\slash", "o'brien & co", "(-) ---", "åäö 株式会社", "a.b.c"]
    with acting_for(cast.northwind.pk):
        for n in range(40):
            names = {"name": f"Customer {n} {odd[n % len(odd)]} GmbH", "customer_number": f"C-{n:06}"}
            cast.create(cast.admin, customer(f"Customer {n}") | names)
        rows = Organization.objects.filter(reseller=cast.northwind)
        texts = dict(rows.values_list("pk", "search_text"))
        draw = random.Random(7)
        for _ in range(150):
            text = draw.choice(draw.choice(list(texts.values())).split("\n")[:3])
            start, length = draw.randrange(len(text)), draw.randrange(6, 20)
            term = text[start : start + length].strip()
            if len(term) >= 3:
                found = set(matching(cast.admin, rows, term).values_list("pk", flat=True))
                assert found == {pk for pk, held in texts.items() if term in held}, term
