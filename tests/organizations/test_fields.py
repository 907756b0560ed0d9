"""The table, text, domains, email addresses, TRUE and FALSE: what they become, and the code of what is refused."""

import pytest
from answers import error, value, warning

from organizations.fields import FIELDS, NAMES, SHORT_FORM, Reading
from organizations.fields.country_table import TABLE
from organizations.fields.country_translations import TABLE as TRANSLATIONS

# the table


def test_there_are_seventeen_fields_in_the_order_of_the_template():
    assert len(FIELDS) == 17
    assert NAMES[:4] == ("name", "primary_domain", "registration_number", "notification_email")
    assert NAMES[-1] == "contact_cell_phone"
    assert FIELDS[5].english_heading == "Approval process limit"


def test_the_short_form_shows_five_fields():
    assert SHORT_FORM == ("name", "primary_domain", "registration_number", "notification_email", "contact_phone")


def test_every_example_is_a_good_value_without_a_warning():
    for field in FIELDS:
        _, warnings = warning(field.name, field.example, country="SE")
        assert warnings == [], field.name


# text


def test_a_name_is_trimmed_and_its_white_space_collapsed():
    assert value("name", " \u00a0Acme \u2003 AB\t") == "Acme AB"


def test_a_name_is_composed():
    assert value("name", "A\u030akeri") == "Åkeri"


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\rb", "a \n b", "a\u2028b", "a\x85b"])
def test_a_line_break_becomes_one_space(text):
    assert value("name", text) == "a b"


def test_the_street_address_keeps_its_lines():
    assert value("street_address", " Storgatan 1 \r\n  c/o  Anna\r") == "Storgatan 1\nc/o Anna"


def test_a_registration_number_is_kept_as_typed():
    assert value("registration_number", " HRB  123 b ") == "HRB  123 b"


@pytest.mark.parametrize("text", ["a\x00b", "a\tb", "a\x0bb", "\x1fab", "a\x7fb", "a\u202eb", "a\uffffb"])
def test_a_control_character_is_an_error(text):
    assert error("name", text) == "control_character"


@pytest.mark.parametrize("text", ["a\ud800", "\udfff", "Stra\ufffdse"])
def test_half_a_character_is_an_error_and_no_crash(text):
    assert error("city", text) == "broken_character"


def test_invisible_marks_around_a_value_are_trimmed():
    assert value("contact_phone", "\u202a+46812345678\u202c", country="SE") == "+46812345678"


@pytest.mark.parametrize(
    ("name", "longest"), [("name", 255), ("registration_number", 64), ("postal_code", 32), ("contact_phone", 64)]
)
def test_a_text_may_be_as_long_as_its_field_and_no_longer(name, longest):
    assert value(name, "7" * longest) == "7" * longest
    assert error(name, "7" * (longest + 1)) == "too_long"


def test_a_megabyte_in_a_cell_is_refused():
    assert error("name", " " * 1_000_000) == "too_long"


def test_a_name_that_looks_like_a_formula_stays_as_it_is():
    assert value("name", "=SUM(A1)") == "=SUM(A1)"


def test_leading_zeros_live():
    assert value("customer_number", "000417") == "000417"


def test_a_mandatory_field_may_not_be_blank():
    assert error("name", " \n ") == "mandatory"


def test_a_reseller_may_make_other_fields_mandatory():
    assert error("city", "", Reading(mandatory=frozenset({"city"}))) == "mandatory"
    assert value("name", "", Reading(mandatory=frozenset({"city"}))) == ""


