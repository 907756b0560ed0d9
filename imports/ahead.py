"""Asks a process of its own to check the rows of a file, ahead of their being staged: `imports/checking`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final, Self

from imports.checking.request import Request
from imports.checking.rows import Chunk
from imports.unreadable import Unreadable

ROOT: Final = Path(__file__).resolve().parents[1]


class Checker:
    """The process, which gets ready while the file is surveyed. It inherits no environment, so no secret.

    A chunk is taken from it while the one before is staged: a pipe holds less than a chunk, and it would have to wait.
    """

    def __init__(self) -> None:
        argv = [sys.executable, "-m", "imports.checking"]
        self._process = subprocess.Popen(argv, cwd=ROOT, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._taking = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # and what is being taken ends
        self._taking.shutdown()
        self._process.__exit__(None, None, None)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """The chunks as they come; raises Unreadable. To be called once."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None and answers is not None
        asked.write(json.dumps(request.as_json()).encode() + b"\n")
        asked.close()
        coming = _answers(answers)
        taken = self._taking.submit(next, coming, None)
        while (chunk := taken.result()) is not None:
            taken = self._taking.submit(next, coming, None)
            yield chunk


def _answers(answers: "IO[bytes]") -> Iterator[Chunk]:
    while line := answers.readline():
        head = json.loads(line)
        if head.get("end"):
            return
        if refused := head.get("refused"):
            raise Unreadable(refused["code"], **refused["params"])
        lines = answers.read(head["size"])
        if len(lines) < head["size"]:
            break
        yield Chunk(head["first"], head["last"], head["warned"], lines)
    raise RuntimeError("The process that checks rows ended in the middle.")
