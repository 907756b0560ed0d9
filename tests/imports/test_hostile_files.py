"""Files made to hurt: each is refused with a sentence, in bounded time and memory, and nothing of it is kept."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.files import upload
from support.measured import read_measured

from accounts.tenancy import acting_for
from imports import uploads
from imports.models import Import
from imports.readers import reader_of
from imports.readers.shape import LARGEST_FILE, MOST_ROWS, Unreadable

MOST_SECONDS = 10
MOST_MEGABYTES = 300
HUGE = 50 * 1024 * 1024
CSV = b"Name;Primary domain;Notification email\n"
CUSTOMER = b"A;a.se;it@a.se\n"
XML = b"<organizations><organization><name>A</name></organization>\n"
END = b"</organizations>"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
LOLS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))


def bomb(doctype, use=b"&l9;"):
    return [b"<?xml version='1.0'?>\n<!DOCTYPE o ", doctype, b">\n<o><r><name>", use, b"</name></r></o>"]


# Pieces that are written one after the other: a list, or an endless row of one piece as (piece, times).
FILES = {
    "entity bomb": (bomb(b'[<!ENTITY l0 "lol">' + LOLS + b"]"), "doctype"),
    "one long entity, often": (bomb(b'[<!ENTITY a "' + b"x" * 1_000_000 + b'">]', b"&a;" * 100_000), "doctype"),
    "parameter entity bomb": (bomb(b'[<!ENTITY % a "&#37;b;&#37;b;"><!ENTITY % b "x">%a;]', b"x"), "doctype"),
    "external entity": (bomb(b'[<!ENTITY l9 SYSTEM "file:///etc/hostname">]'), "doctype"),
    "external entity on a network": (bomb(b'[<!ENTITY l9 SYSTEM "http://127.0.0.1:9/">]'), "doctype"),
    "external subset": (bomb(b'SYSTEM "http://127.0.0.1:9/o.dtd"', b"x"), "doctype"),
    "doctype only": (bomb(b"", b"x"), "doctype"),
    "doctype in UTF-16": ([b"\xff\xfe", "<!DOCTYPE o><o><r><name>x</name></r></o>".encode("utf-16-le")], "doctype"),
    "deep nesting": ([b"<o>", (b"<a>", 5_000_000), (b"</a>", 5_000_000), b"</o>"], "xml_too_deep"),
    "deep nesting without an end": ([(b"<a>", 10_000_000)], "xml_too_deep"),
    "a value of 50 MB": ([XML, b"<o><name>", (b"x", HUGE), b"</name></o>", END], "xml_row_too_long"),
    "an attribute of 50 MB": ([XML, b"<o name='", (b"x", HUGE), b"'/>", END], "xml_row_too_long"),
    "a comment of 50 MB": ([XML, b"<!--", (b"x", HUGE), b"-->", END], "xml_row_too_long"),
    "a comment of 50 MB before the root": ([b"<!--", (b"x", HUGE), b"-->", XML, END], "xml_no_root"),
    "a name of 50 MB": ([XML, b"<", (b"x", HUGE), b"/>", END], "xml_row_too_long"),
    "a row of 50 MB": ([XML, b"<o>", (b"<a>x</a>", HUGE // 8), b"</o>", END], "xml_row_too_long"),
    "50 MB between rows": ([XML, (b" ", HUGE), END], "xml_row_too_long"),
    "XML with too many rows": ([XML, (b"<o><a>x</a></o>", MOST_ROWS), END], "too_many_rows"),
    "XML with blank rows": ([XML, (b"<o/>", 20_000_000), END], "too_many_blank"),
    "XML with too many elements": (
        [XML, *[b"<o><e%d>x</e%d></o>" % (n, n) for n in range(200)], END],
        "too_many_elements",
    ),
    "XML that is cut off": ([XML, b"<organization><name>A</na"], "xml_cut_off"),
    "XML with a NUL": ([XML, b"<o><name>\0</name></o>", END], "nul"),
    "XML that is not well-formed": ([XML, b"<o><name>A & B</o>", END], "xml_broken"),
    "XML in an encoding of its own": ([b"<?xml version='1.0' encoding='utf-7'?>", XML, END], "unknown_encoding"),
    "a cell of 50 MB": ([CSV, (b"x", HUGE), b";a.se\n"], "row_too_long"),
    "a quoted cell of 50 MB": ([CSV, b'"', (b"x\n", HUGE // 2), b'";a.se\n'], "cell_too_long"),
    "a heading of 50 MB": ([(b"x", HUGE)], "row_too_long"),
    "delimiters only": ([(b";", HUGE)], "row_too_long"),
    "too many rows": ([CSV, (b"A;B;C\n", MOST_ROWS + 1)], "too_many_rows"),
    "too many columns": ([b";".join(b"c%d" % n for n in range(201)), b"\n", CUSTOMER], "too_many_columns"),
    "blank lines": ([CSV, (b"\n", HUGE)], "too_many_lines"),
    "CSV that is cut off": ([CSV, CUSTOMER, b'"A;a.s'], "open_quote"),
    "a NUL": ([CSV, (CUSTOMER, 100_000), b"\0"], "nul"),
    "only NUL bytes": ([(b"\0", 1_000_000)], "is_binary"),
    "a picture": ([PNG, (b"\x00\x01\xfe", 1_000_000)], "is_picture"),
    "noise": ([bytes(range(256)) * 1_000], "is_binary"),
    "nothing": ([], "empty"),
    "spaces": ([(b" ", 1_000_000)], "no_headings"),
}


def write(path, pieces):
    with path.open("wb") as file:
        for piece in pieces:
            content, times = piece if isinstance(piece, tuple) else (piece, 1)
            at_once = max(1, min(times, 1_000_000 // len(content or b"x")))
            for _ in range(times // at_once):
                file.write(content * at_once)
            file.write(content * (times % at_once))


@pytest.mark.processes
@pytest.mark.parametrize(("pieces", "code"), FILES.values(), ids=FILES)
def test_a_hostile_file_is_refused_in_little_time_and_memory(tmp_path, pieces, code):
    path = tmp_path / "customers.csv"
    write(path, pieces)
    found = read_measured(path)
    path.unlink()
    assert (found.code, "%" in found.sentence) == (code, False)
    assert found.seconds < MOST_SECONDS
    assert found.megabytes < MOST_MEGABYTES


@pytest.mark.processes
@pytest.mark.parametrize(
    ("head", "row", "end"), [(CSV, CUSTOMER, b""), (XML, XML[len("<organizations>") :], END)], ids=["csv", "xml"]
)
def test_memory_does_not_grow_with_rows(tmp_path, head, row, end):
    few, many = tmp_path / "few", tmp_path / "many"
    write(few, [head, (row, 10_000), end])
    write(many, [head, (row, 200_000), end])
    less, more = read_measured(few), read_measured(many)
    assert more.rows == 20 * less.rows - 19 * (less.rows - 10_000)
    assert more.megabytes - less.megabytes < 8


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "customers.xml"
    write(path, [XML])
    os.truncate(path, LARGEST_FILE + 1)
    with pytest.raises(Unreadable) as refused:
        reader_of(path)
    assert refused.value.code == "file_too_large"


SMALL = [
    "entity bomb",
    "external entity",
    "doctype only",
    "XML that is cut off",
    "XML with a NUL",
    "CSV that is cut off",
]
SMALL += [
    "XML that is not well-formed",
    "XML with too many elements",
    "too many columns",
    "only NUL bytes",
    "a picture",
]
SMALL += ["XML in an encoding of its own", "nothing", "noise"]
LATER = {"CSV that is cut off", "XML with too many elements"}  # found when a worker looks at all rows


@pytest.mark.parametrize("name", [name for name in SMALL if name not in LATER])
@pytest.mark.parametrize("called", ["customers.csv", "customers.xml"])
def test_the_page_refuses_it_with_the_sentence_and_keeps_nothing(cast, tmp_path, name, called):
    pieces, code = FILES[name]
    path = tmp_path / "hostile"
    write(path, pieces)
    answer = upload(cast.sign_in(), path.read_bytes(), name=called)
    assert answer.status_code == 422
    (problem,) = answer.context["problems"]
    assert problem["sentence"].startswith(f"{called}: ")
    with pytest.raises(Unreadable) as refused:
        reader = reader_of(path)
        reader.read_headings(path, reader.detect(path))
    assert refused.value.code == code
    assert problem["sentence"].endswith(refused.value.sentence())
    with acting_for(cast.northwind.pk):
        assert not Import.objects.exists()
    folder = uploads.path_of(str(cast.northwind.public_id))
    assert [file for file in folder.rglob("*") if file.is_file()] == []


ugly = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
starts = st.sampled_from(
    [b"", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b"<?xml ", b"<a>", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Name;"]
)
scraps = st.sampled_from(
    [b"<a>", b"</a>", b"<b/>", b"\0", b"\n", b'"', b";", b"&", b"<!DOCTYPE a>", b"\xe5", b"Primary domain"]
)


@ugly
@given(start=starts, rest=st.lists(scraps | st.binary(max_size=20)).map(b"".join))
def test_any_bytes_become_rows_or_a_sentence(tmp_path, start, rest):
    path = tmp_path / "upload"
    path.write_bytes(start + rest)
    try:
        reader = reader_of(path)
        layout = reader.detect(path)
        survey = reader.survey(path, layout)
        assert survey.rows == len(list(reader.read_rows(path, survey.layout)))
    except Unreadable as refused:
        assert refused.sentence()
