"""The template as a workbook: what it looks like, what it checks, and that it comes back as it went out."""

import io
import zipfile

import openpyxl
import pytest

from imports.blanks import TEMPLATES
from imports.headings import match_headings
from imports.readers import reader_of
from imports.readers.shape import Unreadable
from organizations.fields import BESIDE, COUNTRIES, FIELDS, NAMES, template_headings
from organizations.xlsx_template import filled_template, xlsx_template

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


# Filled with organizations


FULL = ["Åkeri AB", "åkeri.se", "00556", "it@åkeri.se", "TRUE", "1000.50", "31/01/2026", "007", "Storgatan 1\nvån 2"]
FULL += ["01234", "Umeå", "=1+1", "SE", "Åsa", "+46812345678", "", "", "01939d5e-0000-7000-8000-000000000000", "A;B"]
OLD = ["Old AB", "old.se", "", "it@old.se", "FALSE", "0", "31/01/1900", *[""] * 12]


@pytest.fixture
def filled():
    return b"".join(filled_template([FULL, OLD]))


def test_filled_it_has_the_checks_and_formats_of_the_empty_one(filled, sheet, book):
    full = openpyxl.load_workbook(io.BytesIO(filled))
    mine, empty = full["Organizations"], openpyxl.load_workbook(io.BytesIO(xlsx_template()))["Organizations"]
    assert full["Countries"].sheet_state == "hidden" and mine.freeze_panes == "A2"
    assert [cell.value for cell in mine[1]] == [*template_headings(), *BESIDE.values()]
    assert all(cell.comment.text for cell in mine[1])

    def checks(sheet):
        found = sheet.data_validations.dataValidation
        return [(str(c.sqref), c.type, c.formula1, c.operator, c.errorStyle, c.error) for c in found]

    assert checks(mine) == checks(empty) and len(checks(mine)) == 4
    for name in NAMES:
        assert mine.column_dimensions[column(name)].number_format == sheet.column_dimensions[column(name)].number_format


def test_filled_its_cells_are_what_their_checks_expect(filled):
    mine = openpyxl.load_workbook(io.BytesIO(filled))["Organizations"]
    row = {name: mine[f"{column(name)}2"] for name in NAMES}
    assert (row["approval_process"].value, row["approval_process"].data_type) == (True, "b")
    assert (row["approval_limit"].value, row["approval_limit"].data_type) == (1000.5, "n")
    assert row["billing_start_date"].is_date and row["billing_start_date"].value.isoformat()[:10] == "2026-01-31"
    assert row["billing_start_date"].number_format == "DD/MM/YYYY"
    for name, text in {"customer_number": "007", "postal_code": "01234", "contact_phone": "+46812345678"}.items():
        assert (row[name].value, row[name].data_type, row[name].number_format) == (text, "s", "@")
    assert (row["state"].value, row["state"].data_type) == ("=1+1", "s"), "text, never a formula"


def test_filled_it_is_read_as_the_texts_that_went_in(tmp_path, filled):
    path = tmp_path / "filled"
    path.write_bytes(filled)
    reader = reader_of(path)
    layout = reader.detect(path)
    columns = match_headings(reader.read_headings(path, layout))
    assert (columns.fields[:17], columns.ignored, sorted(columns.extras)) == (NAMES, [], sorted(BESIDE))
    first, second = (row.cells for row in reader.read_rows(path, layout))
    assert first == [*FULL[:5], "1000.5", "2026-01-31", *FULL[7:]]
    assert second[:7] == OLD[:7], "days of which spreadsheets are not sure stay text"


def test_filled_it_is_offered_where_the_empty_ones_are(cast):
    client = cast.sign_in()
    assert "Excel with my current organizations" in client.get("/organizations/create-multiple/").text
    answer = client.post("/organizations/export/", {"format": "template", "scope": "all"}, follow=True)
    assert "There is no organization to export." in answer.text