# domains


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Acme.SE", "acme.se"),
        ("https://www.acme.se/path?x=1#y", "acme.se"),
        ("//acme.se", "acme.se"),
        ("http://user:pass@acme.se:8080/", "acme.se"),
        ("acme.se.", "acme.se"),
        ("acme.se?x", "acme.se"),
        ("www.www.acme.se", "acme.se"),
        ("www.se", "www.se"),
        ("www.co.uk", "www.co.uk"),
        ("räksmörgås.se", "xn--rksmrgs-5wao1o.se"),
        ("RÄKSMÖRGÅS.SE", "xn--rksmrgs-5wao1o.se"),
        ("xn--rksmrgs-5wao1o.se", "xn--rksmrgs-5wao1o.se"),
        ("straße.de", "xn--strae-oqa.de"),
        ("ｗｗｗ．acme。se", "acme.se"),
        ("acme.unknowntld", "acme.unknowntld"),
        ("acme.onmicrosoft.com", "acme.onmicrosoft.com"),
        ("github.io", "github.io"),
        ("1acme.2x.se", "1acme.2x.se"),
        ("sub.acme.co.uk", "sub.acme.co.uk"),
        ("city.kobe.jp", "city.kobe.jp"),
    ],
)
def test_a_domain_becomes_the_bare_host(text, host):
    assert value("primary_domain", text) == host


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("acme", "domain_one_label"),
        ("localhost", "domain_one_label"),
        ("192.168.0.1", "domain_ip"),
        ("http://10.0.0.1:80/", "domain_ip"),
        ("[::1]", "domain_ip"),
        ("http://[2001:db8::1]:443/", "domain_ip"),
        ("1.2.3.4.5", "domain_ip"),
        ("co.uk", "domain_public_suffix"),
        ("foo.ck", "domain_public_suffix"),
        ("公司.cn", "domain_public_suffix"),
        ("acme_x.se", "domain_underscore"),
        ("acme .se", "domain_spaces"),
        ("a.se, b.se", "domain_spaces"),
        ("-acme.se", "domain_label"),
        ("acme..se", "domain_label"),
        (".acme.se", "domain_label"),
        ("acme!.se", "domain_label"),
        ("xn--a.se", "domain_label"),
        (f"{'a' * 64}.se", "domain_label"),
        (".".join(["a" * 63] * 5), "domain_too_long"),
        ("https://", "domain_malformed"),
        ("ö" * 1000 + ".se", "domain_too_long"),
        ("https://acme.se/" + "x" * 2000, "too_long"),
    ],
)
def test_a_wrong_domain_is_told_apart(text, code):
    assert error("primary_domain", text) == code


# email addresses


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Anna.B+x@Acme.SE", "Anna.B+x@acme.se"),
        ("Info@acme.se", "Info@acme.se"),
        ("it@northwind.example", "it@northwind.example"),
        ("it@northwind.test", "it@northwind.test"),
        ("it@räksmörgås.se", "it@räksmörgås.se"),
        ("it@xn--rksmrgs-5wao1o.se", "it@räksmörgås.se"),
        ("åsa@acme.se", "åsa@acme.se"),
    ],
)
def test_an_email_address_keeps_its_local_part(text, email):
    assert value("notification_email", text) == email


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "anna@",
        "@acme.se",
        "anna@acme",
        "a b@acme.se",
        "a..b@acme.se",
        "a" * 65 + "@acme.se",
        "a@-x.se",
        "Anna <a@acme.se>",
    ],
)
def test_a_malformed_email_address_is_an_error(text):
    assert error("contact_email", text) == "email_invalid"


def test_two_email_addresses_are_an_error():
    assert error("contact_email", "a@acme.se; b@acme.se") == "email_many"


def test_an_email_address_has_at_most_254_characters():
    assert error("contact_email", f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.se") == "too_long"


# TRUE and FALSE


@pytest.mark.parametrize(
    "text",
    ["TRUE", "true", "Yes", "1", "WAHR", "SANT", "VRAI", "VERDADERO", "WAAR", "SAND", "SANN", "TOSI", "ja", "sí"],
)
def test_true_in_the_languages_of_spreadsheets(text):
    assert value("approval_process", text) is True


@pytest.mark.parametrize(
    "text",
    [
        "FALSE",
        "No",
        "0",
        "FALSCH",
        "FALSKT",
        "FAUX",
        "FALSO",
        "ONWAAR",
        "FALSK",
        "USANN",
        "EPÄTOSI",
        "epa\u0308tosi",
        "",
    ],
)
def test_false_in_the_languages_of_spreadsheets(text):
    assert value("approval_process", text) is False


def test_a_word_that_is_neither_is_an_error():
    assert error("approval_process", "maybe") == "boolean_unknown"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutschland", "DE"),
        ("SVERIGE", "SE"),
        ("Storbritannien", "GB"),
        ("osterreich", "AT"),
        ("Pays-Bas", "NL"),
        ("España", "ES"),
        ("Zwitserland", "CH"),
        ("Svizzera", "CH"),
        ("Suomi", "FI"),
        ("Česko", "CZ"),
        ("Polska", "PL"),
        ("Ελλάδα", "GR"),
    ],
)
def test_a_country_may_be_named_as_its_neighbours_or_itself_do(text, code):
    assert value("country", text) == code


def test_no_name_of_a_country_means_two():
    owners = {}
    for table in (TRANSLATIONS, TABLE):
        for line in table.splitlines():
            for name in line[3:].split("; ") if table is TRANSLATIONS else [line[7:]]:
                assert owners.setdefault(name.casefold(), line[:2]) == line[:2], name
                assert value("country", name) == line[:2]
