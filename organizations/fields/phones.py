"""Reading phone numbers: E.164 where it is a valid number of the country, else kept as typed with a warning."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from organizations.fields.countries import NAMES as COUNTRY_NAMES
from organizations.problems import Problem, shortened

# Anything else beside the number (an extension, a name, a second number) would be lost in E.164.
_NUMBER_ONLY = re.compile(r"[+＋]?[\d ()./‐-―−-]+")
_E164 = re.compile(r"\+[0-9]{4,15}")


@lru_cache(16384)
def read_phone(text: str, country: str) -> tuple[str, Problem | None]:
    """The number as it is stored, and the warning. Without a country a valid international number will do."""
    region = country if country in phonenumbers.SUPPORTED_REGIONS else ""
    number = _parsed(text, region)
    if number and _NUMBER_ONLY.fullmatch(text) and _is_valid(number, region):
        return phonenumbers.format_number(number, PhoneNumberFormat.E164), None
    params = {"value": shortened(text), "country": COUNTRY_NAMES.get(country, country)}
    return text, Problem(_code(number, region, text), params)


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region or None)
    except NumberParseException:
        return None


def _is_valid(number: PhoneNumber, region: str) -> bool:
    if region:
        return phonenumbers.is_valid_number_for_region(number, region)
    return phonenumbers.is_valid_number(number)


def _code(number: PhoneNumber | None, region: str, text: str) -> str:
    if number and number.extension:
        return "phone_extension"
    if not region:
        return "phone_without_country"
    if number and text[:1] in "+＋" and phonenumbers.is_valid_number(number) and not _is_valid(number, region):
        return "phone_other_country"
    return "phone_invalid"


@lru_cache(8192)
def phone_shown(text: str) -> str:
    """In international form where the stored text is E.164."""
    number = _parsed(text, "") if _E164.fullmatch(text) else None
    if number is None or not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
