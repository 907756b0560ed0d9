"""A system that receives webhooks: a real server, which behaves as it is told and remembers every request."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Receiver(ThreadingHTTPServer):
    """`how` is ok, echo, refuse, busy, hang, trickle, gone, cut, endless, or the address that it redirects to.

    `later` is when one that is busy asks to be called again.
    """

    daemon_threads = True
    request_queue_size = 50

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.how, self.later, self.requests, self.over = "ok", "", [], threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/hooks?token=secret"

    @property
    def messages(self):
        return [json.loads(request["body"]) for request in self.requests]

    def stop(self):
        self.over.set()
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, request, client_address):
        """Whoever hangs up on us is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        told = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append({"path": self.path, "headers": told, "body": self.body})
        with suppress(OSError):
            getattr(self, f"answer_{self.server.how}", self.redirect)()

    def answer_ok(self):
        self.answer(200, b"thanks")

    def answer_echo(self):
        self.answer(200, self.body)

    def answer_refuse(self):
        self.answer(500, b"no \0 way")

    def answer_busy(self):
        self.answer(429, **{"Retry-After": self.server.later})

    def answer_gone(self):
        self.answer(410)

    def redirect(self):
        self.answer(307, Location=self.server.how)

    def answer_hang(self):
        self.server.over.wait(30)

    def answer_cut(self):
        self.close_connection = True

    def answer_trickle(self):
        """A byte every now and then, and never a whole answer."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.over.is_set():
            self.wfile.write(b"x")
            time.sleep(0.1)

    def answer_endless(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b"x" * 65536)

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Nobody reads it."""


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_CALL_LOOPBACK = True
    found = Receiver()
    yield found
    found.stop()
