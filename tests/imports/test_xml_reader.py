"""XML of every shape becomes rows of text, or a sentence."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from imports.headings import match_headings
from imports.readers import reader_of, xml, xml_elements
from imports.readers.shape import LONGEST_CELL, LONGEST_ROW, MOST_COLUMNS, Layout, Unreadable
from imports.readers.xml_cells import Columns

ROW = "<organization><name>Åkeri AB</name><primary_domain>akeri.se</primary_domain></organization>"
CELLS = ["Åkeri AB", "akeri.se"]


@pytest.fixture
def file(tmp_path):
    def write(content, encoding="utf-8"):
        path = tmp_path / "upload"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def within(*rows, declaration=""):
    return f"{declaration}<organizations>{''.join(rows)}</organizations>"


def survey_of(path, **chosen):
    """Through all functions, as an import goes: what the survey and reading the rows find must agree."""
    layout = xml.detect(path, chosen=chosen)
    survey = xml.survey(path, layout)
    rows = list(xml.read_rows(path, survey.layout))
    assert xml.read_headings(path, survey.layout) == list(survey.headings)
    assert (survey.rows, survey.problems) == (len(rows), sum(1 for row in rows if row.bad_cells))
    assert {len(row.cells) for row in rows} == {len(survey.headings)}
    return survey, rows


def rows_of(path, **chosen):
    return survey_of(path, **chosen)[1]


def cells_of(path, **chosen):
    return [row.cells for row in rows_of(path, **chosen)]


def table_of(path):
    """The rows as dicts of what isn't blank."""
    survey, rows = survey_of(path)
    return [{name: cell for name, cell in zip(survey.headings, row.cells, strict=True) if cell} for row in rows]


def refusal(path, **chosen):
    with pytest.raises(Unreadable) as refused:
        rows_of(path, **chosen)
    assert "%" not in refused.value.sentence()
    return refused.value


# Rows and cells


def test_the_children_of_the_root_are_rows_and_theirs_the_cells(file):
    survey, rows = survey_of(file(within(ROW, "\n", ROW)))
    assert survey.headings == ("name", "primary_domain")
    assert [(row.number, row.line, row.cells) for row in rows] == [(1, 1, CELLS), (2, 2, CELLS)]
    assert match_headings(survey.headings).fields == survey.headings


def test_any_names_of_root_and_rows_will_do(file):
    assert table_of(file("<x><y><name>A</name></y><z><name>B</name></z></x>")) == [{"name": "A"}, {"name": "B"}]


def test_namespaces_are_ignored(file):
    path = file('<o:list xmlns:o="urn:o" xmlns="urn:d"><o:row><o:name>A</o:name><city>B</city></o:row></o:list>')
    assert table_of(path) == [{"name": "A", "city": "B"}]


def test_one_name_in_two_namespaces_is_one_column(file):
    path = file('<l xmlns:a="urn:a" xmlns:b="urn:b"><r><a:name>A</a:name></r><r><b:name>B</b:name></r></l>')
    assert table_of(path) == [{"name": "A"}, {"name": "B"}]


def test_attributes_are_read_like_elements(file):
    path = file('<l><r name="A"><city>B</city></r><r city="C"><name>D</name></r></l>')
    assert table_of(path) == [{"name": "A", "city": "B"}, {"name": "D", "city": "C"}]


def test_attributes_of_xml_itself_are_no_data(file):
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Customer" xml:lang="sv"'
    assert table_of(file(f"<l><r {nil}><name>A</name></r></l>")) == [{"name": "A"}]


def test_attributes_of_a_value_only_describe_it(file):
    assert table_of(file('<l><r><name required="true">A</name></r></l>')) == [{"name": "A"}]


def test_elements_may_come_in_any_order_and_be_absent(file):
    path = file(within("<o><name>A</name><city>B</city></o>", "<o><state>C</state><name>D</name></o>"))
    assert cells_of(path) == [["A", "B", ""], ["D", "", "C"]]


def test_names_that_the_beginning_of_the_file_lacks_are_found_by_the_survey(file):
    late = "<o><name>Late</name><city>Malmö</city></o>"
    path = file(within(*[ROW] * 500, late))
    assert xml.detect(path).elements == ("name", "primary_domain")
    survey, rows = survey_of(path)
    assert survey.layout.elements == survey.headings == ("name", "primary_domain", "city")
    assert (rows[0].cells, rows[-1].cells) == ([*CELLS, ""], ["Late", "", "Malmö"])
    assert xml.survey(path, survey.layout).samples == (("Åkeri AB", "Late"), ("akeri.se",), ("Malmö",))


