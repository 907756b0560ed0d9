"""One row of seventeen texts becomes typed values with everything that is wrong with them. This is the exact path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from organizations.fields.amounts import DecimalMark, read_amount
from organizations.fields.booleans import read_boolean
from organizations.fields.countries import read_country
from organizations.fields.dates import read_date
from organizations.fields.domains import read_domain
from organizations.fields.emails import read_email
from organizations.fields.phones import read_phone
from organizations.fields.registration import registration_warning
from organizations.fields.table import BY_NAME, FIELDS, MANDATORY, NAMES, Field, Kind, Value
from organizations.fields.text import as_typed, clean, lines, one_line, storable
from organizations.problems import Problem, shortened

COUNTRY = NAMES.index("country")
APPROVAL = NAMES.index("approval_process")
LIMIT = NAMES.index("approval_limit")
KEPT = (Kind.TEXT, Kind.PHONE)
# Fields that are read or warned of by what another one holds.
JUDGED_TOGETHER = frozenset(
    {"registration_number", "country", "contact_phone", "contact_cell_phone", "approval_process", "approval_limit"}
)


@dataclass(frozen=True)
class Reading:
    """How texts are to be read. `country` is the reseller's, for phones of rows that name none."""

    country: str = ""
    decimal_mark: DecimalMark = DecimalMark.UNSETTLED
    date_order: str = "dmy"
    mandatory: frozenset[str] = MANDATORY


@dataclass(slots=True)
class Row:
    """A row that was read: texts as they came (if storable), values in the order of FIELDS, problems by field name.

    A field with an error holds its blank value.
    """

    raw: tuple[str, ...]
    values: tuple[Value, ...]
    errors: dict[str, list[Problem]] = field(default_factory=dict)
    warnings: dict[str, list[Problem]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors

    def __getitem__(self, name: str) -> Value:
        return self.values[_PLACES[name]]


class Answer(NamedTuple):
    value: Value
    errors: list[Problem]
    warnings: list[Problem]


_PLACES = {name: place for place, name in enumerate(NAMES)}
_BLANKS: dict[Kind, Value] = {Kind.BOOLEAN: False, Kind.MONEY: None, Kind.DATE: None}


def read_row_slowly(cells: Sequence[str], reading: Reading) -> Row:
    """All seventeen fields, each with its errors and warnings; one field's error never hides another's."""
    if len(cells) != len(FIELDS):
        raise ValueError(f"A row has {len(FIELDS)} cells, not {len(cells)}.")
    country = str(read_value("country", cells[COUNTRY], reading).value)
    answers = [read_value(name, text, reading, country) for name, text in zip(NAMES, cells, strict=True)]
    row = Row(tuple(map(storable, cells)), tuple(answer.value for answer in answers))
    row.errors = {name: answer.errors for name, answer in zip(NAMES, answers, strict=True) if answer.errors}
    row.warnings = {name: answer.warnings for name, answer in zip(NAMES, answers, strict=True) if answer.warnings}
    if needs_every_approval(row.values) and "approval_limit" not in row.errors:
        row.warnings["approval_limit"] = [Problem("approval_every_transaction")]
    return row


def needs_every_approval(values: tuple[Value, ...]) -> bool:
    return values[APPROVAL] is True and not values[LIMIT]


def read_value(field_name: str, text: str, reading: Reading, country: str = "") -> Answer:
    """One cell: its value, errors and warnings. `country` is the row's own, as alpha-2."""
    column = BY_NAME[field_name]
    blank = _BLANKS.get(column.kind, "")
    cleaned = clean(text)
    if isinstance(cleaned, Problem):
        return Answer(blank, [cleaned], [])
    if column.kind not in KEPT and len(cleaned) > typed_limit(column):
        return Answer(blank, [_too_long(cleaned, typed_limit(column))], [])
    if not cleaned:
        missing = [Problem("mandatory", {"heading": column.english_heading})] if field_name in reading.mandatory else []
        return Answer(blank, missing, [])
    value, warning = _READERS[column.kind](column, cleaned, reading, country)
    if isinstance(value, Problem):
        return Answer(blank, [value], [])
    return Answer(value, [], [warning] if warning else [])


Read = tuple[Value | Problem, Problem | None]


def _text(column: Field, text: str, reading: Reading, country: str) -> Read:
    shaped = lines(text) if column.multiline else as_typed(text) if column.as_typed else one_line(text)
    if len(shaped) > column.max_length:
        return _too_long(shaped, column.max_length), None
    return shaped, registration_warning(shaped, country) if column.name == "registration_number" else None


def _phone(column: Field, text: str, reading: Reading, country: str) -> Read:
    shaped = one_line(text)
    if len(shaped) > column.max_length:
        return _too_long(shaped, column.max_length), None
    return read_phone(shaped, country or reading.country)


def typed_limit(column: Field) -> int:
    """How much may be typed: as much as is kept, or, where a value is read from the text, room for a pasted URL."""
    return column.max_length if column.kind in KEPT else 2_000 if column.kind == Kind.DOMAIN else 300


def _too_long(text: str, longest: int) -> Problem:
    return Problem("too_long", {"value": shortened(text), "length": len(text), "max": longest})


_READERS: dict[Kind, Callable[[Field, str, Reading, str], Read]] = {
    Kind.TEXT: _text,
    Kind.PHONE: _phone,
    Kind.DOMAIN: lambda column, text, reading, country: (read_domain(one_line(text)), None),
    Kind.EMAIL: lambda column, text, reading, country: (read_email(one_line(text)), None),
    Kind.BOOLEAN: lambda column, text, reading, country: (read_boolean(one_line(text)), None),
    Kind.MONEY: lambda column, text, reading, country: (read_amount(one_line(text), reading.decimal_mark), None),
    Kind.DATE: lambda column, text, reading, country: (read_date(one_line(text), reading.date_order), None),
    Kind.COUNTRY: lambda column, text, reading, country: (read_country(one_line(text)), None),
}
