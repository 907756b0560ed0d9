"""Workbooks as people and programs make them become rows of text: exactly what a person would have typed."""

import datetime
import re
from pathlib import Path

import pytest
import xlwt
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from support.workbooks import HEADING_ROW, HEADINGS, by_hand, inline, packed, parts_of, xls, xlsx

from imports.readers import excel, reader_of
from imports.readers.shape import Unreadable
from organizations.xlsx_file import xlsx_file

ROW = ["Åkeri AB", "akeri.se", "it@akeri.se"]


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return write


def rows_of(path, **chosen):
    """Through all four functions, as an import goes."""
    assert reader_of(path) is excel
    layout = excel.detect(path, chosen=chosen)
    survey = excel.survey(path, layout)
    rows = list(excel.read_rows(path, survey.layout))
    assert survey.rows == len(rows)
    return rows


def cells_of(path, **chosen):
    return [row.cells for row in rows_of(path, **chosen)]


def refusal(path, **chosen):
    with pytest.raises(Unreadable) as refused:
        rows_of(path, **chosen)
    assert "%" not in refused.value.sentence()
    return refused.value


def text_of(file, value, number_format=None, finish=None):
    """What one cell of an XLSX reads."""

    def write(book):
        cell = book.worksheets[0]["B2"]
        cell.value = value
        if number_format:
            cell.number_format = number_format
        if finish:
            finish(book)

    return cells_of(file(xlsx(HEADINGS, ["A", None, "c"], finish=write)))[0][1]


@pytest.mark.parametrize("make", [xlsx, xls])
def test_a_workbook_is_read_by_its_content_whatever_its_name(file, make):
    path = file(make(HEADINGS, ROW, ["", "", ""], ["B", "b.se", "it@b.se"]))
    rows = rows_of(path)
    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 4)]
    assert [row.cells for row in rows] == [ROW, ["B", "b.se", "it@b.se"]]
    layout = excel.detect(path)
    assert (layout.format, layout.sheet, layout.heading_row) == (make.__name__, "Customers", 1)
    assert excel.read_headings(path, layout) == HEADINGS


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (12345.0, None, "12345"),
        (0.1 + 0.2, None, "0.3"),
        (1000.5, None, "1000.5"),
        (-3, None, "-3"),
        (0, None, "0"),
        (1234567890123456, None, "1234567890123456"),
        (1e21, None, "1000000000000000000000"),
        (1e-7, None, "0.0000001"),
        (46701234567, None, "46701234567"),
        (0.25, "0%", "0.25"),
        (1000.5, '#,##0.00 "kr"', "1000.5"),
        (417, "00000", "417"),
        ("00417", None, "00417"),
        ("  padded  ", None, "  padded  "),
        ("line\nbreak", None, "line\nbreak"),
        ("12345.0", None, "12345.0"),
        ("1,5", "@", "1,5"),
        ("_x0041_", None, "A"),
        (True, None, "TRUE"),
        (False, None, "FALSE"),
        (datetime.date(2026, 1, 31), None, "2026-01-31"),
        (datetime.date(2026, 1, 31), "DD/MM/YYYY", "2026-01-31"),
        (datetime.date(2026, 1, 31), "[$-409]d-mmm-yy;@", "2026-01-31"),
        (datetime.date(1904, 1, 1), None, "1904-01-01"),
        (datetime.datetime(2026, 1, 31, 12, 30, 15), None, "2026-01-31 12:30:15"),
        (datetime.datetime(2026, 1, 31), None, "2026-01-31"),
        (datetime.time(8, 5), None, "08:05:00"),
        (datetime.timedelta(hours=36, minutes=5), None, "36:05:00"),
        (46053, None, "46053"),
    ],
)
def test_a_cell_reads_as_a_person_would_type_it(file, value, number_format, text):
    assert text_of(file, value, number_format) == text


def test_dates_of_an_old_mac_are_the_same_dates(file):
    def old_mac(book):
        book.epoch = CALENDAR_MAC_1904

    assert text_of(file, datetime.date(2026, 1, 31), finish=old_mac) == "2026-01-31"


def test_formatted_text_is_its_text(file):
    rich = CellRichText("Åkeri ", TextBlock(InlineFont(b=True), "& Söner"), " AB")
    assert text_of(file, rich) == "Åkeri & Söner AB"


