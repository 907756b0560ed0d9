"""Which reader a file gets: what it holds decides, not its name."""

import pytest

from imports.readers import READERS, reader_of
from imports.readers.shape import LARGEST_FILE, Unreadable


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "is_ods"),
        (b"PK\x03\x04....word/document.xml", "is_word"),
        (b"PK\x03\x04....customers.csv", "is_archive"),
        (b"\x1f\x8b\x08....", "is_archive"),
        (b"%PDF-1.7\n", "is_pdf"),
        (b"\x89PNG\r\n\x1a\n", "is_picture"),
        (b"\xff\xd8\xff\xe0", "is_picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "is_picture"),
        (b"\n<!DOCTYPE html><html>", "is_html"),
        (b'[{"name": "A"}]', "is_json"),
    ],
)
def test_what_is_no_table_is_called_what_it_is_whatever_its_name(tmp_path, content, code):
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        reader_of(path)
    assert refused.value.code == code
    assert refused.value.sentence()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as large:
        large.write(b"Name;Primary domain\n")
        large.truncate(LARGEST_FILE + 1)
    with pytest.raises(Unreadable) as refused:
        reader_of(path)
    assert refused.value.code == "file_too_large"


def test_the_readers_have_the_common_shape():
    for reader in READERS.values():
        assert all(callable(getattr(reader, name)) for name in ("detect", "read_headings", "read_rows", "survey"))


@pytest.mark.parametrize(
    ("content", "reader"),
    [
        (b"Name,Primary domain\n", "csv"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><organizations/>", "xml"),
        ("\ufeff<organizations/>".encode("utf-16-le"), "xml"),
        (b"\n <!-- customers --><o:organizations/>", "xml"),
    ],
)
def test_what_is_a_table_gets_its_reader_whatever_its_name(tmp_path, content, reader):
    path = tmp_path / "customers.xms"
    path.write_bytes(content)
    assert reader_of(path) is READERS[reader]
