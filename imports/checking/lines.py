"""Checked rows as COPY reads them: its text format, with control characters in place of the tab and `\\N`.

Values hold no control character but line ends, so that a line is a join and three replacements; only the texts that are
kept as they came, of faulty rows, may hold any.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from imports.checking.checked import INVALID, VALID, Checked
from organizations.batches import DERIVED
from organizations.fields import FIELDS, NAMES, Kind, Value, derived
from organizations.problems import Problem

# The columns of a line: what a row says, and with it what it will be as a record of an import.
SAID: Final = ("number", "line", "verdict", "errors", "warnings", "raw", *NAMES)
STAGED: Final = (*SAID, "reseller_id", "import_id", "action", "public_id", *DERIVED)
FORMAT: Final = "DELIMITER E'\\x1f', NULL E'\\x1e', ENCODING 'UTF8'"
_BETWEEN: Final = "\x1f"
_NULL: Final = "\x1e"
_RAW: Final = SAID.index("raw")
_NO_TEXTS: Final = tuple(
    SAID.index(field.name) for field in FIELDS if field.kind in (Kind.BOOLEAN, Kind.MONEY, Kind.DATE)
)
_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\r": "\\r", _BETWEEN: f"\\x{ord(_BETWEEN):x}", _NULL: f"\\x{ord(_NULL):x}"}
)


def lines_of(rows: Iterable[Checked], reseller_id: int, import_id: int) -> bytes:
    """The rows in the order of STAGED."""
    own = (str(reseller_id), str(import_id))
    return _lines(
        (*_said(row), *own, row.action, row.public_id, *derived(row.public_id, row.row.values)) for row in rows
    )


def lines_said(rows: Iterable[Checked]) -> bytes:
    """The rows in the order of SAID."""
    return _lines(map(_said, rows))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(map(_line, rows)).encode()


def _line(texts: Sequence[str]) -> str:
    raw = texts[_RAW]
    if raw is not _NULL and (_BETWEEN in raw or _NULL in raw):
        return _BETWEEN.join([text if text is _NULL else text.translate(_ESCAPES) for text in texts]) + "\n"
    return _BETWEEN.join(texts).replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") + "\n"


def _said(checked: Checked) -> list[str]:
    source, row, _, _, raw = checked
    kept = raw if raw is not None else row.raw if row.errors else None
    texts: list[Any] = [
        str(source.number),
        str(source.line),
        INVALID if row.errors else VALID,
        _json(row.errors) if row.errors else _NULL,
        _json(row.warnings) if row.warnings else _NULL,
        _NULL if kept is None else _array(kept),
        *row.values,
    ]
    for place in _NO_TEXTS:
        texts[place] = _text(texts[place])
    return texts


def _text(value: Value) -> str:
    return _NULL if value is None else str(value)


def _json(problems: Mapping[str, Sequence[Problem]]) -> str:
    return json.dumps({name: [problem.as_json() for problem in found] for name, found in problems.items()})


def _array(texts: Sequence[str]) -> str:
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') > 2 * (len(texts) - 1):
        joined = '","'.join([text.replace("\\", "\\\\").replace('"', '\\"') for text in texts])
    return '{"' + joined + '"}'
