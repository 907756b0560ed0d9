"""Asks a process of its own about a workbook, because what opens one can be made to need any memory and time."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from imports.readers.shape import MOST_ROWS, Unreadable

ROOT: Final = Path(__file__).resolve().parents[2]
# How a process ends that took too long. Any other signal is about memory: Rust aborts, or the kernel kills.
_TOO_SLOW: Final = {-signal.SIGXCPU, -signal.SIGALRM}


def ask(path: Path, **wanted: object) -> Iterator[tuple[str, Any]]:
    """The answers as they come; whoever stops listening ends the process. It inherits no environment, so no secret."""
    request = json.dumps({"path": str(path.resolve(strict=True)), "wanted": wanted})
    argv = [sys.executable, "-m", "imports.workbook", request]
    with subprocess.Popen(argv, cwd=ROOT, env={}, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield from _answers(process)
        finally:
            process.kill()


def _answers(process: "subprocess.Popen[bytes]") -> Iterator[tuple[str, Any]]:
    for line in process.stdout or ():
        if not line.endswith(b"\n"):
            break  # it was ended in the middle of an answer
        kind, content = json.loads(line)
        if kind == "end":
            return
        if kind == "refused":
            code, params = content
            raise Unreadable(code, **params or {"limit": MOST_ROWS})
        yield kind, content
    _, words = process.communicate()
    raise _end(process.returncode, words)


def _end(code: int, words: bytes) -> Exception:
    """A signal is a limit that was reached; anything else is a fault of ours, not of the file."""
    if code >= 0:
        return RuntimeError(f"imports.workbook ended with {code}: {words[-2000:].decode(errors='replace')}")
    return Unreadable("workbook_too_slow" if code in _TOO_SLOW else "workbook_too_large", limit=MOST_ROWS)
