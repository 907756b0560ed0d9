"""Properties that hold for any text: both paths agree, reading is idempotent, and what goes out comes back."""

from unicodedata import normalize

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from organizations.fields import (
    COUNTRIES,
    MANDATORY,
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
    text_of,
)
from organizations.fields.amounts import read_amount
from organizations.fields.domains import plain_domain, read_domain, unicode_domain
from organizations.fields.emails import plain_email, read_email
from organizations.fields.fast import _accepted
from organizations.fields.phones import read_phone
from organizations.fields.plain_phones import plain_phone
from organizations.fields.registration import plain_registration, registration_warning

ANY = st.text(st.characters(), max_size=40)  # lone surrogates included
PRINTABLE = st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=20)
LABEL = st.from_regex(r"[a-zA-Z0-9åß][a-z0-9-]{0,8}", fullmatch=True)
HOST = st.builds(
    ".".join,
    st.lists(
        st.one_of(LABEL, st.sampled_from(["www", "co", "uk", "se", "com", "ck", "xn--a", "1"])), min_size=1, max_size=4
    ),
)
DOMAIN = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "http://", "HTTPS://www.", "a@", "//"]),
    HOST,
    st.sampled_from(["", ".", ":80", "/x"]),
)
EMAIL = st.builds("{}@{}".format, st.from_regex(r"[A-Za-z0-9.+_'å-]{1,10}", fullmatch=True), HOST)
PLAIN_OR_NOT = st.text(max_size=12) | st.text("aB1 \t\n", max_size=8)
REGION = st.sampled_from(sorted({"", *COUNTRIES}))
AMOUNT = st.from_regex(r"[-−]?[0-9]{1,4}([., '][0-9]{3}){0,2}([.,][0-9]{0,3})?", fullmatch=True)
DATE = st.from_regex(
    r"[0-3]?[0-9][-/.][01]?[0-9][-/.](19|20|0)[0-9]{2}|20[0-9]{2}-[01][0-9]-[0-3][0-9]([T ]00:00)?", fullmatch=True
)
BOOLEAN = st.sampled_from(["TRUE", "FALSE", "true", "yes", "0", "1", "WAHR", "epätosi", "maybe"])
COUNTRY = st.sampled_from(["se", "SWE", "Sweden", "NO", "UK", "United States", "DE", "IT", "Atlantis", "XK", "AQ"])
DIGITS = st.from_regex(r"(556|9|8|1|0)[0-9]{5,9}-?[0-9]?", fullmatch=True)


def _examples():
    kinds = (
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
    )
    formats = (
        phonenumbers.PhoneNumberFormat.E164,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.NATIONAL,
    )
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in kinds:
            if number := phonenumbers.example_number_for_type(region, kind):
                yield from ((region, phonenumbers.format_number(number, form)) for form in formats)


EXAMPLES = list(_examples())


@st.composite
def phones(draw):
    """A number of some country, often spoilt a little."""
    _, number = draw(st.sampled_from(EXAMPLES))
    place = draw(st.integers(0, len(number)))
    return (
        number[:place]
        + draw(st.sampled_from(["", "", "", "0", "7", " ", "-", "(0)", "+", "/", "x5", "--", ")("]))
        + number[place:]
    )


PLAUSIBLE = {
    "name": st.sampled_from(["Acme", "Åkeri AB", " Acme  x", "A\u030a", "=1", "a|b", "a |b", "x" * 256]),
    "primary_domain": DOMAIN,
    "registration_number": DIGITS,
    "notification_email": EMAIL,
    "approval_process": BOOLEAN,
    "approval_limit": AMOUNT,
    "billing_start_date": DATE,
    "country": COUNTRY,
    "contact_phone": phones(),
    "contact_email": EMAIL,
    "contact_cell_phone": phones(),
}
GOOD = {
    "name": "Åkeri AB",
    "primary_domain": "acme.se",
    "registration_number": "556703-7485",
    "notification_email": "It@acme.se",
    "approval_process": "TRUE",
    "approval_limit": "1000.5",
    "billing_start_date": "31/01/2026",
    "country": "Sweden",
    "contact_phone": "+46 8 123 456 78",
    "contact_email": "a@acme.se",
    "contact_cell_phone": "070-123 45 67",
}


