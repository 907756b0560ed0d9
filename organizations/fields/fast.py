"""Reading a row in microseconds: a straight line that accepts what is plainly good and leaves all else to `rows.py`.

It never refuses by itself; a property test holds its answers equal to those of the exact path.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from operator import gt
from unicodedata import is_normalized

from organizations.fields.amounts import DecimalMark, plain_amount, read_amount
from organizations.fields.booleans import WORDS
from organizations.fields.countries import read_country
from organizations.fields.dates import read_date
from organizations.fields.domains import plain_domain, read_domain
from organizations.fields.emails import plain_email, read_email
from organizations.fields.phones import read_phone
from organizations.fields.plain_phones import plain_phone
from organizations.fields.registration import plain_registration, registration_warning
from organizations.fields.rows import Reading, Row, needs_every_approval, read_row_slowly, read_value, typed_limit
from organizations.fields.search import number_key
from organizations.fields.table import FIELDS, NAMES, Value
from organizations.problems import Problem

_LENGTHS = tuple(typed_limit(field) for field in FIELDS)
_APPROVAL = NAMES.index("approval_process")
_SHORTEST = min(_LENGTHS)
_LENIENT = Reading(mandatory=frozenset())


def read_row(cells: Sequence[str], reading: Reading) -> Row:
    """A row of seventeen texts in the order of FIELDS, with all its errors and warnings at once."""
    cells = tuple(cells)
    return _accepted(cells, reading) or read_row_slowly(cells, reading)


def domain_of(text: str) -> str:
    """The domain that a text means; blank where it means none."""
    return plain_domain(text) or str(read_value("primary_domain", text, _LENIENT).value)


def number_key_of(text: str) -> str:
    """The customer number that a text means, as numbers are compared; blank where it means none."""
    return number_key(str(read_value("customer_number", text, _LENIENT).value))


def _accepted(cells: tuple[str, ...], reading: Reading) -> Row | None:
    if len(cells) != len(FIELDS) or not _is_plain(cells) or ("" in cells and _lacks(cells, reading.mandatory)):
        return None
    # fmt: off
    (name, domain, registration, notification_email, approval, limit, start, number, street, postal_code, city, state,
     country, contact, phone, contact_email, cell_phone) = cells
    # fmt: on
    code = read_country(country) if country else ""
    if isinstance(code, Problem):
        return None
    phone_country = code or reading.country
    phone, phone_warning = _phone(phone, phone_country)
    cell_phone, cell_phone_warning = _phone(cell_phone, phone_country)
    values: tuple[Value | Problem, ...] = (
        name,
        (plain_domain(domain) or read_domain(domain)) if domain else "",
        registration,
        (plain_email(notification_email) or read_email(notification_email)) if notification_email else "",
        WORDS.get(approval.casefold()) if approval else False,
        _amount(limit, reading.decimal_mark) if limit else None,
        read_date(start, reading.date_order) if start else None,
        number,
        street,
        postal_code,
        city,
        state,
        code,
        contact,
        phone,
        (plain_email(contact_email) or read_email(contact_email)) if contact_email else "",
        cell_phone,
    )
    if Problem in map(type, values) or values[_APPROVAL] is None:
        return None
    row = Row(cells, values, {}, {})  # type: ignore[arg-type]  # no Problem is left among them
    if registration and code and not plain_registration(registration, code):
        _warn(row, "registration_number", registration_warning(registration, code))
    if values[_APPROVAL] and needs_every_approval(row.values):
        _warn(row, "approval_limit", Problem("approval_every_transaction"))
    if phone_warning:
        _warn(row, "contact_phone", phone_warning)
    if cell_phone_warning:
        _warn(row, "contact_cell_phone", cell_phone_warning)
    return row


def _is_plain(cells: tuple[str, ...]) -> bool:
    """Nothing to trim, collapse, compose or refuse in any cell, judged by looking at all of them at once."""
    if max(map(len, cells)) > _SHORTEST and any(map(gt, map(len, cells), _LENGTHS)):
        return False
    row = "|".join(cells)
    if not row.isprintable() or "  " in row or " |" in row or "| " in row or row[0] == " " or row[-1] == " ":
        return False
    return row.isascii() or ("\N{REPLACEMENT CHARACTER}" not in row and is_normalized("NFC", row))


def _lacks(cells: tuple[str, ...], mandatory: frozenset[str]) -> bool:
    return "" in map(cells.__getitem__, _places(mandatory))


@lru_cache(256)
def _places(names: frozenset[str]) -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(NAMES) if name in names)


def _phone(text: str, country: str) -> tuple[str, Problem | None]:
    if not text:
        return "", None
    plain = plain_phone(text, country)
    return (plain, None) if plain else read_phone(text, country)


def _amount(text: str, mark: DecimalMark) -> Decimal | Problem:
    plain = plain_amount(text, mark)
    return read_amount(text, mark) if plain is None else plain


def _warn(row: Row, name: str, problem: Problem | None) -> None:
    if problem:
        row.warnings[name] = [problem]
