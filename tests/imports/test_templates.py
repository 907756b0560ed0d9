"""The templates for download come back as they went out."""

from imports.blanks import csv_template
from imports.headings import match_headings
from imports.readers import csv
from imports.readers.shape import Unreadable
from organizations.fields import FIELDS, NAMES


def columns_of(tmp_path, content):
    path = tmp_path / "template.csv"
    path.write_bytes(content)
    return match_headings(csv.read_headings(path, csv.detect(path)))


def test_an_untouched_template_needs_no_mapping(tmp_path):
    columns = columns_of(tmp_path, csv_template())
    assert columns.fields == NAMES
    assert columns.refusal() is None


def test_a_filled_in_template_is_read(tmp_path):
    path = tmp_path / "template.csv"
    path.write_bytes(csv_template() + "Åkeri AB,akeri.se,,it@akeri.se\r\n".encode())
    rows = list(csv.read_rows(path, csv.detect(path)))
    assert rows[0].cells[:4] == ["Åkeri AB", "akeri.se", "", "it@akeri.se"]


def test_the_template_has_headings_only_and_says_so_when_it_comes_back_empty(tmp_path):
    path = tmp_path / "template.csv"
    path.write_bytes(csv_template())
    try:
        csv.survey(path, csv.detect(path))
    except Unreadable as refused:
        assert refused.code == "no_rows"
    else:
        raise AssertionError("an empty template was read")


def test_mandatory_columns_are_marked_in_words():
    headings = csv_template().decode("utf-8-sig").strip().split(",")
    marked = [heading.endswith(" (required)") for heading in headings]
    assert marked == [field.mandatory for field in FIELDS]
    assert "Name (required)" in headings


def test_columns_that_the_reseller_made_mandatory_are_marked_too(tmp_path):
    content = csv_template(also_mandatory=["city"])
    assert b"City (required)" in content
    assert columns_of(tmp_path, content).fields == NAMES


def test_excel_is_told_that_it_is_utf_8():
    assert csv_template().startswith(b"\xef\xbb\xbf")