def test_a_blank_row_is_no_row(file):
    rows = rows_of(file(within("<o/>", "\n<o><name/></o>", f"\n{ROW}", "<o><name>  </name></o>", "<!-- o -->", ROW)))
    assert [(row.number, row.line) for row in rows] == [(1, 3), (2, 3)]


def test_line_breaks_tabs_and_spaces_in_a_value_are_kept(file):
    assert cells_of(file(within("<o><street>\tFirst\nSecond\r\nThird&#13; </street></o>"))) == [
        ["\tFirst\nSecond\nThird\r "]
    ]


def test_characters_written_as_numbers_and_cdata_are_text(file):
    path = file(within("<o><name>A &amp; B &#246; <![CDATA[<b> & ]]>&lt;</name></o>"))
    assert cells_of(path) == [["A & B ö <b> & <"]]


def test_comments_and_instructions_are_nothing(file):
    path = file(within("<?php x?><!-- <o/> -->", "<o><!-- a --><name>A<!-- b -->B<?c d?>C</name></o>"))
    assert cells_of(path) == [["ABC"]]


def test_an_apostrophe_before_a_formula_stays(file):
    assert cells_of(file(within("<o><name>'=1+1</name></o>"))) == [["'=1+1"]]


def test_an_element_that_comes_again_is_a_problem_of_its_cell_alone(file):
    twice = "<o><name>A</name><contact_phone>1</contact_phone><contact_phone>2</contact_phone></o>"
    survey, rows = survey_of(file(within("<o><name>B</name></o>", twice)))
    assert survey.headings == ("name", "contact_phone", "contact_phone#2")
    assert [list(row.bad_cells) for row in rows] == [[], [1]]
    assert "contact_phone" in rows[1].bad_cells[1].sentence()
    assert rows[1].cells == ["A", "1", "2"]
    assert match_headings(survey.headings).fields == ("name", "contact_phone", None)


def test_an_element_that_comes_again_without_a_value_is_no_problem(file):
    (row,) = rows_of(file(within("<o><name/><name>A</name><name> </name></o>")))
    assert (dict(row.bad_cells), row.cells) == ({}, ["A"])


def test_an_attribute_and_an_element_of_one_name_are_the_same_twice(file):
    (row,) = rows_of(file('<l><r name="A"><name>B</name></r></l>'))
    assert [problem.code for problem in row.bad_cells.values()] == ["element_again"]


def test_elements_inside_elements_are_columns_named_for_both(file):
    path = file(within("<o><name>A</name><contact><name>B</name><email>c@d.se</email></contact></o>"))
    survey, rows = survey_of(path)
    assert survey.headings == ("name", "contact/name", "contact/email")
    assert match_headings(survey.headings).fields == ("name", "contact_name", "contact_email")
    assert rows[0].cells == ["A", "B", "c@d.se"]


def test_text_with_elements_in_it_is_one_text(file):
    assert cells_of(file(within("<o><name>A <b>bold <i>b</i></b> one</name></o>"))) == [["A bold b one"]]


# What can't be read


def test_text_in_no_element_is_refused_with_its_line_and_words(file):
    for stray in ("<o>akeri.se<name>A</name></o>", "<o><name>A</name>akeri.se</o>", "<o><name>A</name></o>akeri.se"):
        refused = refusal(file(within(ROW, "\n", stray, ROW)))
        assert (refused.code, refused.params) == ("stray_text", {"line": 2, "text": "akeri.se"})


@pytest.mark.parametrize("text", ["<organizations/>", within("<o/>", "<o><name/></o>"), within("<!-- nothing -->")])
def test_a_file_without_a_row_is_refused(file, text):
    assert refusal(file(text)).code == "no_rows"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (within(ROW, "\n<o><name>A</o>"), 2, "mismatch"),
        (within("\n\n<o><name>A & B</name></o>"), 3, ""),
        (within("\n<o><name>&nbsp;</name></o>"), 2, "nbsp"),
        (within("\n<o><name>\x02</name></o>"), 2, "Char"),
        (within(ROW, "\n<x:o/>"), 2, "prefix"),
        (within(ROW) + "\n<o/>", 2, "Extra content"),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_line_and_reason(file, text, line, reason):
    refused = refusal(file(text))
    assert (refused.code, refused.params["line"]) == ("xml_broken", line)
    assert reason in refused.sentence()


