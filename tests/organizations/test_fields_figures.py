"""Amounts, dates, countries, phones and registration numbers: what they become, and the code of what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from answers import error, value, warning

from organizations.fields import EVERY_MARK, DecimalMark, Reading, narrow, settled

# amounts


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1000", "1000"),
        ("1000.5", "1000.5"),
        ("1000,50", "1000.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234", "1234"),
        ("1\u202f234,5", "1234.5"),
        ("1’234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("0", "0"),
        ("0.5", "0.5"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_an_amount_that_can_only_mean_one_thing_is_read(text, amount):
    assert value("approval_limit", text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234", "amount_ambiguous"),
        ("1.234", "amount_ambiguous"),
        ("-1", "amount_negative"),
        ("−1,50", "amount_negative"),
        ("0.123", "amount_places"),
        ("1234.500", "amount_places"),
        ("10000000000", "amount_too_large"),
        ("9" * 300, "amount_too_large"),
        ("9" * 301, "too_long"),
        ("1e3", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("SEK 100", "amount_unreadable"),
        ("12,34,567", "amount_unreadable"),
        ("1 23", "amount_unreadable"),
        ("1,234 567", "amount_unreadable"),
        ("١٢٣", "amount_unreadable"),
    ],
)
def test_a_wrong_amount_is_told_apart(text, code):
    assert error("approval_limit", text) == code


def test_a_blank_limit_stays_blank():
    assert value("approval_limit", " ") is None


def test_a_column_with_one_clear_cell_settles_the_ambiguous_ones():
    for clear, amount in (("2,500.50", "1234"), ("2500.5", "1234")):
        mark = settled(narrow(narrow(EVERY_MARK, clear), "1,234"))
        assert mark == DecimalMark.POINT
        assert value("approval_limit", "1,234", Reading(decimal_mark=mark)) == Decimal(amount)
    mark = settled(narrow(narrow(EVERY_MARK, "1.234"), "7,5"))
    assert value("approval_limit", "1.234", Reading(decimal_mark=mark)) == Decimal(1234)


def test_a_column_without_a_clear_cell_or_with_both_marks_stays_unsettled():
    for cells in (["1,234", "1000", "abc", ""], ["1,50", "2.75"], ["2.75", "1,50", "3,50"]):
        marks = EVERY_MARK
        for cell in cells:
            marks = narrow(marks, cell)
        assert settled(marks) == DecimalMark.UNSETTLED


def test_a_cell_against_the_settled_mark_is_an_error():
    assert error("approval_limit", "1000,50", Reading(decimal_mark=DecimalMark.POINT)) == "amount_other_mark"
    assert error("approval_limit", "1000.50", Reading(decimal_mark=DecimalMark.COMMA)) == "amount_other_mark"


# dates


@pytest.mark.parametrize(
    "text",
    ["31/01/2026", "31/1/2026", "31.01.2026", "31-01-2026", "2026-01-31", "2026-01-31T00:00:00", "2026-01-31 00:00:00"],
)
def test_a_date_is_read_day_first_or_as_iso(text):
    assert value("billing_start_date", text) == date(2026, 1, 31)


def test_the_order_of_day_and_month_is_chosen_for_the_column():
    assert value("billing_start_date", "1/2/2026") == date(2026, 2, 1)
    assert value("billing_start_date", "1/2/2026", Reading(date_order="mdy")) == date(2026, 1, 2)
    assert value("billing_start_date", "2026-02-01", Reading(date_order="mdy")) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/2026", "date_impossible"),
        ("29/02/2025", "date_impossible"),
        ("00/01/2026", "date_impossible"),
        ("01/31/2026", "date_order"),
        ("2026-01-31 13:45", "date_with_time"),
        ("31/01/26", "date_unreadable"),
        ("46053", "date_unreadable"),
        ("31/01-2026", "date_unreadable"),
        ("tomorrow", "date_unreadable"),
        ("01/01/0202", "date_out_of_range"),
    ],
)
def test_a_wrong_date_is_told_apart(text, code):
    assert error("billing_start_date", text) == code


# countries


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("se", "SE"),
        ("SWE", "SE"),
        ("sweden", "SE"),
        ("UK", "GB"),
        ("U.S.A.", "US"),
        ("The Netherlands", "NL"),
        ("Czech Republic", "CZ"),
        ("Côte d’Ivoire", "CI"),
        ("cote d'ivoire", "CI"),
        ("Korea (the Republic of)", "KR"),
        ("Bahamas (The)", "BS"),
        ("Bosnia & Herzegovina", "BA"),
    ],
)
def test_a_country_is_stored_as_alpha_2(text, code):
    assert value("country", text) == code


@pytest.mark.parametrize("text", ["Korea", "ZZ", "Atlantis", "??", "Gondor"])
def test_a_country_that_nobody_knows_is_an_error(text):
    assert error("country", text) == "country_unknown"


# phones: warnings, never errors


@pytest.mark.parametrize(
    "text", ["+46 8 123 456 78", "08-123 456 78", "+46 (0)8 123 456 78", "0046812345678", "08/12345678"]
)
def test_a_valid_number_of_the_country_is_stored_as_e164(text):
    assert warning("contact_phone", text, country="SE") == ("+46812345678", [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("08-123 456 78 ext 5", "phone_extension"),
        ("+47 22 12 34 56", "phone_other_country"),
        ("+46 8 1", "phone_invalid"),
        ("ask Anna", "phone_invalid"),
        ("+46 8 123 456 78 (AB)", "phone_invalid"),
        ("08-123 456 78 / 08-123 456 79", "phone_invalid"),
        ("112", "phone_invalid"),
    ],
)
def test_any_other_number_is_kept_as_typed_with_a_warning(text, code):
    assert warning("contact_phone", text, country="SE") == (text, [code])


def test_the_resellers_country_serves_where_the_row_names_none():
    assert warning("contact_phone", "08-123 456 78", Reading(country="SE")) == ("+46812345678", [])
    assert warning("contact_phone", "08-123 456 78", Reading(country="SE"), "NO")[1] == ["phone_invalid"]


def test_without_any_country_only_an_international_number_is_understood():
    assert warning("contact_phone", "+47 22 12 34 56") == ("+4722123456", [])
    assert warning("contact_phone", "22 12 34 56") == ("22 12 34 56", ["phone_without_country"])


# registration numbers: warnings, never errors


@pytest.mark.parametrize(
    ("text", "country", "codes"),
    [
        ("556703-7485", "SE", []),
        ("556703-7486", "SE", ["registration_checksum"]),
        ("SE556703748501", "SE", []),
        ("n/a", "SE", []),
        ("988077917", "NO", []),
        ("988077918", "NO", ["registration_checksum"]),
        ("DE136695976", "DE", []),
        ("DE136695975", "DE", ["registration_checksum"]),
        ("HRB 12345", "DE", []),
        ("01234567", "GB", []),
        ("556703-7486", "", []),
        ("556703-7486", "US", []),
    ],
)
def test_a_failing_check_digit_is_a_warning_where_the_country_is_known(text, country, codes):
    assert warning("registration_number", text, Reading(country="SE"), country) == (text, codes)
