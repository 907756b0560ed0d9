"""Values as text: `text_of` for files, the API and the log, `shown` for people on pages, `written` for their forms."""

from datetime import date
from decimal import Decimal
from unicodedata import normalize

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from organizations.fields.amounts import DecimalMark, amount_text, read_amount
from organizations.fields.countries import NAMES as COUNTRY_NAMES
from organizations.fields.dates import date_text, read_date
from organizations.fields.domains import unicode_domain
from organizations.fields.phones import phone_shown
from organizations.fields.table import BY_NAME, Kind, Value


def text_of(field_name: str, value: Value) -> str:
    """TRUE/FALSE, 1000 or 1000.50, DD/MM/YYYY, E.164, alpha-2, the domain in Unicode; it reads back as it was."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return amount_text(value)
    if isinstance(value, date):
        return date_text(value)
    return unicode_domain(value) if BY_NAME[field_name].kind == Kind.DOMAIN else value


def shown(field_name: str, value: Value) -> str:
    """Amounts and dates as the reader's language writes them, phones for abroad, words for countries and yes or no."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return str(number_format(value, decimal_pos=2, force_grouping=True))
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    text = text_of(field_name, value)
    kind = BY_NAME[field_name].kind
    if kind == Kind.PHONE:
        return phone_shown(text)
    if kind == Kind.COUNTRY and text in COUNTRY_NAMES:
        return _(COUNTRY_NAMES[text])
    return text


def written(field_name: str, value: Value) -> str:
    """For a form, which reads it again: as text_of, with amounts and dates as the reader's language writes them."""
    if isinstance(value, Decimal):
        return str(number_format(Decimal(amount_text(value))))
    return shown(field_name, value) if isinstance(value, date) else text_of(field_name, value)


def retold(field_name: str, text: str) -> str:
    """A text of text_of, as the log keeps it, with amounts and dates as `shown`."""
    kind = BY_NAME[field_name].kind
    if kind == Kind.MONEY and isinstance(amount := read_amount(text, DecimalMark.POINT), Decimal):
        return shown(field_name, amount)
    if kind == Kind.DATE and isinstance(day := read_date(text), date):
        return shown(field_name, day)
    return text


def restated(field_name: str, text: str, value: Value) -> str:
    """The value as `shown`, where it is not what was typed apart from capitals and white space; else nothing."""
    readable = shown(field_name, value) if value not in (None, "") else ""
    known = {_bare(readable), _bare(text_of(field_name, value))}
    return "" if _bare(text) in known or not text.strip() else readable


def _bare(text: str) -> str:
    return normalize("NFC", "".join(text.split())).casefold()
