"""Which column of a file is which field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.heading_synonyms import SYNONYMS, WEAKER, synonyms_of
from imports.headings import _bare, count_known, match_headings, rearrange
from organizations.fields import BY_NAME, FIELDS, NAMES

MANDATORY = ["Name", "Primary domain", "Notification email"]


def field_of(heading):
    return match_headings([heading]).fields[0]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_answers_to_its_heading_and_its_api_name_however_they_are_written(field):
    heading = field.english_heading
    ways = [
        heading,
        heading.upper(),
        f"  {heading} ",
        heading.replace(" ", "_"),
        f"{heading} *",
        f"{heading} (required)",
    ]
    assert {field_of(way) for way in [*ways, field.name, heading.replace(" ", "-") + ":"]} == {field.name}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Approval process Limit", "approval_limit"),
        ("Notification email address", "notification_email"),
        ("Approval process (TRUE/FALSE)", "approval_process"),
        ("Billing start date [DD/MM/YYYY]", "billing_start_date"),
        ("Org.nr", "registration_number"),
        ("FÖRETAGSNAMN", "name"),
        ("Foretagsnamn", "name"),
        ("Kundnr.", "customer_number"),
        ("E-post", "notification_email"),
        ("PLZ", "postal_code"),
        ("STRASSE", "street_address"),
        ("Straße", "street_address"),
        ("Ort", "city"),
        ("Land", "country"),
        ("Raison Sociale", "name"),
        ("N° client", "customer_number"),
        ("Nº de cliente", "customer_number"),
        ("Razón social", "name"),
        ("Bedrijfsnaam", "name"),
        ("CVR-nr.", "registration_number"),
        ("Mobiltelefon", "contact_cell_phone"),
        ("Gateadresse", "street_address"),
        ("Yritys", "name"),
        ("Sähköposti", "notification_email"),
        ("Doma\u0308n", "primary_domain"),
        ("Shoe size", None),
        ("", None),
        ("***", None),
        ("Name" * 100, None),
        ("(" * 5000, None),
    ],
)
def test_headings_of_other_systems_and_languages_are_understood(heading, field):
    assert field_of(heading) == field


def test_no_synonym_means_two_fields():
    meanings = {}
    for table in (SYNONYMS, WEAKER):
        for field, names in table.items():
            for name in synonyms_of(names):
                assert meanings.setdefault(_bare(name), field) == field, name


def test_synonyms_belong_to_fields_and_do_not_repeat_their_own_headings():
    own = {_bare(field.english_heading) for field in FIELDS}
    for table in (SYNONYMS, WEAKER):
        assert table.keys() <= BY_NAME.keys()
        assert not [name for names in table.values() for name in synonyms_of(names) if _bare(name) in own]


def test_every_field_has_synonyms():
    assert SYNONYMS.keys() == set(NAMES)


def test_the_customer_file_of_partner_center_is_understood():
    columns = match_headings(["Microsoft ID", "Company name", "Primary domain name", "Relationship"])
    assert columns.fields == (None, "name", "primary_domain", None)
    assert (columns.extras, columns.ignored) == ({"microsoft_id": 0}, ["Relationship"])
    assert columns.refusal() is None, "addresses for notifications are filled in when the rows are checked"


def test_columns_may_come_in_any_order():
    columns = match_headings(["E-mail", "Domain", "Company"])
    assert columns.fields == ("notification_email", "primary_domain", "name")
    assert columns.refusal() is None


def test_a_fields_own_heading_beats_a_synonym():
    columns = match_headings(["Company", *MANDATORY])
    assert columns.fields == (None, "name", "primary_domain", "notification_email")
    assert columns.ignored == ["Company"]
    assert columns.doubled == {}


def test_a_domain_beats_a_website_and_an_organization_number_a_tax_number():
    columns = match_headings(["Website", "Domän", "VAT", "Org.nr"])
    assert columns.fields == (None, "primary_domain", None, "registration_number")


@pytest.mark.parametrize("pair", [["Name", "name"], ["Company", "Kunde"]])
def test_two_equally_good_columns_are_an_error_in_words(pair):
    columns = match_headings([*pair, "Domain", "Email"])
    assert columns.doubled == {"name": pair}
    assert columns.fields[:2] == (None, None)
    assert (columns.missing, columns.ignored) == ([], [])
    assert all(heading in columns.refusal().sentence() for heading in pair)


def test_a_choice_settles_two_equally_good_columns():
    columns = match_headings(["Company", "Kunde", "Domain", "Email"], chosen={1: "name"})
    assert columns.fields[:2] == (None, "name")
    assert columns.ignored == ["Company"]
    assert columns.refusal() is None


def test_a_choice_beats_the_heading_and_can_ignore_a_column():
    columns = match_headings(["Name", "Shop", "City"], chosen={1: "name", 2: None})
    assert columns.fields == (None, "name", None)
    assert columns.ignored == ["Name", "City"]


def test_one_field_chosen_twice_is_doubled():
    assert match_headings(["A", "B"], chosen={0: "city", 1: "city"}).doubled == {"city": ["A", "B"]}


def test_choices_that_fit_nothing_are_void():
    assert match_headings(["Name"], chosen={0: "shoe_size", 7: "city"}).fields == ("name",)


def test_our_own_extra_columns_are_known_but_no_fields():
    columns = match_headings([*MANDATORY, "Organization ID", "Organization groups", "Errors"])
    assert columns.extras == {"organization_id": 3, "organization_groups": 4, "errors": 5}
    assert columns.ignored == []
    assert columns.fields[3:] == (None, None, None)


def test_a_column_without_a_heading_is_untitled_and_not_ignored():
    columns = match_headings([*MANDATORY, "", " "])
    assert (columns.ignored, columns.untitled) == ([], [3, 4])


def test_known_headings_are_counted_once_per_field():
    assert count_known(["Name", "Company", "Domain", "Errors", "Shoe size", ""]) == 2


def test_cells_are_put_into_the_order_of_the_fields():
    arrange = rearrange(match_headings(["City", "Shoe size", "Name"]).fields)
    arranged = dict(zip(NAMES, arrange(["Malmö", "44", "A"]), strict=True))
    assert (arranged["name"], arranged["city"], arranged["country"]) == ("A", "Malmö", "")


def test_surplus_cells_do_not_slip_into_absent_fields():
    assert rearrange(match_headings(["Name"]).fields)(["A", "surplus"]) == ("A",) + ("",) * 16


def test_cells_that_an_export_neutralised_are_read_as_they_were():
    arrange = rearrange(match_headings(["Name", "City"]).fields)
    assert arrange(["'=1+1", "'s-Hertogenbosch"])[0] == "=1+1"
    assert "'s-Hertogenbosch" in arrange(["'=1+1", "'s-Hertogenbosch"])
    assert arrange(["O'Brien", ""])[0] == "O'Brien"


def test_formats_that_are_not_neutralised_keep_their_apostrophes():
    assert rearrange(match_headings(["Name"]).fields, neutralised=False)(["'=1+1"])[0] == "'=1+1"


@given(st.lists(st.text(max_size=20) | st.sampled_from(["Name", "Company", "Domain", "Errors", "Email"]), max_size=12))
def test_any_headings_are_sorted_into_exactly_one_kind(headings):
    columns = match_headings(headings)
    read = [name for name in columns.fields if name]
    assert len(columns.fields) == len(headings)
    assert len(read) == len(set(read))
    assert not set(read) & columns.doubled.keys()
    assert set(columns.ignored) <= set(headings)
