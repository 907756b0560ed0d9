"""Log lines: what they tell, and that they hold nothing that people typed."""

import io
import json
import logging

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from support.cast import customer
from support.files import table, upload, work_on

from cloudbroker.logs import JsonLines
from imports import reading
from imports.tasks import read

PLANTED = "Xq7Geheim"


@pytest.fixture
def lines():
    """Everything that is logged, as production writes it."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in output.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def check_nothing_is_told(lines):
    told = lines()
    assert told, "something was logged"
    assert [line for line in told if PLANTED.lower() in json.dumps(line).lower()] == []
    return told


def test_a_request_is_one_line_with_its_route_and_ids(cast, lines):
    answer = cast.sign_in().get(f"/organizations/?search={PLANTED}")
    (line,) = [line for line in check_nothing_is_told(lines) if line["event"] == "Answered."]
    assert (line["method"], line["route"], line["status"]) == ("GET", "organizations/", 200)
    assert line["request"] == answer["X-Request-ID"]
    assert line["reseller"] == cast.northwind.pk
    assert line["user"] == str(cast.members["reseller_admin"].user.public_id)
    assert 0 < line["seconds"] < 60


def test_the_next_request_of_the_thread_starts_with_no_ids(cast, lines):
    cast.sign_in().get("/organizations/")
    Client().get("/accounts/login/")
    *_, line = [line for line in lines() if line["event"] == "Answered."]
    assert "reseller" not in line and "user" not in line


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("post", "/accounts/login/", {"login": f"{PLANTED}@northwind.example", "password": f"{PLANTED}-password"}),
        ("post", "/accounts/password/reset/", {"email": f"{PLANTED}@northwind.example"}),
        ("get", f"/accounts/password/reset/key/1-{PLANTED}/", {}),
        ("get", f"/invitations/{PLANTED}/", {}),
        ("get", f"/{PLANTED}/", {}),
        ("post", "/organizations/new/", customer(PLANTED)),
        ("post", "/organizations/new/", {"name": PLANTED, "primary_domain": PLANTED}),
    ],
)
def test_nothing_that_a_person_typed_is_logged(cast, lines, method, path, data):
    for client in (Client(), cast.sign_in()):
        getattr(client, method)(path, data)
    check_nothing_is_told(lines)


def test_a_host_name_that_is_not_ours_is_not_repeated(cast, lines):
    assert Client().get("/", headers={"host": f"{PLANTED}.example"}).status_code == 400
    assert any(line["logger"].startswith("django.security") for line in check_nothing_is_told(lines))


def test_a_fault_of_ours_is_told_by_type_and_place(cast, lines, monkeypatch):
    def broken(*args, **kwargs):
        try:
            raise IntegrityError(f"duplicate key: ({PLANTED})")
        except IntegrityError as cause:
            raise RuntimeError(f"no luck with {PLANTED}") from cause

    monkeypatch.setattr("organizations.views.list_page", broken, raising=False)
    monkeypatch.setattr("organizations.views.render", broken)
    client = cast.sign_in()
    client.raise_request_exception = False
    assert client.get("/organizations/").status_code == 500
    (fault,) = [line for line in check_nothing_is_told(lines) if line["logger"] == "django.request"]
    assert [link["type"] for link in fault["error"]] == ["RuntimeError", "django.db.utils.IntegrityError"]
    assert fault["error"][0]["in"][-1].endswith("broken")
    assert fault["reseller"] == cast.northwind.pk and fault["request"]


def test_a_job_that_fails_is_told_by_its_ids(cast, lines, monkeypatch):
    upload(cast.sign_in(), table(customer(PLANTED)), name=f"{PLANTED}.csv")

    def broken(lines_of_rows):
        raise ValueError(f"what is {lines_of_rows!r}? {PLANTED}")

    monkeypatch.setattr(reading, "stage", broken)
    job = work_on(cast, read)
    (fault,) = [line for line in check_nothing_is_told(lines) if line["logger"] == "jobs.work" and "error" in line]
    assert (fault["reseller"], fault["job"], fault["task"]) == (cast.northwind.pk, job.pk, "imports.read")
    assert fault["error"][0]["type"] == "ValueError"


@pytest.mark.django_db
def test_what_the_database_complains_of_is_told_by_its_code(lines):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [PLANTED])
    except Exception:
        logging.getLogger("jobs.work").exception("It broke.")
    *_, line = check_nothing_is_told(lines)
    assert line["error"][-1]["sqlstate"] == "22P02"


def test_arguments_are_left_out_and_other_peoples_finished_texts_too(lines):
    logging.getLogger("jobs.work").warning("The broker forgot %s after %.1f s of %r.", PLANTED, 1.5, {PLANTED})
    logging.getLogger("somebody").handle(
        logging.LogRecord("somebody", logging.INFO, "/usr/lib/site-packages/x.py", 1, f"hello {PLANTED}", None, None)
    )
    first, second = check_nothing_is_told(lines)
    assert first["event"] == "The broker forgot … after … s of …."
    assert (second["event"], second["logger"]) == ("…", "somebody")


@pytest.mark.parametrize(
    ("given", "kept"), [("a1b2c3d4-trace", True), ("short", False), ("x" * 65, False), ("evil\x7f/../12345", False)]
)
def test_a_proxys_id_is_taken_over_when_it_is_one(db, settings, given, kept):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    answer = Client().get("/accounts/login/", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) == kept


def test_without_a_proxy_nobody_names_their_own_request(db):
    assert Client().get("/accounts/login/", headers={"X-Request-ID": "a1b2c3d4"})["X-Request-ID"] != "a1b2c3d4"
