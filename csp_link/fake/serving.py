"""The HTTP server around the parts of the stand-in: one thread a client, every answer written at once."""

import sys
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from csp_link.fake.behaviour import Switchboard
from csp_link.fake.controls import Controls
from csp_link.fake.exchange import Answer, Asked, as_json
from csp_link.fake.login import Login
from csp_link.fake.partner_api import PartnerCenter
from csp_link.fake.signing import Signer
from csp_link.fake.world import World

LARGEST: Final = 1_000_000  # bytes of a request; nobody has a reason to send more


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, world: World, host: str = "127.0.0.1") -> None:
        super().__init__((host, port), Handler)
        self.log: deque[dict[str, Any]] = deque(maxlen=20_000)
        switches, signer = Switchboard(), Signer(world.seed)
        self.login = Login(switches, signer)
        self.api = PartnerCenter(world, switches, signer)
        self.controls = Controls(self.api, self.login, self.log)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def answer(self, asked: Asked) -> Answer:
        if (control := self.controls.answer(asked)) is not None:
            return control
        operation, answer = (
            self.login.answer(asked) or self.api.answer(asked) or ("unknown", as_json({"error": "not found"}, 404))
        )
        entry = {"at": time.time(), "method": asked.method, "path": asked.path, "host": asked.host}
        self.log.append(entry | {"operation": operation, "status": answer.status, "query": asked.query})
        return answer


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.send_error(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        self._send(self.server.answer(asked))

    do_POST = do_HEAD = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.delay)
        self.close_connection = self.close_connection or answer.drop or answer.cut
        if answer.drop:
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)

    def log_message(self, *args: Any) -> None:
        """Nothing: what was asked is told by /control/requests, and tokens have no place in a log."""