def test_what_stands_in_merged_cells_is_in_the_first_of_them(file):
    path = file(xlsx(HEADINGS, ROW, ["", "b.se", "it@b.se"], finish=lambda book: book.active.merge_cells("A2:A3")))
    assert [cells[0] for cells in cells_of(path)] == ["Åkeri AB", ""]


def test_hidden_rows_and_columns_are_read(file):
    def hide(book):
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["B"].hidden = True

    assert cells_of(file(xlsx(HEADINGS, ROW, finish=hide))) == [ROW]


def test_numbers_and_dates_of_a_legacy_workbook(file):
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")

    def fill(book):
        sheet = book.get_sheet(0)
        for place, value in enumerate([12345.0, "00417", True, 0.1 + 0.2, 556703.5]):
            sheet.write(1, place + 3, value)
        sheet.write(1, 8, datetime.date(2026, 1, 31), day)

    path = file(xls([*HEADINGS, *"defghi"], ROW, finish=fill))
    assert cells_of(path)[0][3:] == ["12345", "00417", "TRUE", "0.3", "556703.5", "2026-01-31"]


# Which sheet


@pytest.mark.parametrize("make", [xlsx, xls])
def test_the_first_visible_sheet_that_holds_rows_is_read_and_the_others_are_named(file, make):
    sheets = {"Hidden": [HEADINGS, ["H", "h.se", "x@h.se"]], "Empty": [], "One": [HEADINGS, ROW], "Two": [["x"], ["y"]]}

    def hide(book):
        if make is xlsx:
            book["Hidden"].sheet_state = "hidden"
        else:
            book.get_sheet(0).visibility = 1

    path = file(make(sheets=sheets, finish=hide))
    layout = excel.detect(path)
    assert (layout.sheet, layout.others) == ("One", ("Two",))
    assert cells_of(path) == [ROW]


def test_a_sheet_of_explanations_is_passed_over_for_one_with_known_headings(file):
    path = file(xlsx(sheets={"Read me": [["Fill in the next sheet"]], "Data": [HEADINGS, ROW]}))
    assert (excel.detect(path).sheet, excel.detect(path).others) == ("Data", ("Read me",))
    assert cells_of(path) == [ROW]


def test_a_sheet_can_be_chosen(file):
    path = file(xlsx(sheets={"One": [HEADINGS, ROW], "Two": [HEADINGS, ["B", "b.se", "it@b.se"]]}))
    layout = excel.detect(path, chosen={"sheet": "Two"})
    assert (layout.sheet, layout.chosen) == ("Two", ("sheet",))
    assert cells_of(path, sheet="Two")[0][0] == "B"
    assert refusal(path, sheet="Three").code == "unknown_choice"


def test_without_known_headings_the_first_row_is_taken_for_them(file):
    path = file(xlsx(sheets={"One": [["Alpha", "Beta"], ["1", "2"]], "Two": [["x"]]}))
    assert excel.detect(path).elements == ("Alpha", "Beta")


def test_titles_and_blank_rows_and_columns_around_the_table_are_passed_over(file):
    lines = [[], [None, "Our customers", None, None], [], [None, *HEADINGS], [None, *ROW]]
    path = file(xlsx(*lines))
    assert excel.detect(path).heading_row == 4
    assert excel.detect(path).elements == ("", *HEADINGS)
    (row,) = rows_of(path)
    assert (row.number, row.line, row.cells) == (1, 5, ["", *ROW])


def test_the_heading_row_can_be_chosen(file):
    path = file(xlsx(HEADINGS, *([["x", "y", "z"]] * 30), ["Alpha", "Beta", "Gamma"], ROW))
    layout = excel.detect(path, chosen={"heading_row": "32"})
    assert (layout.elements, layout.heading_row, layout.chosen) == (("Alpha", "Beta", "Gamma"), 32, ("heading_row",))
    assert [(row.number, row.line) for row in rows_of(path, heading_row=32)] == [(1, 33)]
    assert refusal(path, heading_row=40).code == "no_headings"
    assert refusal(path, heading_row="x").code == "unknown_choice"


# Rows


def test_reading_goes_on_where_it_was_left(file):
    path = file(xlsx(HEADINGS, *([f"A{n}", "", ""] if n % 3 else [] for n in range(1, 700))))
    layout = excel.detect(path)
    everything = list(excel.read_rows(path, layout))
    assert len(everything) == 466
    for after in (0, 1, 249, 250, 251, 465, 466, 500):
        assert list(excel.read_rows(path, layout, after=after)) == everything[after:]