@pytest.mark.parametrize("missing", [1, 5, len("</organizations>") - 1, len("</organizations>"), 30, 60])
def test_a_file_that_was_cut_off_is_refused_as_that(file, missing):
    text = within(ROW, ROW)
    refused = refusal(file(text[:-missing]))
    assert refused.code == "xml_cut_off"


def test_a_break_far_down_is_refused_with_its_line(file):
    assert refusal(file(within(*[f"{ROW}\n"] * 100_000, "<o></p>"))).params["line"] == 100_001


def test_lines_are_counted_from_the_top_of_the_file(file):
    prolog = '<?xml version="1.0"?>\n<!-- two\nlines -->\n\n'
    assert [row.line for row in rows_of(file(within("\n", ROW, declaration=prolog)))] == [6]
    assert refusal(file(within("\n<o></p>", declaration=prolog))).params["line"] == 6


@pytest.mark.parametrize("shape", [f"{ROW}\n", "<o>\n  <name>A\nB</name>\n</o>\n", '<o\n  name="A"/>\n'])
def test_lines_are_right_behind_the_65535th(file, shape):
    step = shape.count("\n")
    count = 70_000 // step
    path = file(within("\n", *[shape] * count))
    lines = [row.line for row in xml.read_rows(path, xml.detect(path))]
    assert lines == list(range(lines[0], lines[0] + count * step, step))
    assert lines[0] == (3 if "<o\n" in shape else 2), "of a start tag the parser tells where it ends"


