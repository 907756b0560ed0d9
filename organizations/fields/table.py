"""The seventeen columns of an organization in their order: headings, help, kinds and lengths."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Value = str | bool | Decimal | date | None


def gettext_noop(english: str) -> str:
    """Marks a heading for makemessages, which knows it by this name; Django's own asks for settings already."""
    return english


class Kind(StrEnum):
    TEXT = "text"
    DOMAIN = "domain"
    EMAIL = "email"
    BOOLEAN = "boolean"
    MONEY = "money"
    DATE = "date"
    COUNTRY = "country"
    PHONE = "phone"


@dataclass(frozen=True)
class Field:
    """One column. `max_length` bounds the stored text; of an amount, a date or TRUE/FALSE it bounds what is typed."""

    name: str
    english_heading: str
    help: StrPromise
    kind: Kind = Kind.TEXT
    mandatory: bool = False
    max_length: int = 255
    multiline: bool = False
    as_typed: bool = False
    autocomplete: str = "off"
    inputmode: str = "text"
    example: str = ""
    synonyms: tuple[str, ...] = ()
    english_form_heading: str = ""

    @property
    def heading(self) -> StrPromise:
        """The heading in the reader's language; files always carry the English one."""
        return _(self.english_heading)

    @property
    def form_heading(self) -> StrPromise:
        """The label in forms for one organization, which differs for the notification email."""
        return _(self.english_form_heading or self.english_heading)


FIELDS: tuple[Field, ...] = (
    Field(
        "name",
        gettext_noop("Name"),
        _("Full customer name."),
        mandatory=True,
        autocomplete="organization",
        example="Northwind Traders AB",
    ),
    Field(
        "primary_domain",
        gettext_noop("Primary domain"),
        _("The main domain name used by the customer. Do not enter http:// or www."),
        kind=Kind.DOMAIN,
        mandatory=True,
        max_length=253,
        autocomplete="url",
        inputmode="url",
        example="northwind.example",
    ),
    Field(
        "registration_number",
        gettext_noop("Registration number"),
        _("Company ID or tax ID. If you do not have this, you can leave this field empty."),
        max_length=64,
        as_typed=True,
        example="556703-7485",
    ),
    Field(
        "notification_email",
        gettext_noop("Notification email"),
        _("Email address where notifications for this customer should be sent."),
        kind=Kind.EMAIL,
        mandatory=True,
        max_length=254,
        autocomplete="email",
        inputmode="email",
        example="it@northwind.example",
        english_form_heading=gettext_noop("Notification email address"),
    ),
    Field(
        "approval_process",
        gettext_noop("Approval process"),
        _(
            "TRUE turns on the approval process: all self-service transactions require approval. "
            "FALSE, or an empty field, switches it off."
        ),
        kind=Kind.BOOLEAN,
        max_length=16,
        example="TRUE",
    ),
    Field(
        "approval_limit",
        gettext_noop("Approval process limit"),
        _(
            "The annual financial limit for each transaction; up to it no approval is needed. "
            "Monthly amounts are converted to annual ones. Without a limit every transaction needs approval."
        ),
        kind=Kind.MONEY,
        max_length=32,
        inputmode="decimal",
        example="1000.50",
    ),
    Field(
        "billing_start_date",
        gettext_noop("Billing start date"),
        _("The date from which the organization can run billing reports. Use the format DD/MM/YYYY."),
        kind=Kind.DATE,
        max_length=32,
        example="31/01/2026",
    ),
    Field(
        "customer_number",
        gettext_noop("Customer number"),
        _(
            "Your customer reference number. It is included in exports and API answers "
            "and can be used as the customer's unique identifier."
        ),
        max_length=64,
        example="00417",
    ),
    Field(
        "street_address",
        gettext_noop("Street Address"),
        _("The first line of the customer's address."),
        multiline=True,
        autocomplete="street-address",
        example="Storgatan 1",
    ),
    Field(
        "postal_code",
        gettext_noop("Postal Code"),
        _("The customer's post or zip code."),
        max_length=32,
        autocomplete="postal-code",
        example="111 22",
    ),
    Field(
        "city",
        gettext_noop("City"),
        _("The city."),
        max_length=128,
        autocomplete="address-level2",
        example="Stockholm",
    ),
    Field(
        "state",
        gettext_noop("State"),
        _("The state, county or province."),
        max_length=128,
        autocomplete="address-level1",
        example="Stockholm",
    ),
    Field(
        "country",
        gettext_noop("Country"),
        _("The country: its English name, or its two-letter or three-letter code."),
        kind=Kind.COUNTRY,
        max_length=64,
        autocomplete="country-name",
        example="SE",
    ),
    Field(
        "contact_name",
        gettext_noop("Contact name"),
        _("Your customer's primary contact (their full name)."),
        autocomplete="name",
        example="Anna Andersson",
    ),
    Field(
        "contact_phone",
        gettext_noop("Contact phone"),
        _("The phone number of your customer's primary contact."),
        kind=Kind.PHONE,
        max_length=64,
        autocomplete="work tel",
        inputmode="tel",
        example="+46 8 123 456 78",
    ),
    Field(
        "contact_email",
        gettext_noop("Contact email"),
        _("The email address of the primary contact. It is used for messages to that person."),
        kind=Kind.EMAIL,
        max_length=254,
        autocomplete="work email",
        inputmode="email",
        example="anna@northwind.example",
    ),
    Field(
        "contact_cell_phone",
        gettext_noop("Contact cell phone"),
        _("The cell or mobile phone number of the primary contact."),
        kind=Kind.PHONE,
        max_length=64,
        autocomplete="mobile tel",
        inputmode="tel",
        example="+46 70 123 45 67",
    ),
)

MANDATORY_MARK = " (required)"
NAMES: tuple[str, ...] = tuple(field.name for field in FIELDS)
BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
MANDATORY: frozenset[str] = frozenset(field.name for field in FIELDS if field.mandatory)
SHORT_FORM: tuple[str, ...] = ("name", "primary_domain", "registration_number", "notification_email", "contact_phone")
# Columns that our own files have beside the seventeen; not read from a file unless its import asks for them.
BESIDE: dict[str, str] = {"organization_id": "Organization ID", "organization_groups": "Organization groups"}


def template_headings(also_mandatory: Collection[str] = ()) -> list[str]:
    """What stands above the columns of every template. `also_mandatory` are fields demanded beside our own."""
    return [
        field.english_heading + (MANDATORY_MARK if field.mandatory or field.name in also_mandatory else "")
        for field in FIELDS
    ]
