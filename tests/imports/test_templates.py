"""The templates for download come back as they went out."""

import pytest

from imports.blanks import TEMPLATES
from imports.blanks.csv import csv_template
from imports.blanks.xml import xml_template
from imports.headings import match_headings
from imports.readers import csv, reader_of
from imports.readers.shape import Unreadable
from organizations.fields import FIELDS, NAMES

ROW = ["Åkeri AB", "akeri.se", "", "it@akeri.se"]


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "template"
        path.write_bytes(content)
        return path

    return write


def columns_of(path):
    return match_headings(csv.read_headings(path, csv.detect(path)))


@pytest.mark.parametrize("made", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_that_comes_back_empty_is_told_so(file, made):
    path = file(made.content(()))
    with pytest.raises(Unreadable) as refused:
        reader = reader_of(path)
        reader.survey(path, reader.detect(path))
    assert refused.value.code == "no_rows"


def test_an_untouched_template_needs_no_mapping(file):
    columns = columns_of(file(csv_template()))
    assert columns.fields == NAMES
    assert columns.refusal() is None


def test_a_filled_in_template_is_read(file):
    path = file(csv_template() + (",".join(ROW) + "\r\n").encode())
    rows = list(csv.read_rows(path, csv.detect(path)))
    assert rows[0].cells[:4] == ROW


def test_a_filled_in_xml_template_is_read_with_all_its_columns(file):
    content = xml_template(also_mandatory=["city"]).decode()
    for name, text in zip(NAMES, ROW, strict=False):
        content = content.replace(f"></{name}>", f">{text}</{name}>")
    path = file(content.encode())
    reader = reader_of(path)
    layout = reader.detect(path)
    assert match_headings(reader.read_headings(path, layout)).fields == NAMES
    assert [row.cells[:4] for row in reader.read_rows(path, layout)] == [ROW]


def test_mandatory_columns_are_marked_in_words():
    headings = csv_template().decode("utf-8-sig").strip().split(",")
    marked = [heading.endswith(" (required)") for heading in headings]
    assert marked == [field.mandatory for field in FIELDS]
    assert "Name (required)" in headings


def test_columns_that_the_reseller_made_mandatory_are_marked_too(file):
    content = csv_template(also_mandatory=["city"])
    assert b"City (required)" in content
    assert columns_of(file(content)).fields == NAMES


def test_mandatory_elements_are_marked_in_words():
    lines = xml_template(also_mandatory=["city"]).decode().splitlines()
    marked = {name for name in NAMES for line in lines if f'<{name} required="true">' in line}
    assert marked == {field.name for field in FIELDS if field.mandatory} | {"city"}


def test_excel_is_told_that_it_is_utf_8():
    assert csv_template().startswith(b"\xef\xbb\xbf")
