"""Checked rows as COPY reads them: its text format, with control characters in place of the tab and `\\N`.

Values hold no control character but line ends, so that a line is a join and three replacements; only the texts that are
kept as they came, of faulty rows, may hold any.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from organizations.batches import STORED, record_of
from organizations.fields import FIELDS, Kind, Value
from organizations.problems import Problem

if TYPE_CHECKING:
    from imports.checking.rows import Checked

# What is said of a row, and what it would do (imports/models.py has all that can become of it).
VALID: Final = "valid"
INVALID: Final = "invalid"
CREATE: Final = "created"
# The columns of a line.
STAGED: Final = (
    *("reseller_id", "import_id", "number", "line", "verdict", "action", "errors", "warnings", "raw"),
    *STORED,
)
FORMAT: Final = "DELIMITER E'\\x1f', NULL E'\\x1e', ENCODING 'UTF8'"
_BETWEEN: Final = "\x1f"
_NULL: Final = "\x1e"
_RAW: Final = STAGED.index("raw")
_NO_TEXTS: Final = tuple(
    STAGED.index(field.name) for field in FIELDS if field.kind in (Kind.BOOLEAN, Kind.MONEY, Kind.DATE)
)
_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\r": "\\r", _BETWEEN: f"\\x{ord(_BETWEEN):x}", _NULL: f"\\x{ord(_NULL):x}"}
)


def lines_of(rows: Iterable["Checked"], reseller_id: int, import_id: int) -> bytes:
    """The rows in the order of STAGED."""
    return "".join([_line(str(reseller_id), str(import_id), row) for row in rows]).encode()


def _line(reseller_id: str, import_id: str, checked: "Checked") -> str:
    source, row, public_id, action, raw = checked
    kept = raw if raw is not None else row.raw if row.errors else None
    texts = [
        reseller_id,
        import_id,
        str(source.number),
        str(source.line),
        INVALID if row.errors else VALID,
        action,
        _json(row.errors) if row.errors else _NULL,
        _json(row.warnings) if row.warnings else _NULL,
        _NULL if kept is None else _array(kept),
        *record_of(public_id, row),
    ]
    for place in _NO_TEXTS:
        texts[place] = _text(texts[place])
    if kept is not None and (_BETWEEN in texts[_RAW] or _NULL in texts[_RAW]):
        return _BETWEEN.join([text if text is _NULL else text.translate(_ESCAPES) for text in texts]) + "\n"
    return _BETWEEN.join(texts).replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") + "\n"


def _text(value: Value) -> str:
    return _NULL if value is None else str(value)


def _json(problems: Mapping[str, Sequence[Problem]]) -> str:
    return json.dumps({name: [problem.as_json() for problem in found] for name, found in problems.items()})


def _array(texts: Sequence[str]) -> str:
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(quoted) + '"}'
