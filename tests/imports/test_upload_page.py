"""Files that can't become organizations: each is refused with a sentence that names it, and nothing of it is kept."""

import errno

import pytest
from support.files import newest, table, upload, work_on

from accounts.tenancy import acting_for
from imports import uploads
from imports.models import Import
from imports.tasks import read
from organizations.models import Organization

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
REFUSED = [
    (b"", "The file is empty"),
    (PNG, "This is a picture, not a table"),
    (b"%PDF-1.7\n" + bytes(50), "This is a PDF document"),
    (b"PK\x03\x04" + bytes(100), "not a"),
    (b"<!DOCTYPE html><html></html>", "This is a web page"),
]
UNCLEAR = [
    (b"Name;Ort\r\nA;B\r\n", "A mandatory column is missing: Primary domain, Notification email"),
    (b"Name;Primary domain;primary_domain;Notification email\r\na;b;c;d\r\n", "More than one column is read as"),
]


def kept(cast):
    with acting_for(cast.northwind.pk):
        jobs = Import.objects.count()
    folder = uploads.path_of(str(cast.northwind.public_id))
    return jobs, len(list(folder.glob("*"))) if folder.exists() else 0


@pytest.mark.parametrize(("content", "words"), REFUSED)
def test_a_file_that_is_no_table_is_refused_by_name_and_not_kept(cast, content, words):
    answer = upload(cast.sign_in(), content, name="kunder.csv")
    assert answer.status_code == 422
    (problem,) = answer.context["problems"]
    assert problem["sentence"].startswith("kunder.csv: ") and words in problem["sentence"]
    assert kept(cast) == (0, 0)
    assert upload(cast.sign_in(), table(count=1)).status_code == 302
    assert kept(cast) == (1, 1)


@pytest.mark.parametrize(("content", "words"), UNCLEAR)
def test_a_table_whose_columns_are_not_clear_is_refused_by_name_and_kept_for_a_word_about_them(cast, content, words):
    answer = upload(cast.sign_in(), content, name="kunder.csv")
    assert answer.status_code == 422
    (problem,) = answer.context["problems"]
    assert problem["sentence"].startswith("kunder.csv: ") and words in problem["sentence"]
    assert (kept(cast), newest(cast).state) == ((1, 1), "failed")
    with acting_for(cast.northwind.pk):
        assert Organization.objects.count() == 0


def test_no_file_is_a_sentence(cast):
    answer = cast.sign_in().post("/organizations/create-multiple/", {})
    assert (answer.status_code, answer.context["problems"][0]["sentence"]) == (422, "Select a file.")


def test_a_file_over_the_limit_is_cut_off_while_it_arrives(cast, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 100_000)
    answer = upload(cast.sign_in(), table(count=3_000))
    assert answer.status_code == 413
    assert "The file is larger than 100 MB" in answer.text
    assert kept(cast) == (0, 0)
    assert upload(cast.sign_in(), table(count=300)).status_code == 302


def test_a_nul_among_the_headings_is_refused_at_once_and_nothing_is_kept(cast):
    answer = upload(cast.sign_in(), 'name;domain;email\0"x\nA;a.example;it@a.example\n')
    assert answer.status_code == 422 and "NUL" in answer.text
    assert kept(cast) == (0, 0)


def test_a_file_that_breaks_later_on_says_in_which_line(cast):
    upload(cast.sign_in(), table(count=5_000) + "a;b\0c;d;e\r\n")
    job = work_on(cast, read)
    assert (job.state, job.error["code"]) == ("failed", "nul")
    page = cast.sign_in().get(f"/organizations/imports/{job.public_id}/").text
    assert "Line 5002 holds a NUL character" in page
    with acting_for(cast.northwind.pk):
        assert Organization.objects.count() == 0


def test_the_upload_is_private_and_known_by_its_hash(cast):
    import hashlib

    content = table(count=2).encode()
    upload(cast.sign_in(), content)
    job = newest(cast)
    path = uploads.path_of(job.upload)
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert job.sha256 == hashlib.sha256(content).hexdigest()


def test_the_sweep_deletes_what_no_import_names_and_nothing_else(cast, monkeypatch):
    upload(cast.sign_in(), table(count=1))
    named = uploads.path_of(newest(cast).upload)
    orphan = named.with_name("orphan.csv")
    orphan.write_text("left behind")
    assert uploads.sweep() == 0, "a request may still be at work on a young file"
    monkeypatch.setattr(uploads, "ORPHAN_AFTER", -1)
    assert uploads.sweep() == 1
    assert named.exists() and not orphan.exists()


def test_the_check_page_asks_as_often_for_three_rows_as_for_three_hundred(cast, django_assert_max_num_queries):
    client = cast.sign_in()
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, {"name": "T", "primary_domain": "t.example", "notification_email": "a@t.example"})
    for count in (3, 300):
        bad = [{"name": f"B{n}", "primary_domain": "t.example", "notification_email": "x"} for n in range(count)]
        address = upload(client, table(*bad)).url
        work_on(cast, read)
        with django_assert_max_num_queries(15):
            assert "is already used by T" in client.get(address).text


def test_a_file_arrives_beside_those_that_are_kept(cast, monkeypatch):
    """So that keeping it is a rename, and what a killed request leaves is found by the sweep."""
    arriving = []
    whole = uploads.LimitedUpload.receive_data_chunk

    def receive(self, raw_data, start):
        arriving.extend(uploads.incoming().glob("*.upload"))
        return whole(self, raw_data, start)

    monkeypatch.setattr(uploads.LimitedUpload, "receive_data_chunk", receive)
    upload(cast.sign_in(), table(count=3))
    assert len(arriving) == 1 and list(uploads.incoming().glob("*")) == []
    half = uploads.incoming() / "killed.upload"
    half.write_text("half a file")
    assert uploads.sweep() == 0
    monkeypatch.setattr(uploads, "ORPHAN_AFTER", -1)
    assert uploads.sweep() == 1
    assert not half.exists() and uploads.path_of(newest(cast).upload).exists()


def full(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["NamedTemporaryFile", "_flush"])
def test_a_disk_that_is_full_is_told_in_words_and_nothing_is_kept(cast, monkeypatch, where):
    with monkeypatch.context() as planted:
        planted.setattr(uploads, where, full)
        answer = upload(cast.sign_in(), table(count=3))
    assert answer.status_code in (507, 422)
    assert "There is no room left to keep the file" in answer.text
    assert kept(cast) == (0, 0)
    assert upload(cast.sign_in(), table(count=3)).status_code == 302


def test_a_disk_that_fills_up_while_the_file_arrives_is_told_in_words(cast, monkeypatch):
    received = uploads.TemporaryFileUploadHandler.receive_data_chunk
    with monkeypatch.context() as planted:
        planted.setattr(
            uploads.TemporaryFileUploadHandler,
            "receive_data_chunk",
            lambda self, data, start: full() if start else received(self, data, start),
        )
        answer = upload(cast.sign_in(), table(count=3_000))
    assert answer.status_code == 507
    assert "There is no room left to keep the file" in answer.text
    assert (kept(cast), list(uploads.incoming().glob("*"))) == ((0, 0), [])
