"""Log lines as JSON for machines to gather. They say what happened and to which ids, never what people typed.

Of a message only its template is shown, of an exception its type and place: arguments and words may hold a customer's
name, an address or a secret. What a line is about is told by the ids that are bound while a request or a job is worked
on, and by the few extras that are named here.
"""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from structlog.contextvars import get_contextvars

EXTRAS: Final = ("method", "route", "status", "seconds", "count")
PLACEHOLDER: Final = re.compile(r"%(\(\w+\))?[-#0 +]*[\d*]*(\.[\d*]+)?[sdrifgxa]")
OURS: Final = str(Path(__file__).resolve().parents[1])
DEEPEST: Final = 30  # frames


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event_of(record),
        }
        line |= get_contextvars()
        line |= {name: getattr(record, name) for name in EXTRAS if hasattr(record, name)}
        if record.name.startswith("celery.") and isinstance(record.args, Mapping):
            line["task"] = record.args.get("name")
        if record.exc_info and record.exc_info[1]:
            line["error"] = told(record.exc_info[1])
        return json.dumps(line, default=lambda value: type(value).__name__, ensure_ascii=False)


def event_of(record: logging.LogRecord) -> str:
    """The template. A text without arguments is one only in our own code; others may have put values into theirs."""
    if record.args:
        return PLACEHOLDER.sub("…", str(record.msg))
    return str(record.msg) if is_ours(record) else "…"


def is_ours(record: logging.LogRecord) -> bool:
    return record.pathname.startswith(OURS) and "site-packages" not in record.pathname


def told(error: BaseException) -> list[dict[str, Any]]:
    """The exception and what caused it, the first cause last."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 5:
        chain.append({"type": name_of(type(current)), "in": places_of(current)})
        if state := getattr(current, "sqlstate", None):
            chain[-1]["sqlstate"] = state
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def places_of(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
