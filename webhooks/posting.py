"""The one way out: a message is posted to an address that may be called, in bounded time; nothing is followed."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from jobs.retry_after import seconds_of
from webhooks.addresses import NotCallable, Target, addresses_of, target_of
from webhooks.signing import headers_for

CONNECT: Final = 5.0  # seconds for one address of the host
TOTAL: Final = 10.0  # seconds from the first byte out to the last one in that we read
READ: Final = 2_000  # bytes of an answer
EXCERPT: Final = 500
AGENT: Final = "Cloudbroker-Webhooks/1"


@dataclass(frozen=True)
class Letter:
    """A message on its way: `keys` are the secrets in force."""

    delivery_id: int
    url: str
    message_id: str
    body: bytes
    keys: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Letter {self.message_id}>"  # secrets and customers have no business in a log


@dataclass(frozen=True)
class Answer:
    """What came of it: `trouble` is empty when the receiver has taken the message.

    `wait` is for how many seconds the receiver has asked to be left alone.
    """

    delivery_id: int
    took: int = 0
    status: int | None = None
    trouble: str = ""
    excerpt: str = ""
    wait: int = 0


def post(letter: Letter) -> Answer:
    """Never raises for what a receiver or the network does."""
    began = time.monotonic()
    answer = _posted(letter)
    return replace(answer, took=round((time.monotonic() - began) * 1000))


def _posted(letter: Letter) -> Answer:
    deadline, nothing = Deadline(TOTAL), Answer(letter.delivery_id)
    try:
        target = target_of(letter.url)
        with _connected(target, deadline) as line:
            answer = _exchange(line, target, letter)
    except NotCallable as error:
        return replace(nothing, trouble=error.code)
    except (OSError, HTTPException, ValueError) as error:
        return replace(nothing, trouble="timeout" if deadline.is_over else _trouble(error))
    return replace(nothing, trouble="timeout") if deadline.is_over else answer  # what was cut off looks like an answer


def _exchange(line: "Line", target: Target, letter: Letter) -> Answer:
    signed = headers_for(letter.message_id, letter.body, letter.keys, int(time.time()))
    told = {"Content-Type": "application/json", "User-Agent": AGENT, "Connection": "close"}
    line.request("POST", target.path, letter.body, told | signed)
    with line.getresponse() as answer:
        text = answer.read(READ).decode("utf-8", "replace").replace("\0", "")
        status, trouble, later = answer.status, _verdict(answer.status), answer.headers["Retry-After"]
        wait = seconds_of(later) if later and trouble == "refused" else 0
        return Answer(letter.delivery_id, status=status, trouble=trouble, excerpt=text[:EXCERPT], wait=wait)


def _trouble(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return "certificate"
    if isinstance(error, HTTPException):
        return "cut_short"
    return "unreachable" if isinstance(error, OSError) else "unknown_host"


def _verdict(status: int) -> str:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    if status == HTTPStatus.GONE:
        return "gone"
    return "redirected" if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST else "refused"


class Deadline:
    """Cuts a connection when its time is over, however often a byte trickles in."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.1, self._ends - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends

    @contextmanager
    def over(self, raw: socket.socket) -> Iterator[None]:
        """By a twin of the socket: TLS takes the socket itself away."""
        with raw.dup() as twin:
            timer = threading.Timer(self.left, _cut, [twin])
            timer.daemon = True
            timer.start()
            try:
                yield
            finally:
                timer.cancel()
                timer.join()


def _cut(raw: socket.socket) -> None:
    try:
        raw.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed a moment ago


class Line(HTTPConnection):
    """Speaks HTTP over a connection that was made for it; Host names the target, not the address."""

    def __init__(self, target: Target, made: socket.socket) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.is_secure else 80
        self.sock = made


@contextmanager
def _connected(target: Target, deadline: Deadline) -> Iterator[Line]:
    with _reached(target, deadline) as raw, deadline.over(raw):
        made = _trust().wrap_socket(raw, server_hostname=target.host) if target.is_secure else raw
        with made, closing(Line(target, made)) as line:
            yield line


def _reached(target: Target, deadline: Deadline) -> socket.socket:
    """The first address of the host that answers."""
    failure: OSError = OSError()
    for address in addresses_of(target):
        if deadline.is_over:
            break
        try:
            raw = socket.create_connection((address, target.port), timeout=min(CONNECT, deadline.left))
        except OSError as error:
            failure = error
            continue
        raw.settimeout(TOTAL)
        return raw
    raise failure


@cache
def _trust() -> ssl.SSLContext:
    """The system's authorities and those that come with requests."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context