@st.composite
def rows(draw):
    """A good row of which some cells were replaced by plausible, printable or arbitrary text."""
    cells = [GOOD.get(name, "") for name in NAMES]
    for place in draw(st.sets(st.integers(0, 16), max_size=6)):
        cells[place] = draw(st.one_of(PLAUSIBLE.get(NAMES[place], PRINTABLE), PRINTABLE, ANY, st.just("")))
    return tuple(cells)


READINGS = st.builds(
    Reading,
    country=st.sampled_from(["", "SE", "US"]),
    decimal_mark=st.sampled_from(DecimalMark),
    date_order=st.sampled_from(["dmy", "mdy"]),
    mandatory=st.sampled_from([frozenset(NAMES[:2]), frozenset({"name", "city"}), frozenset()]),
)


@settings(max_examples=600, deadline=None)
@given(rows(), READINGS)
def test_the_fast_path_and_the_exact_path_agree(cells, reading):
    assert read_row(cells, reading) == read_row_slowly(cells, reading)


TRICKY = [
    *[
        ("name", text)
        for text in ("a  b", " a", "a ", "a | b", "a| b", "a |b", "\ufffd", "A\u030a", "a\nb", "", "x" * 256)
    ],
    *[("city", text) for text in ("x" * 128, "x" * 129, " ", " x", "\u00a0")],
    *[("street_address", text) for text in ("a\nb", "a\r\n b")],
    *[
        ("primary_domain", text)
        for text in ("www.acme.se", "www.se", "CO.UK", "foo.ck", "www.ck", "a.b--c.se", "1.2", "")
    ],
    *[
        ("notification_email", text)
        for text in ("a@x.local", f"{'a' * 65}@acme.se", "a@b@c.se", "a@1.2", ".a@acme.se", "")
    ],
    *[("contact_email", text) for text in ("a@x.onion", f"{'a' * 60}@{'b.' * 100}se", "INFO@acme.se")],
    *[("approval_process", text) for text in ("maybe", "", "no", "Epätosi")],
    *[
        ("approval_limit", text)
        for text in ("1000.50", "1000.5", "1,234", "", "0", "12345678901", "00000000001", "１", "+1", "1.-5")
    ],
    *[("billing_start_date", text) for text in ("1/2/2026", "13/1/2026", "1/13/2026", "")],
    *[("country", text) for text in ("", "NO", "Atlantis")],
    *[("contact_phone", text) for text in ("", "112", "+46 08 123 456 78", "-+46812345678", "+", "0", "+46")],
    *[("contact_cell_phone", text) for text in ("112", "+47 22 12 34 56", "0046812345678", "x" * 65)],
    *[("registration_number", text) for text in ("556703-7486", "5567-037485", "5567037485", "a  b", "")],
]


@pytest.mark.parametrize(("name", "text"), TRICKY)
def test_the_paths_agree_where_they_easily_part(name, text):
    cells = [(GOOD | {name: text}).get(field, "") for field in NAMES]
    for mark in DecimalMark:
        for order in ("dmy", "mdy"):
            for mandatory in (MANDATORY, frozenset(), frozenset({"city"}), frozenset({name})):
                reading = Reading(country="SE", decimal_mark=mark, date_order=order, mandatory=mandatory)
                assert read_row(cells, reading) == read_row_slowly(cells, reading)


def test_the_fast_path_is_taken():
    assert _accepted(tuple(GOOD.get(name, "") for name in NAMES), Reading(country="SE"))


@settings(max_examples=300, deadline=None)
@given(rows(), READINGS)
def test_reading_what_was_read_changes_nothing(cells, reading):
    row = read_row(cells, reading)
    texts = [text_of(name, value) for name, value in zip(NAMES, row.values, strict=True)]
    again = read_row(texts, Reading(country=reading.country, mandatory=frozenset()))
    assert again.errors == {}
    assert again.values == row.values


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), ANY)
def test_any_text_is_a_value_or_a_problem(name, text):
    value, errors, _ = read_value(name, text, Reading())
    assert value == read_value(name, text_of(name, value), Reading(mandatory=frozenset())).value
    assert len(errors) <= 1


@settings(max_examples=500, deadline=None)
@given(st.one_of(DOMAIN, ANY))
def test_a_plain_domain_is_what_the_exact_path_says(text):
    if plain := plain_domain(text):
        assert read_domain(text) == plain


@settings(max_examples=500, deadline=None)
@given(st.one_of(EMAIL, PRINTABLE))
def test_a_plain_email_address_is_what_the_exact_path_says(text):
    if plain := plain_email(text):
        assert read_email(text) == plain


