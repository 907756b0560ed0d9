"""Reads the request from its standard input, and answers with chunks until the file is at its end.

An answer is a line of JSON; after that of a chunk come as many bytes of lines as it says.
"""

import gc
import json
import signal
import sys
from typing import Any, BinaryIO, Final

from django.conf import settings

from imports.checking.request import Request
from imports.checking.rows import chunks
from imports.unreadable import Unreadable
from organizations.fields import Reading, read_value

# Rows hold no cycles and are gone after their chunk, so whoever looks for cycles finds none: it is done rarely.
CONTAINERS: Final = 200_000


def main(asked: BinaryIO, answers: BinaryIO) -> None:
    """Whoever asks starts the process before the question is known, so that tables are loaded by then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings.configure(USE_I18N=False)  # what a file is refused for is put into words by whoever shows it
    warm_up()
    gc.freeze()
    gc.set_threshold(CONTAINERS)
    request = asked.readline()
    if request:
        for head, body in answered(Request.from_json(json.loads(request))):
            answers.write(json.dumps(head).encode() + b"\n" + body)
            answers.flush()


def answered(request: Request) -> Any:
    try:
        for first, last, warned, lines in chunks(request):
            yield {"first": first, "last": last, "warned": warned, "size": len(lines)}, lines
        yield {"end": True}, b""
    except Unreadable as error:
        yield {"refused": error.as_json()}, b""
    except FileNotFoundError:
        yield {"refused": Unreadable("upload_gone").as_json()}, b""


def warm_up() -> None:
    read_value("primary_domain", "cloudbroker.example", Reading())


if __name__ == "__main__":
    try:
        main(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:  # nobody listens any more
        sys.stderr.close()
