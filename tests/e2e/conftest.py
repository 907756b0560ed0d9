"""The whole portal as `make run` starts it, and a real browser in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "cloudbroker-demo"


class Portal:
    """One `make run` in a home of its own."""

    def __init__(self, home):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home, self.url = home, f"http://localhost:{self.port}"
        self.output = home.parent / f"{home.name}.log"

    def environment(self):
        ours = ("DJANGO_", "DATABASE_", "BROKER_", "SECRET_", "CLOUDBROKER_", "PG", "CACHE_", "UPLOADS_", "EMAIL_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"CLOUDBROKER_HOME": str(self.home), "PORT": str(self.port)}

    def command(self):
        return [sys.executable, "-m", "cloudbroker.run"]

    def start(self):
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environment(), stdout=output, stderr=output, start_new_session=True
            )
        give_up = time.monotonic() + 45
        while not self.is_ready() or b"Sign in with" not in self.output.read_bytes():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < give_up, self.output.read_text()
            time.sleep(0.1)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def processes(self):
        """The ids of everything that was told of this home, children of children too."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.home).encode() in told and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        return found


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    found = Portal(tmp_path_factory.mktemp("portal"))
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def chromium():
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
            page.fill("input[name=login]", email)
            page.fill("input[name=password]", PASSWORD)
            page.click("main button.btn-primary")
            page.wait_for_url("**/organizations/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
