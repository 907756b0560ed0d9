"""The template as a workbook: what it looks like, what it checks, and that it comes back as it went out."""

import io
import zipfile

import openpyxl
import pytest

from imports.blanks import TEMPLATES
from imports.blanks.headings import template_headings
from imports.blanks.xlsx import xlsx_template
from imports.headings import match_headings
from imports.readers import reader_of
from imports.readers.shape import Unreadable
from organizations.fields import COUNTRIES, FIELDS, NAMES

RED = "00C00000"


@pytest.fixture
def book():
    return openpyxl.load_workbook(io.BytesIO(xlsx_template(also_mandatory=["city"])))


@pytest.fixture
def sheet(book):
    return book["Organizations"]


def column(name):
    return openpyxl.utils.get_column_letter(NAMES.index(name) + 1)


def check_of(sheet, name):
    (found,) = [check for check in sheet.data_validations.dataValidation if f"{column(name)}2" in check.sqref]
    assert str(found.sqref) == f"{column(name)}2:{column(name)}200001"
    return found


def test_it_is_offered_beside_the_others(cast):
    answer = cast.sign_in().get("/organizations/templates/xlsx/")
    assert answer["Content-Disposition"] == 'attachment; filename="organizations.xlsx"'
    assert answer["Content-Type"] == TEMPLATES["xlsx"].content_type
    assert openpyxl.load_workbook(io.BytesIO(answer.content))["Organizations"]["A1"].value == "Name (required)"
    assert 'href="/organizations/templates/xlsx/"' in cast.sign_in().get("/organizations/create-multiple/").text


def test_it_holds_the_seventeen_headings_and_nothing_else(sheet):
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [template_headings(["city"])]
    assert len(rows[0]) == 17
    assert sheet.freeze_panes == "A2"


def test_mandatory_headings_are_red_and_say_so(sheet):
    marked = {cell.value for cell in sheet[1] if cell.font.color and cell.font.color.rgb == RED}
    assert marked == {cell.value for cell in sheet[1] if cell.value.endswith(" (required)")}
    assert marked == {
        "Name (required)",
        "Primary domain (required)",
        "Notification email (required)",
        "City (required)",
    }


def test_every_heading_explains_itself(sheet):
    for cell, field in zip(sheet[1], FIELDS, strict=True):
        assert str(field.help) in cell.comment.text
        assert field.example in cell.comment.text


def test_numbers_that_are_texts_stay_texts(sheet):
    texts = {name for name in NAMES if sheet.column_dimensions[column(name)].number_format == "@"}
    assert texts == {"registration_number", "customer_number", "postal_code", "contact_phone", "contact_cell_phone"}
    assert sheet.column_dimensions[column("billing_start_date")].number_format == "DD/MM/YYYY"


def test_true_and_false_are_a_list(sheet):
    check = check_of(sheet, "approval_process")
    assert (check.type, check.formula1, check.allow_blank) == ("list", '"TRUE,FALSE"', True)


def test_countries_are_a_list_on_a_hidden_sheet(book, sheet):
    check = check_of(sheet, "country")
    assert (check.type, check.formula1, check.errorStyle) == ("list", f"Countries!$A$1:$A${len(COUNTRIES)}", "warning")
    names = [row[0] for row in book["Countries"].iter_rows(values_only=True)]
    assert sorted(names) == sorted(COUNTRIES.values())
    assert book["Countries"].sheet_state == "hidden"


def test_dates_and_amounts_are_checked(sheet):
    date, amount = check_of(sheet, "billing_start_date"), check_of(sheet, "approval_limit")
    assert (date.type, date.operator, date.formula1) == ("date", "greaterThanOrEqual", "1")
    assert (amount.type, amount.operator, amount.formula1, amount.errorStyle) == (
        "decimal",
        "greaterThanOrEqual",
        "0",
        "stop",
    )
    assert all(check.showErrorMessage and check.error for check in sheet.data_validations.dataValidation)


def test_it_runs_nothing():
    with zipfile.ZipFile(io.BytesIO(xlsx_template())) as parts:
        assert not [name for name in parts.namelist() if "vba" in name.lower() or "macro" in name.lower()]
        assert b"macroEnabled" not in parts.read("[Content_Types].xml")


def test_untouched_it_needs_no_mapping_and_has_no_rows(tmp_path):
    path = tmp_path / "template"
    path.write_bytes(xlsx_template())
    reader = reader_of(path)
    layout = reader.detect(path)
    assert (layout.sheet, layout.others) == ("Organizations", ())
    columns = match_headings(reader.read_headings(path, layout))
    assert columns.fields == NAMES
    with pytest.raises(Unreadable) as refused:
        reader.survey(path, layout)
    assert refused.value.code == "no_rows"


def test_filled_in_it_is_read(tmp_path, book):
    book["Organizations"].append(["Åkeri AB", "akeri.se", "00556", "it@akeri.se", True, 1000.5])
    path = tmp_path / "template"
    book.save(path)
    reader = reader_of(path)
    (row,) = reader.read_rows(path, reader.detect(path))
    assert row.cells == ["Åkeri AB", "akeri.se", "00556", "it@akeri.se", "TRUE", "1000.5", *[""] * 11]
