"""Large files are checked by a process of its own, which says the same as a worker would, and only about rows."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import awkward
from support.files import newest, staged, table, upload, work_on

from imports import ahead, reading
from imports.ahead import Checker
from imports.checking.checked import Checked
from imports.checking.lines import FORMAT, STAGED, lines_of
from imports.checking.request import Request
from imports.readers import reader_of
from imports.readers.shape import SourceRow
from imports.tasks import create, read
from imports.unreadable import Unreadable
from organizations.fields import NAMES, DecimalMark, Reading, Row, read_row
from organizations.problems import Problem

OWN = {"public_id", "search_text", "batch_id", "_state"}  # the id, and what holds it


def requested(path, **wanted):
    layout = reader_of(path).detect(path)
    columns = tuple(name if name in NAMES else None for name in reader_of(path).read_headings(path, layout))
    asked = {"reading": Reading(country="SE"), "may_approve": True, "blanks": {}, "chunk": 2}
    asked |= {"beside": (), "are_new": True, **wanted}
    return Request(path=str(path), layout=layout, columns=columns, reseller_id=1, import_id=2, **asked)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(table(count=5))
    return path


def values(row):
    return {name: value for name, value in vars(row).items() if name not in OWN}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("content", ["awkward", "faulty"])
def test_a_process_of_its_own_says_the_same_as_the_worker(cast, monkeypatch, content):
    faulty = table(
        *(
            {"name": "", "primary_domain": f"{n} .example", "notification_email": "=x", "street": "a\tb\r\nc\\d"}
            for n in range(40)
        ),
        *({"name": "A", "primary_domain": "same.example", "notification_email": "it@same.example"} for _ in range(3)),
        count=60,
    )
    text = awkward.as_csv(awkward.customers()) if content == "awkward" else faulty
    client, found = cast.sign_in(), []
    monkeypatch.setattr(reading.steps, "CHUNK", 700)
    for large in (10**9, 0):
        monkeypatch.setattr(reading, "LARGE", large)
        upload(client, text)
        job = work_on(cast, read)
        counts = (job.state, job.rows_read, job.rows_valid, job.rows_invalid, job.rows_warned)
        found.append((counts, {number: values(row) for number, row in staged(cast, job).items()}))
    assert found[0][0] == found[1][0] and found[0][0][:2] == ("ready", len(found[0][1]))
    assert found[0][1] == found[1][1]


@pytest.mark.django_db(transaction=True)
def test_who_may_not_set_approval_may_not_by_a_large_file_either(cast, monkeypatch):
    monkeypatch.setattr(reading, "LARGE", 0)
    client = cast.sign_in("limited_key_account_manager")
    row = {"name": "A", "primary_domain": "a.example", "notification_email": "it@a.example", "approval_process": "TRUE"}
    upload(client, table(row), group=str(cast.nordics.public_id))
    assert [*staged(cast, work_on(cast, read))[1].errors] == ["approval_process"]


@pytest.mark.django_db(transaction=True)
def test_a_large_file_with_blanks_to_fill_fills_them(cast, monkeypatch):
    monkeypatch.setattr(reading, "LARGE", 0)
    row = {"name": "A", "primary_domain": "a.example", "notification_email": ""}
    client = cast.sign_in()
    address = upload(client, table(row)).url
    work_on(cast, read)
    client.post(
        f"{address}options/",
        {"mode": "create", "blanks": "keep", "all_or_nothing": "valid", "notification_email": "it@a.example"},
    )
    assert staged(cast, work_on(cast, read))[1].notification_email == "it@a.example"


@pytest.mark.django_db(transaction=True)
def test_a_checker_that_is_killed_costs_a_turn_and_no_row(cast, monkeypatch):
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading.steps, "CHUNK", 100)
    client = cast.sign_in()
    address = upload(client, table(count=900)).url
    whole = reading.stage

    def killing(lines):
        whole(lines)
        if newest(cast).rows_read >= 200:
            os.kill(checkers[-1]._process.pid, signal.SIGKILL)

    checkers = []
    monkeypatch.setattr(reading, "Checker", lambda: checkers.append(Checker()) or checkers[-1])
    with monkeypatch.context() as planted:
        planted.setattr(reading, "stage", killing)
        job = work_on(cast, read)
    assert job.state == "reading" and 200 <= job.rows_read < 900
    assert work_on(cast, read).state == "ready"
    client.post(f"{address}start/")
    assert work_on(cast, create).rows_created == 900
    assert all(checker._process.returncode is not None for checker in checkers)


def test_chunks_come_in_order_and_from_where_the_work_was_left(file):
    with Checker() as checker:
        chunks = list(checker.chunks(requested(file, after=1)))
    assert [(chunk.first, chunk.last) for chunk in chunks] == [(2, 3), (4, 5)]
    assert chunks[0].lines.startswith(b"2\x1f3\x1fvalid")


def test_what_a_file_is_refused_for_is_told_by_the_process_too(file):
    request = requested(file)
    file.write_bytes(file.read_bytes() + b"\xff;;;\n")
    with Checker() as checker, pytest.raises(Unreadable) as told:
        list(checker.chunks(request))
    assert told.value.code == "bad_byte" and told.value.params["line"] == 7


def test_a_file_that_is_gone_is_told_as_such(file):
    request = requested(file)
    file.unlink()
    with Checker() as checker, pytest.raises(Unreadable) as told:
        list(checker.chunks(request))
    assert told.value.code == "upload_gone"


def test_a_fault_of_ours_is_no_fault_of_the_file(file, capfd):
    request = requested(file, chunk=-1)
    with Checker() as checker, pytest.raises(RuntimeError, match="ended in the middle"):
        list(checker.chunks(request))
    assert "ValueError" in capfd.readouterr().err


def test_the_process_ends_with_whoever_asked_it():
    with Checker() as checker:
        assert checker._process.poll() is None
    assert checker._process.returncode is not None


def test_the_process_inherits_no_environment():
    with Checker() as checker:
        environment = Path(f"/proc/{checker._process.pid}/environ").read_bytes()
    assert b"SECRET_KEY" not in environment and b"DATABASE_URL" not in environment


def test_the_process_knows_no_model_and_no_settings():
    ask = "import sys, imports.checking.__main__ as main; main.warm_up(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ahead.ROOT, env={}, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "organizations.fields" in loaded
    assert not {
        name for name in loaded if name.startswith(("django.db", "psycopg", "imports.models", "organizations.models"))
    }


def test_a_request_is_the_same_after_its_way_as_json(file):
    reading_ = Reading("SE", DecimalMark.COMMA, "mdy", frozenset({"name", "city"}))
    request = requested(file, reading=reading_, blanks={"country": "SE"}, may_approve=False, after=7)
    assert Request.from_json(request.as_json()) == request


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
UGLY = TEXTS | st.sampled_from(["\\N", "\\.", "\x1e", "\x1f", "\\x1f", '"', "{}", "NULL", "a\tb", "\r\n", "\\", "'"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.none() | st.lists(UGLY, min_size=17, max_size=20),
    cells=st.lists(UGLY, min_size=17, max_size=17),
    said=st.none() | UGLY.map(lambda text: text.encode("unicode_escape").decode()),
)
@pytest.mark.django_db
def test_any_line_comes_out_of_copy_as_it_went_in(cast, raw, cells, said):
    row = read_row(cells, Reading(country="SE"))
    if said is not None:
        row = Row(row.raw, row.values, row.errors | {"city": [Problem("x", {"value": said})]}, row.warnings)
    checked = Checked(SourceRow(3, 4, []), row, "0190f3b2-0000-7000-8000-000000000001", "created", raw)
    (came_back,) = copied(lines_of([checked], cast.northwind.pk, 7))
    kept = raw if raw is not None else list(row.raw) if row.errors else None
    assert (came_back["raw"], came_back["number"], came_back["line"]) == (kept, 3, 4)
    assert tuple(came_back[name] for name in NAMES) == row.values
    assert came_back["verdict"] == ("invalid" if row.errors else "valid")
    problems = {name: [problem.as_json() for problem in found] for name, found in row.errors.items()}
    assert json.loads(came_back["errors"] or "{}") == problems


def copied(lines):
    """What PostgreSQL makes of the lines."""
    names = ", ".join(STAGED)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE tried (LIKE imports_importrow) ON COMMIT DROP")
        with cursor.copy(f"COPY tried ({names}) FROM STDIN ({FORMAT})") as copy:
            copy.write(lines)
        cursor.execute(f"SELECT {names} FROM tried")
        found = [dict(zip(STAGED, row, strict=True)) for row in cursor]
        cursor.execute("DROP TABLE tried")
    return found
