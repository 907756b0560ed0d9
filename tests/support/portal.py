"""The whole portal as `make run` starts it, in a home of its own, and a person in front of it without a browser."""

import http.cookiejar
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psycopg

from cloudbroker.embedded import DATABASE, SUPERUSER, Cluster
from cloudbroker.processes import command_line, read_as_text

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "cloudbroker-demo"
OURS = ("DJANGO_", "DATABASE_", "BROKER_", "SECRET_", "CLOUDBROKER_", "PG", "CACHE_", "UPLOADS_", "EMAIL_")


class Portal:
    """One `make run` in a home of its own, told what `told` says."""

    def __init__(self, home, **told):
        self.told = told
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home, self.url = home, f"http://localhost:{self.port}"
        self.output = home.parent / f"{home.name}.log"

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return kept | {"CLOUDBROKER_HOME": str(self.home), "PORT": str(self.port)} | self.told

    def command(self):
        return [sys.executable, "-m", "cloudbroker.run"]

    def start(self):
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environment(), stdout=output, stderr=output, start_new_session=True
            )
        give_up = time.monotonic() + 90
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

    def kill_everything(self):
        """Like a power cut."""
        kill([self.process.pid, *self.processes()])
        self.process.wait(10)

    def manage(self, *argv, given="", within=60):
        """What a command prints that is typed in the checkout while the portal is up, and hears the given text."""
        command = [sys.executable, "manage.py", *argv]
        options = {"capture_output": True, "text": True, "check": True, "timeout": within, "input": given}
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), **options)
        return done.stdout.strip()

    def processes(self):
        """The ids of everything that was told of this home, children of children too."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            told = read_as_text(entry / "environ") + read_as_text(entry / "cmdline")
            if str(self.home) in told and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        return found

    def running(self, part):
        """The processes of web, worker or beat, the first one before its children."""
        words = {"web": "gunicorn", "worker": "cloudbroker worker", "beat": "cloudbroker beat"}[part]
        return sorted(pid for pid in self.processes() if words in command_line(pid))

    def postmaster(self):
        return Cluster(self.home).server_pid()

    def run_file(self):
        """What commands typed in the checkout are told."""
        lines = (self.home / "run.env").read_text().splitlines()
        return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}

    def kill_postmaster(self):
        kill(filter(None, [self.postmaster()]))

    def database(self):
        """A connection for which no policy holds."""
        return psycopg.connect(Cluster(self.home).url(DATABASE, SUPERUSER), autocommit=True, connect_timeout=5)


class Visitor:
    """Somebody signed in, who gives up on nothing: whatever goes wrong is the caller's to see."""

    def __init__(self, url, email="admin@northwind.example"):
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.get("/accounts/login/")
        self.post("/accounts/login/", login=email, password=PASSWORD)

    def token(self):
        return next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")

    def get(self, path):
        with self.opener.open(self.url + path, timeout=30) as answer:
            return answer.read().decode()

    def post(self, path, **data):
        """Sends the form, files included, and follows where the answer leads; returns that address."""
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        headers = {"Content-Type": MULTIPART_CONTENT, "X-CSRFToken": self.token()}
        request = urllib.request.Request(self.url + path, encode_multipart(BOUNDARY, data), headers)
        with self.opener.open(request, timeout=30) as answer:
            answer.read()
            return answer.url


class Member(Visitor):
    """Somebody whose session was made beforehand: nobody has to sign in."""

    def __init__(self, url, session):
        self.url, self.cookie = url, f"sessionid={session}; csrftoken={self.token()}"
        self.opener = urllib.request.build_opener()
        self.opener.addheaders = [("Cookie", self.cookie)]

    def token(self):
        return "a" * 32


def kill(pids, how=signal.SIGKILL):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, how)
