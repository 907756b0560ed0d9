"""Refusals and faults as pages: in the portal's own style, with a way on, and without a word that helps an attacker."""

import re

import pytest
from django.conf import settings as chosen
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError, ProgrammingError
from django.test import Client

pytestmark = pytest.mark.django_db
PLANTED = "Xq7Geheim"
# What debug pages, tracebacks, servers and databases say about themselves.
TELLING = re.compile(
    rf"{PLANTED}|traceback|exception|django|python|gunicorn|psycopg|postgres|/site-packages/|settings\.|SELECT |line \d"
    r"|werkzeug|debug",
    re.IGNORECASE,
)

# Forms of the frame lead back to the address from which they are sent.
LEADS_BACK = re.compile(r'<input[^>]*name="next"[^>]*>')


@pytest.fixture
def ask(cast, monkeypatch):
    admin, viewer = cast.sign_in(), cast.sign_in("view_only_admin")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.members["reseller_admin"].user)
    admin.raise_request_exception = False

    def breaking(error):
        def view(*args, **kwargs):
            raise error

        monkeypatch.setattr("organizations.views.list_context", view)
        return admin.get("/organizations/")

    def too_often():
        monkeypatch.setitem(chosen.PER_MINUTE, "searches", 1)
        admin.get("/organizations/?search=x")
        return admin.get(f"/organizations/?search={PLANTED}")

    asking = {
        "a host that is not ours": lambda: Client().get("/", headers={"host": f"{PLANTED}.example"}),
        "nonsense": lambda: breaking(SuspiciousOperation(PLANTED)),
        "not allowed": lambda: viewer.get("/organizations/new/"),
        "no token": lambda: strict.post("/theme/", {"theme": PLANTED}),
        "nowhere": lambda: admin.get(f"/{PLANTED}/"),
        "nowhere, signed out": lambda: Client().get(f"/{PLANTED}/"),
        "too much": lambda: admin.post("/organizations/new/", {"name": PLANTED * 300_000}),
        "too often": too_often,
        "a fault": lambda: breaking(RuntimeError(PLANTED)),
        "a fault in the database": lambda: breaking(ProgrammingError(f"column {PLANTED} does not exist")),
        "an outage": lambda: breaking(OperationalError(f"connection to {PLANTED} failed")),
    }
    return lambda kind: asking[kind]()


PAGES = {
    "a host that is not ours": (400, "Bad request"),
    "nonsense": (400, "Bad request"),
    "not allowed": (403, "You may not do this"),
    "no token": (403, "This page was open for too long"),
    "nowhere": (404, "Page not found"),
    "nowhere, signed out": (404, "Page not found"),
    "too much": (413, "Too much at once"),
    "too often": (429, "Too many requests"),
    "a fault": (500, "Something went wrong"),
    "a fault in the database": (500, "Something went wrong"),
    "an outage": (503, "Cloudbroker is not available at the moment"),
}


@pytest.mark.parametrize("kind", PAGES)
def test_it_is_a_page_of_ours_that_tells_what_to_do_and_nothing_else(ask, kind):
    status, heading = PAGES[kind]
    answer = ask(kind)
    assert answer.status_code == status
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>{heading}</h1>" in answer.text
    assert f"<title>{heading} – Cloudbroker</title>" in answer.text
    assert "css/app.css" in answer.text and 'href="/"' in answer.text
    words = re.sub(r"<[^>]*>", " ", answer.text)
    assert TELLING.findall(words) == []
    assert PLANTED not in LEADS_BACK.sub("", answer.text)
    assert {name for name in answer.headers if name.lower() in ("server", "x-powered-by")} == set()


def test_the_word_list_sees_a_debug_page():
    assert TELLING.search("Traceback (most recent call last)")
    assert TELLING.search("RuntimeError at /organizations/: Xq7Geheim")


def test_an_outage_says_when_to_come_again(ask):
    assert ask("an outage")["Retry-After"] == "30"
