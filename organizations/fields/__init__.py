"""THE definition of the seventeen fields: headings, rules and normalisation, one module per kind of value.

Pure: no model, no query, no settings needed. Every door, file, page and the API take these names and nothing deeper.
"""

from organizations.fields.amounts import EVERY_MARK, DecimalMark, narrow, settled
from organizations.fields.countries import NAMES as COUNTRIES
from organizations.fields.dates import DAY_FIRST, EVERY_ORDER, MONTH_FIRST, orders_of
from organizations.fields.fast import domain_of, number_key_of, read_row
from organizations.fields.neutral import neutralise, restore
from organizations.fields.output import restated, retold, shown, text_of, written
from organizations.fields.rows import JUDGED_TOGETHER, Answer, Reading, Row, read_row_slowly, read_value
from organizations.fields.search import derived, fold, number_key
from organizations.fields.table import (
    BESIDE,
    BY_NAME,
    FIELDS,
    MANDATORY,
    NAMES,
    SHORT_FORM,
    Field,
    Kind,
    Value,
    template_headings,
)
from organizations.fields.text import storable

__all__ = [
    "BESIDE",
    "BY_NAME",
    "COUNTRIES",
    "DAY_FIRST",
    "EVERY_MARK",
    "EVERY_ORDER",
    "FIELDS",
    "JUDGED_TOGETHER",
    "MANDATORY",
    "MONTH_FIRST",
    "NAMES",
    "SHORT_FORM",
    "Answer",
    "DecimalMark",
    "Field",
    "Kind",
    "Reading",
    "Row",
    "Value",
    "derived",
    "domain_of",
    "fold",
    "narrow",
    "neutralise",
    "number_key",
    "number_key_of",
    "orders_of",
    "read_row",
    "read_row_slowly",
    "read_value",
    "restated",
    "restore",
    "retold",
    "settled",
    "shown",
    "storable",
    "template_headings",
    "text_of",
    "written",
]