def test_short_rows_are_padded_and_text_without_a_heading_is_a_problem_of_its_row(file):
    path = file(xlsx(HEADINGS, ["A"], ["B", "b.se", "c", "", "aside"], ["C", "c.se", "d", "", "  "]))
    first, second, third = rows_of(path)
    assert (first.cells, first.problem) == (["A", "", ""], None)
    assert second.problem.code == "no_heading_above"
    assert "column E" in second.problem.sentence()
    assert (third.cells, third.problem) == (["C", "c.se", "d"], None)


def test_a_survey_counts_takes_samples_and_shows_watched_columns(file):
    path = file(xlsx(HEADINGS, ["A", "1", "x"], ["B", 1000.5, ""]))
    seen = []
    survey = excel.survey(path, excel.detect(path), watch={1: seen.append})
    assert (survey.rows, survey.headings, survey.problems) == (2, tuple(HEADINGS), 0)
    assert survey.samples == (("A", "B"), ("1", "1000.5"), ("x",))
    assert seen == ["1", "1000.5"]


@pytest.mark.parametrize("make", [xlsx, xls])
def test_headings_without_rows_and_workbooks_without_anything_are_told_apart(file, make):
    assert refusal(file(make(HEADINGS))).code == "no_rows"
    assert refusal(file(make([]))).code == "empty"


def test_more_rows_than_a_sheet_may_have_are_refused_with_the_way_out(file, monkeypatch):
    path = file(xlsx(HEADINGS, *[ROW] * 11))
    monkeypatch.setattr(excel, "MOST_ROWS_OF_A_SHEET", 11)
    assert len(rows_of(path)) == 11
    monkeypatch.setattr(excel, "MOST_ROWS_OF_A_SHEET", 10)
    refused = refusal(path)
    assert refused.code == "too_many_rows_in_sheet"
    assert "Save it as CSV, which may have 1,000,000" in refused.sentence()


def test_too_many_columns_are_refused(file):
    assert refusal(file(xlsx([f"c{n}" for n in range(201)], ["x"]))).code == "too_many_columns"
    assert len(cells_of(file(xlsx([f"c{n}" for n in range(200)], ["x"])))[0]) == 200


def test_a_cell_that_is_too_long_is_refused_by_its_name(file):
    path = file(by_hand(HEADING_ROW + f'<row r="9">{inline("A9", "A")}{inline("C9", "x" * 32_769)}</row>'))
    refused = refusal(path)
    assert (refused.code, refused.params["cell"]) == ("sheet_cell_too_long", "C9")
    path = file(by_hand(HEADING_ROW + f'<row r="9">{inline("C9", "x" * 32_768)}</row>'))
    assert len(cells_of(path)[0][2]) == 32_768


# Cells that hold something which calamine reads as empty


def test_an_error_is_a_problem_of_its_cell(file):
    def fill(book):
        book.active["B3"] = "#N/A"
        book.active["C4"] = "#DIV/0!"

    path = file(xlsx(HEADINGS, ROW, ["B", "", "c"], ["C", "c.se"], finish=fill))
    assert excel.survey(path, excel.detect(path)).problems == 2
    first, second, third = rows_of(path)
    assert (first.cells, dict(first.bad_cells)) == (ROW, {})
    assert second.cells == ["B", "#N/A", "c"]
    assert second.bad_cells[1].sentence() == (
        "The cell B3 holds the error #N/A. Correct its formula, or type the value."
    )
    assert third.bad_cells[2].params == {"cell": "C4", "value": "#DIV/0!"}


def test_a_formula_that_nobody_calculated_is_a_problem_of_its_cell_even_below_and_beside_everything_else(file):
    lines = [HEADINGS, ROW, [], ["", "", '=A2&" twice"'], ["=1+1"]]
    first, second, third = rows_of(file(xlsx(*lines)))
    assert not first.bad_cells
    assert (second.line, second.cells) == (4, ["", "", '=A2&" twice"'])
    assert second.bad_cells[2].code == "formula_cell"
    assert "never calculated" in second.bad_cells[2].sentence()
    assert (third.line, third.cells[0], third.bad_cells[0].params["cell"]) == (5, "=1+1", "A5")


def calculated(attributes, value):
    cell = f'<c r="B2"{attributes}><f>A2</f>{value}</c>'
    return by_hand(HEADING_ROW + f'<row r="2">{inline("A2", "A")}{cell}{inline("C2", "c")}</row>')


