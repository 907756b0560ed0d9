"""Workbooks made to hurt: each is refused with its sentence, quickly and in little memory, or read for what it is."""

import os
import re
import signal
import struct
from pathlib import Path

import pytest
from support.files import table, upload
from support.measured import read_measured
from support.workbooks import HEADING_ROW, HEADINGS, by_hand, inline, packed, parts_of, xls, xlsx
from support.workers import children_of

from accounts.tenancy import acting_for
from imports import uploads
from imports.models import Import
from imports.readers import excel
from imports.readers.shape import Unreadable
from imports.workbook.compound import FILEPASS
from imports.workbook.package import check_package
from imports.workbook.refusals import Refused

ROW = ["Åkeri AB", "akeri.se", "it@akeri.se"]
SECONDS, MEGABYTES = 10, 300
SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1024 * 1024
FIRST = f'<row r="2">{inline("A2", "A")}</row>'


def whole():
    return xlsx(HEADINGS, *[ROW] * 100)


def with_part(name, content):
    return packed(parts_of(whole()) | {name: content})


def lying():
    """A bomb whose directory says that it is small."""
    bomb = with_part(SHEET, b" " * (30 * MEGABYTE))
    return bomb.replace(struct.pack("<I", 30 * MEGABYTE), struct.pack("<I", 1_000))


def corners(last):
    row = last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return by_hand(f'{HEADING_ROW}{FIRST}<row r="{row}">{inline(last, "x")}</row>')


def shared(rows):
    line = '<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>'
    return by_hand(HEADING_ROW + line * rows, shared=[f"<t>{'x' * 32_000}</t>"])


