"""Delimited text of every ugly kind becomes rows of text, or a sentence."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.readers import csv
from imports.readers.shape import Layout, Unreadable

HEADINGS = "Name,Primary domain,Notification email"
ROW = "Åkeri AB,akeri.se,it@akeri.se"
SAMPLE = f"{HEADINGS}\r\n{ROW}\r\n"


@pytest.fixture
def file(tmp_path):
    def write(content, encoding="utf-8"):
        path = tmp_path / "upload"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def rows_of(path, **chosen):
    """Through all four functions, as an import goes."""
    layout = csv.detect(path, chosen=chosen)
    survey = csv.survey(path, layout)
    rows = list(csv.read_rows(path, survey.layout))
    assert survey.rows == len(rows)
    return rows


def cells_of(path, **chosen):
    return [row.cells for row in rows_of(path, **chosen)]


def refusal(path, **chosen):
    with pytest.raises(Unreadable) as refused:
        rows_of(path, **chosen)
    assert "%" not in refused.value.sentence()
    return refused.value


@pytest.mark.parametrize(
    ("written", "detected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_every_encoding_is_detected_and_read(file, written, detected):
    path = file(SAMPLE, written)
    layout = csv.detect(path)
    assert layout.encoding == detected
    assert csv.read_headings(path, layout) == HEADINGS.split(",")
    assert cells_of(path) == [ROW.split(",")]


def test_a_byte_order_mark_of_big_endian_is_no_part_of_the_first_heading(file):
    path = file(b"\xfe\xff" + SAMPLE.encode("utf-16-be"))
    assert csv.read_headings(path, csv.detect(path))[0] == "Name"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_detected(file, delimiter):
    path = file(SAMPLE.replace(",", delimiter))
    assert csv.detect(path).delimiter == delimiter
    assert cells_of(path) == [ROW.split(",")]


def test_decimal_commas_do_not_hide_the_semicolon(file):
    path = file("Name;Limit\nA;1,50\nB;2,50\nC;3,50\n")
    assert csv.detect(path).delimiter == ";"


def test_unknown_headings_leave_the_choice_to_the_most_regular_delimiter(file):
    path = file("col one|col two, or so\na|b\nc, d|e\n")
    assert csv.detect(path).delimiter == "|"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(file, end):
    rows = rows_of(file(f"Name,Primary domain{end}A,a.se{end}B,b.se"))
    assert [(row.number, row.line, row.cells) for row in rows] == [(1, 2, ["A", "a.se"]), (2, 3, ["B", "b.se"])]


def test_line_ends_may_be_mixed(file):
    rows = rows_of(file("Name,Primary domain\rA,a.se\r\nB,b.se\nC,c.se"))
    assert [(row.line, row.cells[0]) for row in rows] == [(2, "A"), (3, "B"), (4, "C")]


def test_quoted_line_breaks_and_delimiters_stay_in_their_cell(file):
    rows = rows_of(file('Name,Street Address\n"A, ""the"" firm","First\r\nSecond"\nB,Third\n'))
    assert rows[0].cells == ['A, "the" firm', "First\r\nSecond"]
    assert (rows[1].number, rows[1].line) == (2, 4)


def test_a_quoted_cell_may_follow_a_space(file):
    assert cells_of(file('Name, "City", State\nA, "B, C", D\n')) == [["A", "B, C", "D"]]


def test_known_headings_count_for_more_than_regularity(file):
    path = file("Name;Primary domain;City\nA, Inc;a.se\nB, Inc;b.se;X\nC, Inc;c.se;Y;;\n")
    assert csv.detect(path).delimiter == ";"


def test_excels_own_first_line_names_the_delimiter_and_is_no_heading(file):
    path = file("sep=|\r\nName,x|y\r\nA,1|2\r\n")
    layout = csv.detect(path)
    assert (layout.delimiter, layout.heading_row) == ("|", 2)
    assert cells_of(path) == [["A,1", "2"]]


def test_titles_and_blank_lines_above_the_headings_are_skipped(file):
    path = file(f"Customers, all of them\n\n,,\nPrinted 31/01/2026\n{SAMPLE}")
    assert csv.detect(path).heading_row == 5
    assert [(row.number, row.line) for row in rows_of(path)] == [(1, 6)]


def test_one_known_word_above_the_headings_is_a_title(file):
    assert csv.detect(file(f"Company\n{SAMPLE}")).heading_row == 2


def test_a_quotation_mark_in_a_title_does_not_swallow_the_headings(file):
    path = file(f'All "customers"\n{SAMPLE}')
    assert csv.detect(path).heading_row == 2


def test_without_a_known_heading_the_first_record_is_taken_for_it(file):
    path = file("\n\nAlpha,Beta\n1,2\n")
    layout = csv.detect(path)
    assert layout.heading_row == 3
    assert csv.read_headings(path, layout) == ["Alpha", "Beta"]


def test_everything_that_is_detected_can_be_chosen(file):
    path = file("Name;Primary domain\nA,x;é\nB;b\n", "utf-8")
    layout = csv.detect(path, chosen={"encoding": "cp1252", "delimiter": ",", "heading_row": "2"})
    assert layout == Layout("csv", "cp1252", ",", 2, chosen=("encoding", "delimiter", "heading_row"))
    assert csv.read_headings(path, layout) == ["A", "x;Ã©"]


def test_blank_choices_leave_it_to_detection(file):
    path = file(SAMPLE)
    assert csv.detect(path, chosen={"encoding": "", "delimiter": None, "heading_row": ""}) == csv.detect(path)


@pytest.mark.parametrize(
    "chosen",
    [
        {"encoding": "rot13"},
        {"delimiter": "x"},
        {"heading_row": "0"},
        {"heading_row": "-1"},
        {"heading_row": "9" * 5000},
    ],
)
def test_a_choice_that_is_not_offered_is_refused_in_words(file, chosen):
    refused = refusal(file(SAMPLE), **chosen)
    assert refused.code == "unknown_choice"
    assert len(refused.sentence()) < 200


def test_a_heading_row_behind_the_end_is_refused(file):
    refused = refusal(file(SAMPLE), heading_row=40)
    assert refused.code == "no_headings"
    assert "40" in refused.sentence()


def test_a_layout_survives_json():
    layout = Layout("csv", "utf-16-le", "\t", 4, chosen=("delimiter",))
    assert Layout.from_json(json.loads(json.dumps(layout.as_json()))) == layout


def test_a_stored_layout_of_another_version_can_still_be_read():
    assert Layout.from_json({"format": "csv", "encoding": "utf-8", "colour": "gone"}) == Layout("csv", "utf-8")


def test_blank_records_do_not_count_but_their_lines_do(file):
    rows = rows_of(file("Name,City\n\nA,B\n , \n,,,\n\nC,D\n\n"))
    assert [(row.number, row.line) for row in rows] == [(1, 3), (2, 7)]


def test_a_row_with_a_blank_first_cell_is_a_row(file):
    assert cells_of(file("Name,City\n,B\n")) == [["", "B"]]


def test_short_rows_are_padded_and_blank_surplus_is_cut(file):
    rows = rows_of(file("Name,City,State\nA\nB,C,D,, \n"))
    assert [row.cells for row in rows] == [["A", "", ""], ["B", "C", "D"]]
    assert [row.problem for row in rows] == [None, None]


def test_surplus_text_is_a_problem_of_its_row_alone(file):
    path = file("Name,City\nA, Inc,Stockholm\nB,Malmö\n")
    first, second = rows_of(path)
    assert first.cells == ["A", "Inc", "Stockholm"]
    assert first.problem.code == "surplus_cells"
    assert "3 cells" in first.problem.sentence()
    assert "2 headings" in first.problem.sentence()
    assert second.problem is None
    assert csv.survey(path, csv.detect(path)).problems == 1


def test_reading_goes_on_where_it_was_left(file):
    path = file("Name,City\n" + "".join(f"A{n},B\n\n" for n in range(1, 30)))
    layout = csv.detect(path)
    everything = list(csv.read_rows(path, layout))
    assert list(csv.read_rows(path, layout, after=12)) == everything[12:]
    assert list(csv.read_rows(path, layout, after=29)) == []


def test_a_survey_counts_and_takes_three_samples_of_each_column(file):
    path = file("Name,City\nA,\nA,X\nB,\nC,\nD,Y\n")
    survey = csv.survey(path, csv.detect(path))
    assert (survey.rows, survey.headings) == (5, ("Name", "City"))
    assert survey.samples == (("A", "B", "C"), ("X", "Y"))


def test_a_survey_shows_every_cell_of_a_watched_column(file):
    seen = []
    path = file("Name,City\nA,1\nB\nC,3\n")
    csv.survey(path, csv.detect(path), watch={1: seen.append})
    assert seen == ["1", "", "3"]


def test_more_rows_than_allowed_are_refused(file):
    path = file("Name,City\n" + "A,B\n" * 11)
    with pytest.raises(Unreadable) as refused:
        csv.survey(path, csv.detect(path), most_rows=10)
    assert refused.value.code == "too_many_rows"
    assert csv.survey(path, csv.detect(path), most_rows=11).rows == 11


def test_limits_are_written_with_separators(file):
    assert "1,000,000" in Unreadable("too_many_rows", limit=1_000_000).sentence()


def test_too_many_columns_are_refused(file):
    assert refusal(file(",".join(f"c{n}" for n in range(201)) + "\n1\n")).code == "too_many_columns"
    assert len(cells_of(file(",".join(f"c{n}" for n in range(200)) + "\n1\n"))[0]) == 200


@pytest.mark.parametrize("content", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe\n\x00"])
def test_an_empty_file_is_refused(file, content):
    assert refusal(file(content)).code == "empty"


@pytest.mark.parametrize("content", [HEADINGS, f"{HEADINGS}\r\n", f"{HEADINGS}\n\n,,\n"])
def test_headings_without_rows_are_refused(file, content):
    assert refusal(file(content)).code == "no_rows"


def test_text_that_only_begins_like_something_else_is_read(file):
    assert cells_of(file("BM,PK\n[x],{y}\n")) == [["[x]", "{y}"]]


def test_a_stray_control_character_does_not_make_a_file_binary(file):
    assert cells_of(file(f"{HEADINGS}\nA\x1fB,c\x02,{'d' * 20}\n"))[0][0] == "A\x1fB"


def test_russian_in_utf_16_is_not_taken_for_binary(file):
    path = file("Название,Домен\n" + "Фирма,пример.рф\n" * 40, "utf-16")
    assert cells_of(path)[0] == ["Фирма", "пример.рф"]


FAR = "Plain,plain.se,it@plain.se\n" * 5000


def test_a_late_byte_that_utf_8_does_not_know_makes_an_ascii_file_windows_1252(file):
    path = file(f"{HEADINGS}\n{FAR}{ROW}\n".encode("cp1252"))
    layout = csv.detect(path)
    survey = csv.survey(path, layout)
    assert (layout.encoding, survey.layout.encoding) == ("utf-8", "cp1252")
    assert list(csv.read_rows(path, survey.layout))[-1].cells[0] == "Åkeri AB"


def test_a_late_broken_byte_in_a_utf_8_file_is_refused_with_its_line(file):
    path = file(f"{HEADINGS}\r\n{ROW}\r\n{FAR}".encode() + b"Broken \xe5,b.se,it@b.se\n")
    refused = refusal(path)
    assert (refused.code, refused.params["line"], refused.params["byte"]) == ("bad_byte", 5003, "0xE5")


def test_a_byte_order_mark_is_a_promise(file):
    path = file(b"\xef\xbb\xbf" + f"{HEADINGS}\n{FAR}{ROW}\n".encode("cp1252"))
    assert refusal(path).code == "bad_byte"


def test_a_chosen_encoding_is_never_given_up(file):
    path = file(f"{HEADINGS}\n{ROW}\n".encode("cp1252"))
    refused = refusal(path, encoding="utf-8")
    assert (refused.code, refused.params["line"]) == ("bad_byte", 2)
    assert "UTF-8" in refused.sentence()


def test_a_byte_that_windows_1252_does_not_have_is_refused_with_its_line(file):
    path = file(f"{HEADINGS}\r{FAR}".encode() + b"M\x81nchen,m.de,it@m.de\n")
    refused = refusal(path)
    assert (refused.params["line"], refused.params["byte"]) == (5002, "0x81")


def test_the_line_of_a_broken_byte_is_right_where_a_character_spans_two_chunks(file):
    start = f"{HEADINGS}\n".encode()
    filling = b"x" * (1024 * 1024 - len(start) - 3)
    refused = refusal(file(start + filling + "\N{GRINNING FACE}".encode() + b"\xff\n\n"))
    assert refused.params["line"] == 2


def test_half_a_character_at_the_end_of_utf_16_is_refused(file):
    assert refusal(file(SAMPLE.encode("utf-16") + b"\x41")).code == "bad_byte"


def test_reading_rows_without_a_survey_says_the_same_of_a_broken_byte(file):
    path = file(f"{HEADINGS}\n{ROW}\n{FAR}".encode() + b"\xe5\n")
    with pytest.raises(Unreadable) as refused:
        list(csv.read_rows(path, csv.detect(path)))
    assert refused.value.params["line"] == 5003


def test_a_nul_character_is_refused_with_its_line(file):
    refused = refusal(file(f"{HEADINGS}\n{ROW}\nB\0,b.se,it@b.se\n"))
    assert (refused.code, refused.params["line"]) == ("nul", 3)


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_line(file):
    refused = refusal(file(f'{HEADINGS}\n{ROW}\n"B,b.se,it@b.se\nC,c.se,it@c.se\n'))
    assert (refused.code, refused.params["line"]) == ("open_quote", 3)


def test_a_quotation_mark_that_swallows_a_long_file_is_refused_with_its_line(file):
    refused = refusal(file(f'{HEADINGS}\n{ROW}\n\n"B,b.se,it@b.se\n{FAR}'))
    assert (refused.code, refused.params["line"]) == ("cell_too_long", 4)


def test_a_quotation_mark_that_swallows_some_rows_is_a_problem_of_its_row(file):
    swallowed = "C,c.se,it@c.se\n" * 49
    first, second = rows_of(file(f'{HEADINGS}\n"B,b.se,it@b.se\n{swallowed}D",d.se,it@d.se\n{ROW}\n'))
    assert first.problem.code == "many_lines"
    assert first.problem.params == {"first": 2, "last": 52}
    assert "line 2 to line 52" in first.problem.sentence()
    assert (second.number, second.line, second.problem) == (2, 53, None)


def test_a_cell_may_hold_a_good_many_lines(file):
    assert rows_of(file("Name,City\n" + '"A' + "\n" * 49 + '",B\n'))[0].problem is None


def test_a_cell_of_the_greatest_length_is_read_and_a_longer_one_refused(file):
    assert len(cells_of(file(f"Name,City\n{'x' * 32_768},B\n"))[0][0]) == 32_768
    refused = refusal(file(f"Name,City\nA,B\nA,{'x' * 32_769}\n"))
    assert (refused.code, refused.params["line"]) == ("cell_too_long", 3)


@pytest.mark.parametrize("endless", ["x" * 2_000_000, "," * 2_000_000, '"' * 2_000_000, '"a\n",' * 400_000])
def test_a_row_without_an_end_is_refused(file, endless):
    refused = refusal(file(f"{HEADINGS}\n{ROW}\n{endless}"))
    assert (refused.code, refused.params["line"]) == ("row_too_long", 3)


def test_a_flood_of_blank_lines_is_refused(file, monkeypatch):
    monkeypatch.setattr(csv, "MOST_LINES", 100)
    assert refusal(file(f"{HEADINGS}\n" + "\n" * 100)).code == "too_many_lines"


def test_no_sentence_about_columns_lacks_what_it_mentions():
    """`refusal` shows the sentence of all others."""
    for code, params in {
        "columns_missing": {"headings": "Name"},
        "columns_doubled": {"field": "Name", "headings": "Company, Customer"},
    }.items():
        assert "%" not in Unreadable(code, **params).sentence()


ugly = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
scraps = st.lists(
    st.sampled_from([b'"', b",", b";", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe5", b"\x81", b"Name"])
    | st.sampled_from([b"sep=;", b"Primary domain", b"\t", b"|", b" ", b"'", "å".encode(), b"PK\x03\x04", b"<a"])
    | st.binary(max_size=3)
).map(b"".join)


@ugly
@given(content=scraps | st.binary(max_size=300))
def test_any_bytes_become_rows_or_a_sentence(file, content):
    try:
        rows = rows_of(file(content))
    except Unreadable as refused:
        assert refused.sentence()
    else:
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert all("\0" not in cell for row in rows for cell in row.cells)


@ugly
@given(content=scraps, encoding=st.sampled_from(["utf-8", "cp1252", "utf-16-le", "utf-16-be"]), row=st.integers(1, 4))
def test_any_bytes_with_any_choice_become_rows_or_a_sentence(file, content, encoding, row):
    try:
        rows_of(file(content), encoding=encoding, heading_row=row, delimiter=";")
    except Unreadable as refused:
        assert refused.sentence()


@ugly
@given(content=scraps)
def test_rows_can_be_read_before_or_without_a_survey(file, content):
    path = file(content)
    try:
        list(csv.read_rows(path, Layout("csv", "utf-8", ",", 1)))
    except Unreadable as refused:
        assert refused.sentence()


# Without a byte order mark UTF-16 is told by its zeros; a file full of letters like Ā (U+0100) has them on both sides.
letters = st.characters(exclude_categories=["Cs", "Cc"]).filter(lambda letter: ord(letter) % 256)
text = st.text(letters | st.sampled_from('",;\t|\n'), min_size=1, max_size=12)
cell = text.filter(lambda value: value == value.strip())


@ugly
@given(
    table=st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_a_spreadsheet_writes_is_read_back(file, table, delimiter, encoding, end):
    def line(cells):
        return delimiter.join('"' + value.replace('"', '""') + '"' for value in cells) + end

    path = file("".join(map(line, [["Name", "Primary domain", "City"], *table])), encoding)
    layout = csv.detect(path)
    assert layout.delimiter == delimiter
    assert [row.cells for row in csv.read_rows(path, csv.survey(path, layout).layout)] == table


def test_random_noise_of_some_size_is_refused_or_read_in_time(file):
    for _ in range(5):
        try:
            rows_of(file(os.urandom(300_000)))
        except Unreadable as refused:
            assert refused.sentence()