@settings(max_examples=1500, deadline=None)
@given(phones(), REGION)
def test_a_plain_phone_is_what_the_exact_path_says(text, country):
    if plain := plain_phone(text, country):
        assert read_phone(" ".join(text.split()), country) == (plain, None)


def test_every_countrys_example_numbers_are_read_alike_and_stay():
    plain = 0
    for region, text in EXAMPLES:
        stored, warning = read_phone(text, region)
        assert warning is None, (region, text)
        assert read_phone(stored, region) == (stored, None)
        assert plain_phone(text, region) in (None, stored)
        plain += plain_phone(text, region) is not None
    assert plain > len(EXAMPLES) / 2


@pytest.mark.parametrize(("country", "text"), [("BY", "+3758106824094"), ("RW", "006309080")])
def test_digits_that_look_like_a_prefix_are_left_to_the_exact_path(country, text):
    assert read_phone(text, country)[1] is not None
    assert plain_phone(text, country) is None


def test_prefixes_of_every_country_are_read_alike():
    for region, text in EXAMPLES:
        code = f"+{phonenumbers.country_code_for_region(region)}"
        national = "".join(filter(str.isdigit, text)) if "+" not in text else text.removeprefix(code)
        for prefix in (
            "",
            "0",
            "00",
            "1",
            "8",
            "010",
            "0011",
            f"{code}0",
            f"{code} 1",
            f"{code}8",
            f"{code}00",
            f"00{code[1:]}",
        ):
            written = " ".join(f"{prefix}{national}".split())
            assert plain_phone(written, region) in (None, read_phone(written, region)[0]), (region, written)


@settings(max_examples=1000, deadline=None)
@given(DIGITS, st.sampled_from(["SE", "NO", "DK", "FI", "US", "DE"]))
def test_a_plain_registration_number_has_no_warning(text, country):
    if plain_registration(text, country):
        assert registration_warning(text, country) is None


@pytest.mark.parametrize(("country", "digits"), [("SE", 10), ("NO", 9), ("DK", 8), ("FI", 8)])
def test_of_ten_check_digits_the_library_and_the_sum_choose_the_same(country, digits):
    for start in range(98765, 100_000, 17):
        number = f"{start * 98_765_432_101:020}"[-digits + 1 :].replace("0", "9", 1)
        right = {digit for digit in range(10) if registration_warning(f"{number}{digit}", country) is None}
        summed = {digit for digit in range(10) if plain_registration(f"{number}{digit}", country)}
        assert summed == right or (number[0] == "0" and summed < right), number


@pytest.mark.parametrize(
    ("country", "number"), [("SE", "556703-7485"), ("NO", "988077917"), ("DK", "13585628"), ("FI", "2077474-0")]
)
def test_a_nordic_number_is_summed_in_place(country, number):
    assert plain_registration(number, country)
    assert registration_warning(number, country) is None


@given(AMOUNT, st.sampled_from(DecimalMark))
def test_an_amount_keeps_its_digits(text, mark):
    amount = read_amount(text, mark)
    if not hasattr(amount, "code"):
        assert str(amount).replace(".", "").rstrip("0").lstrip("0") in "".join(filter(str.isdigit, text))


@given(st.one_of(ANY, st.from_regex(r"\A'{0,3}[=+@\t\r-]?[0-9a]{0,5}\Z")))
def test_neutralising_is_undone(text):
    assert restore(neutralise(text)) == text


@given(ANY)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.tuples(PLAIN_OR_NOT, PLAIN_OR_NOT, PLAIN_OR_NOT), HOST)
def test_what_records_are_found_by_is_folded_the_same_in_one_go_and_one_by_one(texts, host):
    name, number, registration = texts
    cells = dict(zip(NAMES, [""] * len(NAMES), strict=True))
    cells |= {"name": name, "primary_domain": host, "customer_number": number, "registration_number": registration}
    row = read_row_slowly([cells[field] for field in NAMES], Reading(country="SE"))
    ascii_domain = row["primary_domain"]
    shown = unicode_domain(ascii_domain)
    found_by = [fold(row["name"]), fold(shown), ascii_domain if shown != ascii_domain else ""]
    found_by += [fold(row["customer_number"]), fold(row["registration_number"]), "an-id"]
    key = normalize("NFC", row["customer_number"].casefold())
    assert derived("An-ID", row.values) == (fold(row["name"])[:255], key, "\n".join(filter(None, found_by)))
