"""An export as JSON: an array of objects, one a line."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def write_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    before = "[\n"
    for row in rows:
        yield (before + json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"
