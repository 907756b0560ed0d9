"""Whole rows: all errors at once, what is derived from them, and what goes out again."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import translation

from organizations.fields import (
    BY_NAME,
    NAMES,
    DecimalMark,
    Reading,
    derived,
    fold,
    neutralise,
    read_row,
    read_row_slowly,
    read_value,
    restore,
    retold,
    shown,
    storable,
    text_of,
    written,
)
from organizations.problems import MESSAGES, Problem

if not settings.configured:
    settings.configure(USE_I18N=False)

GOOD = {
    "name": "Northwind Traders",
    "primary_domain": "northwind.example",
    "notification_email": "it@northwind.example",
}


def row(**texts):
    return read_row([(GOOD | texts).get(name, "") for name in NAMES], Reading(country="SE"))


def codes(problems):
    return {name: [problem.code for problem in found] for name, found in problems.items()}


def test_a_row_with_the_three_mandatory_fields_is_good():
    read = row()
    assert read.ok
    assert (read["approval_process"], read["approval_limit"], read["billing_start_date"]) == (False, None, None)
    assert read["city"] == ""
    assert read.warnings == {}


def test_all_errors_of_a_row_come_at_once():
    read = row(
        name="", primary_domain="co.uk", approval_limit="1,234", billing_start_date="31/02/2026", country="Atlantis"
    )
    assert codes(read.errors) == {
        "name": ["mandatory"],
        "primary_domain": ["domain_public_suffix"],
        "approval_limit": ["amount_ambiguous"],
        "billing_start_date": ["date_impossible"],
        "country": ["country_unknown"],
    }
    assert read["notification_email"] == "it@northwind.example"
    assert read["primary_domain"] == ""


def test_a_row_of_another_width_is_the_callers_mistake():
    for read in (read_row, read_row_slowly):
        with pytest.raises(ValueError, match="17 cells"):
            read(["x"] * 16, Reading())


def test_a_row_is_read_with_its_own_country():
    read = row(country="Norway", contact_phone="22 12 34 56", registration_number="988077918")
    assert read["contact_phone"] == "+4722123456"
    assert codes(read.warnings) == {"registration_number": ["registration_checksum"]}


@pytest.mark.parametrize("limit", ["", "0", "0.00"])
def test_approval_without_a_limit_is_a_warning(limit):
    assert codes(row(approval_process="TRUE", approval_limit=limit).warnings) == {
        "approval_limit": ["approval_every_transaction"]
    }


def test_approval_with_a_limit_or_a_broken_one_is_no_such_warning():
    assert row(approval_process="TRUE", approval_limit="1").warnings == {}
    assert row(approval_process="TRUE", approval_limit="x").warnings == {}
    assert row(approval_process="FALSE", approval_limit="0").warnings == {}


def test_what_a_row_keeps_and_says_can_be_stored():
    read = row(name="a\x00b", city="\ud800")
    told = [problem.as_json() for problems in read.errors.values() for problem in problems]
    for text in (*read.raw, json.dumps(told, ensure_ascii=False)):
        assert "\x00" not in text
        text.encode()
    assert not row(name=read.raw[0]).ok, "what was replaced may not pass the second time"


def test_problems_are_not_shared_between_rows():
    first, second = row(primary_domain="acme"), row(primary_domain="acme")
    first.errors["primary_domain"].clear()
    assert second.errors["primary_domain"]


# out again


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("approval_process", True, "TRUE"),
        ("approval_process", False, "FALSE"),
        ("approval_limit", Decimal("1000.00"), "1000"),
        ("approval_limit", Decimal("1000.50"), "1000.50"),
        ("approval_limit", None, ""),
        ("billing_start_date", date(2026, 1, 31), "31/01/2026"),
        ("primary_domain", "xn--rksmrgs-5wao1o.se", "räksmörgås.se"),
        ("contact_phone", "+46812345678", "+46812345678"),
        ("country", "SE", "SE"),
        ("name", "=1+1", "=1+1"),
    ],
)
def test_a_value_has_one_text_in_files(name, value, text):
    assert text_of(name, value) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("approval_process", True, "Yes"),
        ("approval_limit", Decimal("1000"), "1,000.00"),
        ("billing_start_date", date(2026, 1, 31), "31/01/2026"),
        ("primary_domain", "xn--rksmrgs-5wao1o.se", "räksmörgås.se"),
        ("contact_phone", "+46812345678", "+46 8 123 456 78"),
        ("contact_phone", "ask Anna", "ask Anna"),
        ("country", "SE", "Sweden"),
        ("country", "", ""),
        ("billing_start_date", None, ""),
    ],
)
def test_people_are_shown_words(name, value, text):
    assert shown(name, value) == text


@pytest.mark.parametrize(
    ("language", "amount", "day", "country"),
    [
        ("en", "1234567.50", "31/01/2026", "Germany"),
        ("de", "1234567,50", "31.01.2026", "Deutschland"),
        ("sv", "1234567,50", "2026-01-31", "Tyskland"),
    ],
)
def test_a_form_reads_what_it_shows_in_every_language(language, amount, day, country):
    with translation.override(language):
        assert written("approval_limit", Decimal("1234567.50")) == amount
        assert written("billing_start_date", date(2026, 1, 31)) == day
        assert written("approval_limit", Decimal("1000.00")) == "1000"
        assert written("country", "DE") == "DE" and shown("country", "DE") == country
        for name, value in (("approval_limit", Decimal("1234567.50")), ("billing_start_date", date(2026, 1, 31))):
            assert read_value(name, written(name, value), Reading()).value == value
            assert read_value(name, shown(name, value), Reading()).value == value, "and what pages show"
            assert retold(name, text_of(name, value)) == shown(name, value)


@pytest.mark.parametrize("text", ["", "31/02/2026", "abc"])
def test_what_the_log_holds_and_is_no_date_stays_as_it_is(text):
    assert retold("billing_start_date", text) == text


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("=1+1", "'=1+1"),
        ("'=1", "''=1"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        ("+46812345678", "+46812345678"),
        ("a=b", "a=b"),
    ],
)
def test_formulas_are_neutralised_and_phones_are_not(text, neutral):
    assert neutralise(text) == neutral
    assert restore(neutral) == text


def test_an_apostrophe_that_guards_nothing_stays():
    assert restore("'s-Hertogenbosch") == "'s-Hertogenbosch"


# derived


def test_a_row_is_found_by_everything_that_identifies_it():
    read = row(name="Åkeri  Öst", primary_domain="räksmörgås.se", customer_number="Kd-ÅÄ", registration_number="X 1")
    sort_name, key, search_text = derived("0190ABCD", read.values)
    assert sort_name == "akeri ost"
    assert key == "kd-åä"
    assert search_text.split("\n") == [
        "akeri ost",
        "raksmorgas.se",
        "xn--rksmrgs-5wao1o.se",
        "kd-aa",
        "x 1",
        "0190abcd",
    ]


def test_a_row_without_a_customer_number_has_no_key():
    assert derived("1", row().values)[1] == ""


def test_a_search_term_is_folded_as_the_record_was():
    assert fold("ÅKERI") in derived("1", row(name="Östra Åkeri").values)[2]
    assert fold("Strasse") == fold("STRAßE")
    assert fold("Ægir Łódź") == "aegir lodz"


# sentences


def test_every_code_has_a_sentence_that_takes_its_params():
    names = ["value", "heading", "label", "max", "length", "character", "pattern", "example", "month", "first", "whole"]
    names += ["other", "rows", "most"]
    params = dict.fromkeys([*names, "country", "name"], "Q")
    for code in MESSAGES:
        sentence = Problem(code, params).sentence()
        assert sentence.endswith("."), code
        assert "…" not in sentence and "%(" not in sentence, code


def test_an_unknown_code_or_a_missing_param_still_makes_a_sentence():
    assert "brand_new" in Problem("brand_new").sentence()
    assert "…" in Problem("taken", {"value": "a"}).sentence()


def test_a_percent_sign_in_a_value_is_no_placeholder():
    assert "100%s%(x)s" in Problem("boolean_unknown", {"value": "100%s%(x)s"}).sentence()


def test_a_problem_survives_json():
    problem = row(primary_domain="x" * 500).errors["primary_domain"][0]
    assert Problem.from_json(json.loads(json.dumps(problem.as_json()))) == problem
    assert len(problem.params["value"]) == 60


def test_every_code_that_a_row_can_raise_is_in_the_catalogue():
    seen = {problem.code for text in ODD for name in NAMES for problem in _problems(name, text)}
    assert len(seen) > 20
    assert seen <= set(MESSAGES)


ODD = [
    *(
        "",
        "x" * 300,
        "a\x00",
        "\ud800",
        "a b",
        "1.2.3.4",
        "co.uk",
        "a_b.se",
        "a..se",
        "https://",
        "a@b",
        "a@b.se, c@d.se",
    ),
    *("1,234", "-1", "1.555", "99999999999", "1000,50", "31/02/2026", "01/31/2026", "01/01/0001", "2026-01-01 12:00"),
    *("08-1 ext 5", "+4722123456", "5567037486", f"{'a.' * 130}se"),
]


def _problems(name, text):
    read = row(**{name: text, **({"country": "SE"} if name != "country" else {})})
    pointed = read_row_slowly(read.raw, Reading(decimal_mark=DecimalMark.POINT))
    return [
        problem for found in (read.errors, read.warnings, pointed.errors) for ps in found.values() for problem in ps
    ]


def test_headings_do_not_change_with_the_language():
    assert BY_NAME["notification_email"].english_heading == "Notification email"
    assert str(BY_NAME["notification_email"].form_heading) == "Notification email address"


def test_storable_text_loses_only_what_the_database_refuses():
    assert storable("a\x00\ud800😀\n") == "a\ufffd\ufffd😀\n"
