"""`make run` in an empty home: how long until somebody can open the first page, and what its CSS and JS weigh."""

import gzip
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from benchmarks import report
from benchmarks.place import ROOT

ROUNDS: Final = 3
GIVE_UP_AFTER: Final = 120.0
OURS: Final = ("DJANGO_", "DATABASE_", "BROKER_", "SECRET_", "CLOUDBROKER_", "PG", "CACHE_", "UPLOADS_", "EMAIL_")
LINKED: Final = re.compile(r'rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"')
IMPORTED: Final = re.compile(r'@import url\("([^"]+)"\)|from "(\./[^"]+)"')


def measure() -> dict[str, float]:
    """Before anything else is set up: the portal brings its own database, and should find nothing of ours."""
    times, weight = [], 0
    for _round in range(ROUNDS):
        seconds, weight = _start_once()
        times.append(seconds)
    fastest = min(times)
    shown = ", ".join(f"{seconds:.1f} s" for seconds in times)
    report.say(f"\nmake run in an empty home: {shown}; {weight:,} bytes of CSS and JS")
    return {"cold start": sorted(times)[len(times) // 2], "cold start, fastest": fastest, "first page": weight / 1000}


def _start_once() -> tuple[float, int]:
    with tempfile.TemporaryDirectory(prefix="cloudbroker-start-") as folder:
        Path(folder).chmod(0o755)
        port = _free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        environment = kept | {"CLOUDBROKER_HOME": f"{folder}/home", "PORT": str(port)}
        began = time.perf_counter()
        with (
            Path(f"{folder}/run.log").open("wb") as log,
            subprocess.Popen(["make", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
        ):
            try:
                page = _first_page(f"http://localhost:{port}/", process, began + GIVE_UP_AFTER)
                seconds = time.perf_counter() - began
                return seconds, _weight(f"http://localhost:{port}/", page)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _first_page(url: str, process: "subprocess.Popen[bytes]", give_up: float) -> str:
    """The page of signing in, to which everybody is sent first."""
    while time.perf_counter() < give_up and process.poll() is None:
        with suppress(OSError), urlopen(url, timeout=10) as answer:
            if answer.status == 200:
                text: str = answer.read().decode()
                return text
        time.sleep(0.02)
    raise RuntimeError("The portal doesn't start.")


def _weight(url: str, page: str) -> int:
    """Compressed bytes of every file that the page loads, and that those load."""
    found: dict[str, int] = {}
    left = [urljoin(url, path) for path in _paths(LINKED, page)]
    while left:
        address = left.pop()
        if address not in found:
            text, found[address] = _fetched(address)
            left += [urljoin(address, path) for path in _paths(IMPORTED, text)]
    return sum(found.values())


def _paths(pattern: "re.Pattern[str]", text: str) -> list[str]:
    return ["".join(groups) for groups in pattern.findall(text)]


def _fetched(address: str) -> tuple[str, int]:
    """A file's text, and how many bytes came over the line for it; compressed here where the server does not."""
    with urlopen(Request(address, headers={"Accept-Encoding": "gzip"}), timeout=10) as answer:
        body: bytes = answer.read()
        is_small = answer.headers.get("Content-Encoding") == "gzip"
    text = gzip.decompress(body) if is_small else body
    return text.decode(), len(body) if is_small else len(gzip.compress(body, 9))
