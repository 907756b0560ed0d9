"""A program that pushes all its customers through the API: bulk upserts of a thousand, four at a time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from benchmarks.ours import acting
from benchmarks.place import ROOT
from benchmarks.rows import customers
from organizations.fields import NAMES

PORT: Final = 8765
ROWS: Final = 1_000
AT_ONCE: Final = 4


class Web:
    """A web server as `make run` starts it, with a key that no limit holds up."""

    def __init__(self, log: Path) -> None:
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "python:cloudbroker.serving", "cloudbroker.wsgi"],
                cwd=ROOT,
                env=os.environ | {"PORT": str(PORT), "API_REQUESTS_PER_MINUTE": "1000000"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.secret = _new_key()
        self._await()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)

    def push(self, bodies: Sequence[bytes]) -> tuple[float, Counter[str]]:
        """Seconds until every body was answered, and what became of the rows."""
        began = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(self._post, bodies))
        seconds = time.perf_counter() - began
        counts: Counter[str] = Counter()
        for answer in answers:
            counts.update({name: answer[name] for name in ("created", "updated", "unchanged", "failed")})
        return seconds, counts

    def _post(self, body: bytes) -> dict[str, Any]:
        line = HTTPConnection("127.0.0.1", PORT, timeout=120)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        line.request("POST", "/api/v1/organizations/bulk", body, headers)
        answer = line.getresponse()
        text = answer.read()
        line.close()
        if answer.status != 200:
            raise RuntimeError(f"The API answered {answer.status}: {text[:500]!r}")
        told: dict[str, Any] = json.loads(text)
        return told

    def _await(self) -> None:
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            with suppress(OSError):
                line = HTTPConnection("127.0.0.1", PORT, timeout=5)
                line.request("GET", "/livez")
                if line.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError("The web server doesn't start.")


def bodies_of(count: int) -> list[bytes]:
    """The rows of the files, as JSON; made beforehand, because a program's own work is not ours."""
    rows = [_as_json(cells) for cells in customers(count)]
    starts = range(0, count, ROWS)
    return [json.dumps({"mode": "upsert", "rows": rows[start : start + ROWS]}).encode() for start in starts]


def _as_json(cells: tuple[str, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {name: text for name, text in zip(NAMES, cells, strict=True) if text}
    return row | {"approval_process": row["approval_process"] == "Yes"}


def _new_key() -> str:
    from accounts.roles import Role
    from accounts.scopes import Scope
    from api.keys import Wanted, make_key

    with acting() as actor:
        _key, secret = make_key(actor, Wanted("Bench", Role.RESELLER_ADMIN, frozenset({Scope.ORGANIZATIONS_WRITE})))
    return secret
