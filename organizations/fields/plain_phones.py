"""Phones that can be accepted without the phone library's parser: the country's own patterns, taken from its metadata.

It never refuses: whatever it is not certain of takes the exact path of `phones.py`, and a test holds both equal.
"""

import re
from functools import cache
from typing import NamedTuple

from phonenumbers import PhoneMetadata, country_code_for_region, region_code_for_country_code

_NEVER = "(?!)"
# The likeliest first.
_KINDS = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan")


class Numbering(NamedTuple):
    """How one country's numbers are written: `+46`, what the parser strips, and which numbers are valid."""

    plus_code: str
    international_prefix: re.Pattern[str]
    national_prefix: re.Pattern[str]
    strips_zero: bool
    valid: re.Pattern[str]


def plain_phone(text: str, country: str) -> str | None:
    """E.164 if the text is certainly a valid number of the country; None sends it down the exact path."""
    numbering = _numbering(country)
    if numbering is None:
        return None
    digits = text.replace(" ", "").replace("-", "")
    if "(" in digits or "." in digits:
        digits = digits.replace("(", "").replace(")", "").replace(".", "")
    if not digits[1:].isdecimal() or not digits.isascii():
        return None
    national = _national(text, digits, numbering)
    if not national or not numbering.valid.match(national):
        return None
    return numbering.plus_code + national


def _national(text: str, digits: str, numbering: Numbering) -> str | None:
    if digits.startswith(numbering.plus_code):
        national = digits[len(numbering.plus_code) :]
        return None if text[0] != "+" or numbering.national_prefix.match(national) else national
    zero_is_stripped = text[0] == "0" and numbering.strips_zero and not numbering.international_prefix.match(digits)
    return digits[1:] if zero_is_stripped else None


@cache
def _numbering(country: str) -> Numbering | None:
    metadata = PhoneMetadata.metadata_for_region(country) if country else None
    code = country_code_for_region(country) if metadata else 0
    # Behind a shared calling code the parser strips the national prefix of the code's main country.
    main = PhoneMetadata.metadata_for_region(region_code_for_country_code(code)) if metadata else None
    if metadata is None or main is None:
        return None
    own_prefix, main_prefix = metadata.national_prefix_for_parsing, main.national_prefix_for_parsing
    return Numbering(
        plus_code=f"+{code}",
        international_prefix=re.compile(metadata.international_prefix or ""),
        national_prefix=re.compile(main_prefix or _NEVER),
        strips_zero=own_prefix == "0" and not metadata.national_prefix_transform_rule,
        valid=re.compile(_valid(metadata), re.ASCII),
    )


def _valid(metadata: PhoneMetadata) -> str:
    """One pattern: what matches the general description and one kind of number, with that kind's lengths."""
    descriptions = [getattr(metadata, kind) for kind in _KINDS]
    kinds = [
        f"(?={_lengths(description.possible_length)})(?:{description.national_number_pattern})"
        for description in descriptions
        if description and description.national_number_pattern and description.possible_length
    ]
    general = (metadata.general_desc and metadata.general_desc.national_number_pattern) or _NEVER
    return rf"(?=(?:{general})\Z)(?:{'|'.join(kinds) or _NEVER})\Z"


def _lengths(possible: tuple[int, ...]) -> str:
    return rf"(?:{'|'.join(rf'[0-9]{{{length}}}' for length in possible)})\Z"
