"""What every kind of answer says about itself to a browser."""

from contextlib import ExitStack, closing

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from support.programs import program

from cloudbroker.headers import HEADERS

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
ALWAYS = HEADERS | {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60 * 60 * 24 * 365
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def raising(error):
    def view(*args, **kwargs):
        raise error

    return view


@pytest.fixture
def ask(cast, monkeypatch):
    """The answer of each kind."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.members["reseller_admin"].user)
    admin, viewer = cast.sign_in(), cast.sign_in("view_only_admin")
    admin.raise_request_exception = False

    def broken(error):
        monkeypatch.setattr("organizations.views.list_context", raising(error))
        return admin.get("/organizations/", secure=True)

    def api(key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return Client().get("/api/v1/organizations", headers=headers, secure=True)

    kinds = {
        "signed out": lambda: Client().get("/accounts/login/", secure=True),
        "page": lambda: admin.get("/organizations/", secure=True),
        "redirect": lambda: Client().get("/organizations/", secure=True),
        "no form token": lambda: strict.post("/theme/", {"theme": "dark"}, secure=True),
        "malformed": lambda: broken(SuspiciousOperation()),
        "forbidden": lambda: viewer.get("/organizations/new/", secure=True),
        "nowhere": lambda: admin.get("/nowhere/", secure=True),
        "no such method": lambda: admin.get("/organizations/bulk/", secure=True),
        "too much": lambda: admin.post("/organizations/new/", {"name": "x" * 2_600_000}, secure=True),
        "invalid": lambda: admin.post("/organizations/new/", {}, secure=True),
        "fault": lambda: broken(RuntimeError()),
        "outage": lambda: broken(OperationalError()),
        "download": lambda: admin.get("/organizations/templates/csv/", secure=True),
        "stream": lambda: admin.post("/events/export/", secure=True),
        "style": lambda: admin.get("/static/css/app.css", secure=True),
        "picture": lambda: admin.get("/static/img/mark.svg", secure=True),
        "data": lambda: api(program(cast).secret),
        "problem": api,
        "description": lambda: Client().get("/api/v1/openapi.json", secure=True),
        "machine": lambda: Client().get("/livez", secure=True),
        "numbers": lambda: Client().get("/metrics", secure=True),
    }
    with ExitStack() as files:  # of answers that are files
        yield lambda kind: files.enter_context(closing(kinds[kind]()))


STATUSES = {
    "signed out": 200,
    "page": 200,
    "redirect": 302,
    "no form token": 403,
    "malformed": 400,
    "forbidden": 403,
    "nowhere": 404,
    "no such method": 405,
    "too much": 413,
    "invalid": 422,
    "fault": 500,
    "outage": 503,
    "download": 200,
    "stream": 200,
    "style": 200,
    "picture": 200,
    "data": 200,
    "problem": 401,
    "description": 200,
    "machine": 200,
    "numbers": 200,
}
OF_MACHINES = {"machine", "numbers"}


@pytest.mark.parametrize("kind", STATUSES)
def test_every_kind_of_answer_says_what_may_be_done_with_it(ask, kind):
    answer = ask(kind)
    assert answer.status_code == STATUSES[kind]
    expected = HEADERS if kind in OF_MACHINES else ALWAYS
    assert {name: answer.headers.get(name) for name in expected} == expected
    if kind not in OF_MACHINES:
        directives = (part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert dict(directives) == POLICY
        assert answer.headers["X-Request-ID"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    for cookie in answer.cookies.values():
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax", cookie


@pytest.mark.parametrize("kind", STATUSES)
def test_every_kind_of_answer_names_its_type_and_its_characters(ask, kind):
    answer = ask(kind)
    kind_of_text = answer.headers.get("Content-Type", "")
    assert kind_of_text or (answer.status_code == 302 and not answer.content)
    if kind_of_text.startswith("text/") or "/xml" in kind_of_text:
        assert "charset=utf-8" in kind_of_text.lower().replace('"', "")


@pytest.mark.parametrize("path", ["/", "/organizations/", "/api/v1/docs", "/static/css/app.css"])
def test_a_person_who_comes_without_tls_is_led_to_it(path):
    answer = Client().get(path)
    assert (answer.status_code, answer.url) == (301, f"https://testserver{path}")


@pytest.mark.parametrize("path", ["/api/v1/organizations", "/api/v1/openapi.json", "/api/v1/nowhere"])
def test_a_program_that_comes_without_tls_is_refused_and_learns_of_it(cast, path):
    key = program(cast).secret
    answer = Client().get(path, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