@pytest.mark.parametrize(
    ("attributes", "value", "text", "code"),
    [
        ("", "<v>7</v>", "7", None),
        (' t="str"', "<v>a.se</v>", "a.se", None),
        (' t="str"', "<v></v>", "", None),
        (' t="str"', "<v/>", "", None),
        (' t="b"', "<v>1</v>", "TRUE", None),
        (' t="e"', "<v>#REF!</v>", "#REF!", "error_cell"),
        ("", "", "=A2", "formula_cell"),
        ("", "<v></v>", "=A2", "formula_cell"),
        (' t="str"', "", "=A2", "formula_cell"),
    ],
)
def test_what_a_formula_gave_is_read_and_what_it_never_gave_is_told(file, attributes, value, text, code):
    (row,) = rows_of(file(calculated(attributes, value)))
    assert row.cells == ["A", text, "c"]
    assert (row.bad_cells[1].code if row.bad_cells else None) == code


def test_errors_are_found_where_rows_and_cells_do_not_say_where_they_are(file):
    bare = HEADING_ROW.replace(' r="', ' x="')
    cells = '<c t="inlineStr"><is><t>A</t></is></c><c t="e"><v>#N/A</v></c>'
    (row,) = rows_of(file(by_hand(f"{bare}<row>{cells}</row>")))
    assert (row.line, row.cells[:2], row.bad_cells[1].params["cell"]) == (2, ["A", "#N/A"], "B2")


def test_errors_are_found_in_elements_with_a_prefix(file):
    parts = parts_of(by_hand(HEADING_ROW + '<row r="2"><c r="A2" t="e"><v>#NAME?</v></c></row>'))
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for name in ("worksheet", "sheetData", "row", "is", "t", "c", "v"):
        sheet = sheet.replace(f"<{name}>", f"<x:{name}>").replace(f"<{name} ", f"<x:{name} ")
        sheet = sheet.replace(f"</{name}>", f"</x:{name}>")
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("xmlns=", "xmlns:x=")
    (row,) = rows_of(file(packed(parts)))
    assert row.bad_cells[0].params == {"cell": "A2", "value": "#NAME?"}


def test_errors_of_the_sheet_that_is_read_and_of_no_other(file):
    sheets = {"Notes": [["#N/A"]], "Data": [HEADINGS, ["A", "#N/A", "c"]], "More": [["#N/A"] * 3] * 5}
    (row,) = rows_of(file(xlsx(sheets=sheets)))
    assert list(row.bad_cells) == [1]


def test_errors_of_a_legacy_workbook(file):
    def fill(book):
        sheet = book.get_sheet(1)
        sheet.row(2).set_cell_error(1, 42)
        sheet.write(2, 2, "c")
        sheet.row(3).set_cell_error(0, 7)

    first, second, third = rows_of(file(xls(sheets={"Notes": [["x"]], "Data": [HEADINGS, ROW, ["B"]]}, finish=fill)))
    assert not first.bad_cells
    assert (second.cells, second.bad_cells[1].params["cell"]) == (["B", "#N/A", "c"], "B3")
    assert (third.cells[0], third.bad_cells[0].params["value"]) == ("#DIV/0!", "#DIV/0!")


def test_a_formula_that_gave_an_error_in_a_legacy_workbook(file):
    content = xls(HEADINGS, ["A", xlwt.Formula("1+1"), "c"])
    (formula,) = re.finditer(rb"\x06\x00..\x01\x00\x01\x00", content, re.DOTALL)  # a formula in row 1, column 1
    result = formula.end() + 2
    broken = content[:result] + b"\x02\x00\x1d\x00\x00\x00\xff\xff" + content[result + 8 :]
    (row,) = rows_of(file(broken))
    assert row.bad_cells[1].params == {"cell": "B2", "value": "#NAME?"}


# What other programs write


def test_a_strict_workbook_is_read(file):
    main = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    document = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    rest = f'<row r="2">{inline("A2", "A")}<c r="B2" t="e"><v>#N/A</v></c></row>'
    (row,) = rows_of(file(by_hand(HEADING_ROW + rest, main=main, document=document)))
    assert (row.cells[0], list(row.bad_cells)) == ("A", [1])


@pytest.mark.parametrize("target", ["/xl/worksheets/sheet1.xml", "worksheets/Tabelle.xml"])
def test_targets_may_begin_at_the_root_and_have_any_name(file, target):
    rest = f'<row r="2">{inline("A2", "A")}<c r="B2" t="e"><v>#N/A</v></c></row>'
    (row,) = rows_of(file(by_hand(HEADING_ROW + rest, target=target)))
    assert (row.cells[0], list(row.bad_cells)) == ("A", [1])


