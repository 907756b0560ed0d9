"""The whole portal as `make run` starts it, and a real browser in front of it."""

import shutil

import pytest
from support.browsing import sign_in
from support.portal import Portal

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Tests sign in and hand in files more often than people do.
NEVER_REST = {"SIGN_INS_PER_MINUTE": "100000", "UPLOADS_PER_MINUTE": "0", "SEARCHES_PER_MINUTE": "0"}


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    found = Portal(tmp_path_factory.mktemp("portal"), **NEVER_REST)
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def api_portal(tmp_path_factory):
    """Another one, without a limit, for tests of the API that fill it with customers or kill its web processes."""
    found = Portal(tmp_path_factory.mktemp("api"), API_REQUESTS_PER_MINUTE="1000000", **NEVER_REST)
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="package")
def chromium():
    """Not longer than for the tests of this folder: Django asks no database where Playwright's loop is running."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed: the tests in a browser are left out.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, portal):
    """Opens a page as somebody; at the end no page may have broken the Content-Security-Policy or thrown an error."""
    contexts, complaints = [], []

    def hear(message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def open_page(email="admin@northwind.example", **options):
        context = chromium.new_context(base_url=portal.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/accounts/login/")
        if email:
            sign_in(page, email)
            page.wait_for_url("**/organizations/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
