"""Values as text: `text_of` for files and the API (it reads back as the same value), `shown` for people on pages."""

from datetime import date
from decimal import Decimal
from unicodedata import normalize

from django.utils.translation import gettext as _

from organizations.fields.amounts import amount_text
from organizations.fields.countries import NAMES as COUNTRY_NAMES
from organizations.fields.dates import date_text
from organizations.fields.domains import unicode_domain
from organizations.fields.phones import phone_shown
from organizations.fields.table import BY_NAME, Kind, Value


def text_of(field_name: str, value: Value) -> str:
    """TRUE/FALSE, 1000 or 1000.50, DD/MM/YYYY, E.164, alpha-2, and the domain in Unicode."""
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
    """As text_of, with amounts in two places, phones in international form, and words for countries and yes or no."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    text = text_of(field_name, value)
    kind = BY_NAME[field_name].kind
    if kind == Kind.PHONE:
        return phone_shown(text)
    if kind == Kind.COUNTRY and text in COUNTRY_NAMES:
        return _(COUNTRY_NAMES[text])
    return text


def restated(field_name: str, text: str, value: Value) -> str:
    """The value as `shown`, where it is not what was typed apart from capitals and white space; else nothing."""
    readable = shown(field_name, value) if value not in (None, "") else ""
    known = {_bare(readable), _bare(text_of(field_name, value))}
    return "" if _bare(text) in known or not text.strip() else readable


def _bare(text: str) -> str:
    return normalize("NFC", "".join(text.split())).casefold()