DOCTYPES = [
    '<!DOCTYPE o [<!ENTITY a "x">]>',
    '<!DOCTYPE o SYSTEM "file:///etc/passwd">',
    "<!DOCTYPE o>",
    "<!doctype o>",
    f"<!--{'x' * 1000}--><?p?>\n<!DOCTYPE o>",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_a_doctype_is_refused_unread_in_every_encoding(file, doctype, encoding, monkeypatch):
    monkeypatch.setattr(xml_elements, "XMLPullParser", None)
    declaration = '<?xml version="1.0" encoding="windows-1252"?>' if encoding == "cp1252" else '<?xml version="1.0"?>'
    assert refusal(file(within(ROW, declaration=declaration + doctype), encoding)).code == "doctype"


def test_a_doctype_behind_a_prolog_that_is_too_long_to_look_through_is_refused_as_well(file):
    assert refusal(file(f"<!--{'x' * 70_000}--><!DOCTYPE o>{within(ROW)}")).code == "xml_no_root"


def test_a_doctype_behind_the_beginning_is_not_well_formed(file):
    assert refusal(file(f"<a><!DOCTYPE o>{within(ROW)}</a>")).code == "xml_broken"


@given(
    st.lists(st.sampled_from(["<!-- x -->", "<?x?>", " ", "\n", "<!DOCTYPE o>", "<?xml version='1.0'?>", "<!--", "-"]))
)
def test_no_doctype_before_the_root_ever_reaches_the_parser(prolog):
    import io

    from imports.readers.xml_prolog import read_prolog

    try:
        _root, text = read_prolog(io.StringIO("".join(prolog) + "<o/>"))
    except Unreadable:
        return
    assert text.strip() == "<o/>"


@pytest.mark.parametrize("name", ["koi8-r", "utf-7", "ebcdic-cp-us", "no-such-thing", "rot13", "x" * 500, "\u00e5"])
def test_an_encoding_that_cannot_be_read_is_refused_by_name(file, name):
    refused = refusal(file(within(ROW, declaration=f'<?xml version="1.0" encoding="{name}"?>')))
    assert refused.code == "unknown_encoding"
    assert len(refused.sentence()) < 200


@pytest.mark.parametrize(
    ("written", "declared", "detected"),
    [
        ("utf-8", None, "utf-8"),
        ("utf-8", "UTF-8", "utf-8"),
        ("utf-8-sig", None, "utf-8"),
        ("utf-8-sig", "windows-1252", "utf-8"),
        ("utf-16", "utf-16", "utf-16-le"),
        ("utf-16-le", "UTF-16", "utf-16-le"),
        ("utf-16-be", None, "utf-16-be"),
        ("cp1252", "Windows-1252", "cp1252"),
        ("latin-1", "ISO-8859-1", "cp1252"),
        ("utf-8", "utf-16", "utf-8"),  # a program that declared first and converted afterwards
    ],
)
def test_every_encoding_is_read_as_its_bytes_and_declaration_say(file, written, declared, detected):
    declaration = f"<?xml version='1.0' encoding='{declared}'?>\n" if declared else ""
    path = file(within(ROW, declaration=declaration), written)
    assert xml.detect(path).encoding == detected
    assert cells_of(path) == [CELLS]


def test_a_byte_that_the_declared_encoding_does_not_know_is_refused_with_its_line(file):
    refused = refusal(file(within("\n\n", ROW, declaration='<?xml version="1.0" encoding="UTF-8"?>'), "cp1252"))
    assert (refused.code, refused.params["line"], refused.params["byte"]) == ("bad_byte", 3, "0xC5")


def test_a_late_broken_byte_is_refused_with_its_line(file):
    path = file(within(*[f"{ROW}\n"] * 5_000).encode() + b"<o>\xff</o>")
    assert (refusal(path).code, refusal(path).params["line"]) == ("bad_byte", 5_001)


def test_a_chosen_encoding_beats_the_declared_one(file):
    path = file(within(ROW, declaration='<?xml version="1.0" encoding="UTF-8"?>'), "cp1252")
    assert cells_of(path, encoding="cp1252") == [CELLS]
    assert xml.detect(path, chosen={"encoding": "cp1252"}).chosen == ("encoding",)


def test_a_choice_that_is_not_offered_is_refused(file):
    assert refusal(file(within(ROW)), encoding="rot13").code == "unknown_choice"


def test_a_nul_character_is_refused_with_its_line(file):
    refused = refusal(file(within("\n<o><name>A\0</name></o>")))
    assert (refused.code, refused.params["line"]) == ("nul", 2)


def test_a_spreadsheet_saved_as_xml_is_called_that(file):
    text = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
    assert refusal(file(text)).code == "is_xml_spreadsheet"


# Limits


def test_a_value_of_the_greatest_length_is_read_and_a_longer_one_refused(file):
    assert len(cells_of(file(within(f"<o><name>{'x' * LONGEST_CELL}</name></o>")))[0][0]) == LONGEST_CELL
    refused = refusal(file(within(ROW, f"\n<o><name>{'x' * (LONGEST_CELL + 1)}</name></o>")))
    assert (refused.code, refused.params["line"]) == ("element_too_long", 2)


@pytest.mark.parametrize("start", ["<name>", '<a b="', "<!--", "<a/>" * 500_000])
def test_a_row_without_an_end_is_refused(file, start):
    refused = refusal(file(f"<organizations>{ROW}\n<o>{start}{'x' * 2_000_000}"))
    assert refused.code == "xml_row_too_long"
    assert f"{LONGEST_ROW:,}" in refused.sentence()


def test_more_elements_than_columns_may_be_are_refused(file):
    many = [f"<c{n}>x</c{n}>" for n in range(MOST_COLUMNS + 1)]
    assert len(cells_of(file(within("<o>", *many[1:], "</o>")))[0]) == MOST_COLUMNS
    assert refusal(file(within("<o>", *many, "</o>"))).code == "too_many_elements"
    assert refusal(file(within(ROW, "<o>", *["<c>x</c>"] * (MOST_COLUMNS + 1), "</o>"))).code == "too_many_elements"


def test_more_elements_far_down_are_refused_by_the_survey(file):
    path = file(within(*[ROW] * 2_000, *[f"<o><c{n}>x</c{n}></o>" for n in range(MOST_COLUMNS)]))
    layout = xml.detect(path)
    with pytest.raises(Unreadable) as refused:
        xml.survey(path, layout)
    assert refused.value.code == "too_many_elements"


def test_more_rows_than_allowed_are_refused(file):
    path = file(within(*[ROW] * 11))
    with pytest.raises(Unreadable) as refused:
        xml.survey(path, xml.detect(path), most_rows=10)
    assert refused.value.code == "too_many_rows"
    assert xml.survey(path, xml.detect(path), most_rows=11).rows == 11


def test_a_flood_of_blank_rows_is_refused(file, monkeypatch):
    monkeypatch.setattr(xml, "MOST_BLANK", 100)
    assert refusal(file(within(ROW, "<o/>" * 101))).code == "too_many_blank"
    assert len(rows_of(file(within("<o/>" * 99, *[ROW] * 500)))) == 500


@pytest.mark.parametrize("closed", [True, False])
def test_elements_that_lie_too_deep_are_refused(file, closed):
    text = "<a>" * 300 + ("x" + "</a>" * 300 if closed else "")
    assert refusal(file(text)).code == "xml_too_deep"


@pytest.mark.parametrize("count", [1, 5, 500])
def test_rows_that_lie_one_level_too_deep_are_refused_as_that(file, count):
    assert refusal(file(f"<export>{within(*[ROW] * count)}</export>")).code == "xml_rows_too_deep"


# Going on, layouts, contents


def test_reading_goes_on_where_it_was_left(file):
    path = file(within(*[f"<o><name>A{n}</name></o>\n<o/>" for n in range(1, 3_000)]))
    layout = xml.detect(path)
    everything = list(xml.read_rows(path, layout))
    assert list(xml.read_rows(path, layout, after=2_000)) == everything[2_000:]
    assert list(xml.read_rows(path, layout, after=2_999)) == []


def test_a_survey_shows_every_cell_of_a_watched_column(file):
    seen = []
    path = file(within("<o><name>A</name><limit>1</limit></o>", "<o><name>B</name></o>"))
    xml.survey(path, xml.detect(path), watch={1: seen.append})
    assert seen == ["1", ""]


def test_a_layout_survives_json(file):
    layout = xml.detect(file(within(ROW)), chosen={"encoding": "utf-8"})
    assert Layout.from_json(json.loads(json.dumps(layout.as_json()))) == layout


@pytest.mark.parametrize("name", ["customers.xml", "customers.xms", "customers.csv"])
def test_the_content_decides_and_not_the_name(tmp_path, name):
    path = tmp_path / name
    path.write_text(within(ROW))
    assert reader_of(path) is xml


# Any text

ugly = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
scraps = st.lists(
    st.sampled_from(
        ["<o>", "</o>", "<name>", "</name>", "<name/>", "<o a='1'>", "<!--", "-->", "<![CDATA[", "]]>", "&"]
    )
    | st.sampled_from(
        ["&#65;", "&lt;", "<?x", "?>", "<!DOCTYPE o", " ", "\n", "\r", "\0", "å", "A", "'", '"', "\ufffe"]
    )
    | st.text(max_size=3)
).map("".join)


@ugly
@given(text=scraps, whole=st.booleans(), encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-be", "cp1252"]))
def test_any_text_becomes_rows_or_a_sentence(file, text, whole, encoding):
    content = (within(text) if whole else text).encode(encoding, "replace")
    try:
        rows = rows_of(file(content))
    except Unreadable as refused:
        assert refused.sentence()
    else:
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert all("\0" not in cell for row in rows for cell in row.cells)


@ugly
@given(content=st.binary(max_size=300) | scraps.map(lambda text: text.encode(errors="replace")))
def test_any_bytes_with_any_layout_become_rows_or_a_sentence(file, content):
    path = file(content)
    for encoding in ("utf-8", "utf-16-le", "cp1252"):
        try:
            list(xml.read_rows(path, Layout("xml", encoding, elements=("name",))))
        except Unreadable as refused:
            assert refused.sentence()


names = st.sampled_from(["name", "city", "{urn:x}city", "x"])
texts = st.sampled_from(["", " ", "A", "B\n"])
leaf = st.tuples(names, texts, st.just([]))
elements = st.recursive(leaf, lambda inner: st.tuples(names, texts, st.lists(inner, max_size=3)), max_leaves=6)
attributes = st.dictionaries(names, texts, max_size=2)


def built(tag, text, inside, attributes=()):
    element = etree.Element(tag, dict(attributes))
    element.text = text
    element.extend(built(*child) for child in inside)
    return element


@ugly
@given(st.lists(st.tuples(st.lists(elements, max_size=4), attributes), max_size=4))
def test_the_straight_path_and_the_exact_one_are_equal(rows):
    straight, exact = Columns(), Columns()
    for inside, attributes in rows:
        row = built("row", "", inside, attributes)
        assert straight.cells_of(row) == exact._exactly(row)
        assert straight.names == exact.names