def test_shared_texts_with_formats_and_phonetic_marks(file):
    shared = [
        *(f"<t>{heading}</t>" for heading in HEADINGS),
        '<r><rPr><b/></rPr><t>Å</t></r><r><t xml:space="preserve">keri AB</t></r>',
        "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh>",
    ]
    lines = [[0, 1, 2], [3, 4, 3]]
    data = "".join("<row>" + "".join(f'<c t="s"><v>{n}</v></c>' for n in line) + "</row>" for line in lines)
    assert cells_of(file(by_hand(data, shared=shared))) == [["Åkeri AB", "東京", "Åkeri AB"]]


def test_styled_cells_without_anything_are_no_rows(file):
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="B{n}" s="0"><v></v></c></row>' for n in range(3, 5000))
    path = file(by_hand(HEADING_ROW + f'<row r="2">{inline("A2", "A")}</row>' + empty))
    assert [row.cells[0] for row in rows_of(path)] == ["A"]


def test_iso_dates_in_cells_of_that_kind(file):
    cell = '<c r="B2" t="d"><v>2026-01-31</v></c>'
    assert cells_of(file(by_hand(HEADING_ROW + f'<row r="2">{inline("A2", "A")}{cell}</row>')))[0][1] == "2026-01-31"


# Any text, any bytes

ugly = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20).filter(
    lambda text: text.strip() and text[0] not in "=#" and "_x" not in text
)


@ugly
@given(rows=st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=60))
def test_any_text_that_openpyxl_writes_comes_back_equal(file, rows):
    assert cells_of(file(xlsx(HEADINGS, *rows))) == [list(row) for row in rows]


anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=20)


@ugly
@given(rows=st.lists(st.tuples(texts, anything, anything), min_size=1, max_size=60))
@example(rows=[("=1+1", "_x0041_", "\r\n\x00\x0b\x1f_x005F_"), ("#N/A", "<&>\t ]]>", " ")])
def test_any_text_that_we_write_comes_back_equal(file, rows):
    assert cells_of(file(b"".join(xlsx_file(HEADINGS, rows)))) == [list(row) for row in rows]


@ugly
@given(rows=st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=60))
def test_any_text_of_a_legacy_workbook_comes_back_equal(file, rows):
    assert cells_of(file(xls(HEADINGS, *rows))) == [list(row) for row in rows]


WHOLE = {"xlsx": xlsx(HEADINGS, *[ROW] * 40, ["#N/A", "=1+1", 3.5]), "xls": xls(HEADINGS, *[ROW] * 40)}


@ugly
@given(data=st.data(), kind=st.sampled_from(list(WHOLE)))
def test_any_damage_gives_rows_or_a_sentence(file, data, kind):
    content = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(8, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    check_that_it_says_so(file(bytes(content)))


@ugly
@given(parts=st.dictionaries(st.sampled_from(list(parts_of(WHOLE["xlsx"]))), st.binary(max_size=200), max_size=4))
def test_any_zip_gives_rows_or_a_sentence(file, parts):
    check_that_it_says_so(file(packed(parts_of(WHOLE["xlsx"]) | parts)))


def check_that_it_says_so(path):
    try:
        rows_of(path)
    except Unreadable as refused:
        assert "%" not in refused.sentence()


# The process


def processes():
    """Those of ours that still run."""
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return [line for line in lines if b"imports.workbook" in line]


def test_whoever_stops_reading_ends_the_process(file):
    path = file(xlsx(HEADINGS, *[ROW] * 3000))
    rows = excel.read_rows(path, excel.detect(path))
    next(rows)
    mine = [line for line in processes() if str(path).encode() in line]
    assert len(mine) == 1
    rows.close()
    assert not [line for line in processes() if str(path).encode() in line]


def test_the_process_inherits_no_secret(file, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "must-not-leak")
    path = file(xlsx(HEADINGS, *[ROW] * 3000))
    rows = excel.read_rows(path, excel.detect(path))
    next(rows)
    (pid,) = [each for each in Path("/proc").glob("[0-9]*") if str(path).encode() in cmdline(each)]
    assert b"must-not-leak" not in (pid / "environ").read_bytes()
    rows.close()


def cmdline(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