def encrypted():
    """With the directory of a compound file in which a workbook with a password lies."""
    content = bytearray(xls(HEADINGS))
    at = content.find("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage\0".encode("utf-16-le")
    content[at : at + len(name)] = name
    content[at + 64] = len(name)
    return bytes(content)


def legacy_encrypted():
    content = bytearray(xls(HEADINGS))
    content[512 + 20] = FILEPASS  # the record after the first, which takes twenty bytes
    content[512 + 21] = 0
    return bytes(content)


def zip_encrypted():
    content = bytearray(whole())
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def long_cell():
    return by_hand(f'<row><c t="inlineStr"><is><t>{"x" * 50 * MEGABYTE}</t></is></c></row>')


def entity_bomb():
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return entities(f'[<!ENTITY e0 "lol">{names}]', "&e9;")


def too_many_rows():
    return by_hand(HEADING_ROW + rows(200_100, "<c><v>1</v></c>"))


def entities(doctype, text):
    sheet = by_hand(HEADING_ROW + FIRST.replace("A</t>", f"{text}</t>") + '<row r="3"><c r="A3" t="e"/></row>')
    parts = parts_of(sheet)
    return packed(parts | {SHEET: f"<!DOCTYPE x {doctype}>".encode() + parts[SHEET]})


def rows(count, cells='<c r="A{n}"/><c r="B{n}"/>'):
    return "".join(f'<row r="{n}">{cells.replace("{n}", str(n))}</row>' for n in range(3, count + 3))


REFUSED = {
    "cut off": (lambda: whole()[:-200], "workbook_damaged"),
    "cut in half": (lambda: whole()[: len(whole()) // 2], "workbook_damaged"),
    "legacy, cut off": (lambda: xls(HEADINGS, *[ROW] * 900)[:20_000], "workbook_damaged"),
    "legacy, cut to the bone": (lambda: xls(HEADINGS)[:600], "workbook_damaged"),
    "a part that is a bomb": (lambda: with_part(SHEET, b" " * (60 * MEGABYTE)), "archive_too_dense"),
    "too much in all": (lambda: with_part("xl/media/a.bin", bytes(301 * MEGABYTE)), "archive_too_large"),
    "a directory that lies": (lying, "workbook_damaged"),
    "too many parts": (lambda: packed({f"xl/{n}.xml": b"" for n in range(60_000)}, 0), "archive_of_too_many"),
    "a cell of fifty megabytes": (long_cell, "archive_too_dense"),
    "two cells in far corners": (lambda: corners("XFD1048576"), "workbook_too_large"),
    "two cells in nearer corners": (lambda: corners("CV200000"), "workbook_too_large"),
    "one long text in many cells": (lambda: shared(20_000), "workbook_too_large"),
    "entities in entities": (entity_bomb, "workbook_damaged"),
    "more rows than a sheet may have": (too_many_rows, "too_many_rows_in_sheet"),
    "with a password": (encrypted, "workbook_encrypted"),
    "legacy, with a password": (legacy_encrypted, "workbook_encrypted"),
    "packed with a password": (zip_encrypted, "workbook_encrypted"),
    "another Office document": (lambda: xls(["x"]).replace(b"W\0o\0r\0k\0b", b"N\0o\0r\0k\0b"), "is_office"),
    "a zip in a zip": (lambda: packed({"a.zip": packed({"b.zip": bytes(1_000)})}), "is_archive"),
    "a binary workbook": (lambda: packed({"xl/workbook.bin": b"x", "[Content_Types].xml": b""}), "is_xlsb"),
    "a document": (lambda: packed({"word/document.xml": b"x"}), "is_word"),
    "a presentation": (lambda: packed({"[Content_Types].xml": b"", "ppt/presentation.xml": b"x"}), "is_archive"),
    "an OpenDocument": (lambda: packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, 0), "is_ods"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_sentence_in_bounded_time_and_memory(tmp_path, name):
    make, code = REFUSED[name]
    path = tmp_path / "upload"
    path.write_bytes(make())
    found = read_measured(path)
    assert found.code == code
    assert found.seconds < SECONDS
    assert found.megabytes < MEGABYTES


READ = {
    "a workbook with a zip inside": (lambda: with_part("xl/embeddings/a.zip", packed({"b": bytes(1_000)})), 100),
    "rows that are styled but empty": (lambda: by_hand(HEADING_ROW + FIRST + rows(400_000)), 1),
    "an entity of another file": (lambda: entities('SYSTEM "file:///etc/passwd"', "A"), 2),
    "a wide sheet with little in it": (lambda: corners("AX50000"), 2),
}


@pytest.mark.parametrize("name", READ)
def test_what_only_looks_dangerous_is_read(tmp_path, name):
    make, count = READ[name]
    path = tmp_path / "upload"
    path.write_bytes(make())
    found = read_measured(path)
    assert (found.code, found.rows) == (None, count)
    assert found.seconds < SECONDS
    assert found.megabytes < MEGABYTES


def test_a_directory_that_lies_is_found_out_before_any_library_reads_what_it_hides(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(lying())
    with pytest.raises(Refused) as refused:
        check_package(path)
    assert refused.value.code == "workbook_damaged"


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (signal.SIGXCPU, "workbook_too_slow"),
        (signal.SIGALRM, "workbook_too_slow"),
        (signal.SIGABRT, "workbook_too_large"),
        (signal.SIGKILL, "workbook_too_large"),
    ],
)
def test_a_process_that_the_kernel_ends_is_a_sentence_with_the_way_out(half_read, end, code):
    rows, pid = half_read
    os.kill(pid, end)
    with pytest.raises(Unreadable) as refused:
        list(rows)
    assert refused.value.code == code
    assert "CSV, which may have 1,000,000 rows" in refused.value.sentence()


def test_the_kernel_bounds_the_process(half_read):
    _, pid = half_read
    limits = dict(re.findall(r"Max ([a-z ]+?)  +(\d+)", Path(f"/proc/{pid}/limits").read_text()))
    assert limits["cpu time"] == "30"
    assert 256 * MEGABYTE <= int(limits["address space"]) < 270 * MEGABYTE
    assert limits["core file size"] == "0"


@pytest.fixture
def half_read(tmp_path):
    """Rows of which the first was taken, and the process that has more of them."""
    path = tmp_path / "upload"
    path.write_bytes(xlsx(HEADINGS, *[ROW] * 5_000))
    others = set(children_of(os.getpid()))  # servers of other tests
    rows = excel.read_rows(path, excel.detect(path))
    next(rows)
    (pid,) = set(children_of(os.getpid())) - others
    yield rows, pid
    rows.close()


@pytest.mark.parametrize(
    "name", ["cut off", "a part that is a bomb", "a directory that lies", "two cells in far corners"]
)
def test_on_the_upload_page_it_is_a_sentence_and_nothing_is_kept(cast, name):
    make, _code = REFUSED[name]
    answer = upload(cast.sign_in(), make(), name="kunder.xlsx")
    assert answer.status_code == 422
    (problem,) = answer.context["problems"]
    assert problem["sentence"].startswith("kunder.xlsx: ")
    with acting_for(cast.northwind.pk):
        assert not Import.objects.exists()
    folder = uploads.path_of(str(cast.northwind.public_id))
    assert not folder.exists() or not list(folder.glob("*"))
    assert upload(cast.sign_in(), table(count=1)).status_code == 302
