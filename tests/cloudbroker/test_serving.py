"""How the web server starts and reads requests: one whose end is unclear is refused, so nobody smuggles a second."""

import gc
import importlib
import sys
import tempfile

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from cloudbroker.metrics import MANY

HEAD = "POST /theme/ HTTP/1.1\r\nHost: portal.example\r\n"
CHUNKED = "5\r\nhello\r\n0\r\n\r\n"
HIDDEN = "GET /operator/ HTTP/1.1\r\nHost: portal.example\r\n\r\n"
TWO_WAYS = {
    "length and chunks": f"Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n{CHUNKED}{HIDDEN}",
    "two lengths": f"Content-Length: 5\r\nContent-Length: {5 + len(HIDDEN)}\r\n\r\nhello{HIDDEN}",
    "a length with a sign": "Content-Length: +5\r\n\r\nhello",
    "a length in words": "Content-Length: 5, 6\r\n\r\nhello",
    "an unknown coding": f"Transfer-Encoding: xchunked\r\n\r\n{CHUNKED}",
    "chunks that are not last": f"Transfer-Encoding: chunked, identity\r\n\r\n{CHUNKED}",
    "a space before the colon": f"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n{CHUNKED}",
    "a folded line": f"X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n{CHUNKED}",
}


@pytest.fixture
def serving(monkeypatch, tmp_path):
    """The portal's configuration; whoever imports it begins to count requests in a folder, here for a moment only."""
    monkeypatch.setenv(MANY, "")
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **options: str(tmp_path))
    monkeypatch.delitem(sys.modules, "cloudbroker.serving", raising=False)
    yield importlib.import_module("cloudbroker.serving")
    sys.modules.pop("cloudbroker.serving")


@pytest.fixture
def read(serving):
    """The bodies of the requests that the server finds in some bytes."""
    config = Config()
    for name, value in vars(serving).items():
        if name in config.settings and name not in ("worker_class", "logger_class") and not callable(value):
            config.set(name, value)

    def bodies(text):
        parser = RequestParser(config, iter([text.encode()]), ("127.0.0.1", 1))
        return [request.body.read() for request in parser]

    return bodies


def test_a_plain_request_is_read(read):
    assert read(f"{HEAD}Content-Length: 5\r\n\r\nhello") == [b"hello"]
    assert read(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{CHUNKED}") == [b"hello"]


@pytest.mark.parametrize("how", TWO_WAYS)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused(read, how):
    with pytest.raises((ParseException, OSError)):
        read(HEAD + TWO_WAYS[how])


def test_no_option_that_loosens_the_reading_is_set(serving):
    loose = {"permit_obsolete_folding", "strip_header_spaces", "permit_unconventional_http_method", "forwarder_headers"}
    assert not loose & set(vars(serving))


def test_what_is_loaded_before_the_workers_start_is_no_garbage_to_look_through(serving):
    config = Config()
    config.set("when_ready", serving.when_ready)
    try:
        config.when_ready(None)
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
