"""What stands above the columns of every template."""

from collections.abc import Collection
from typing import Final

from organizations.fields import FIELDS

MANDATORY_MARK: Final = " (required)"


def template_headings(also_mandatory: Collection[str] = ()) -> list[str]:
    """The headings in template order. `also_mandatory` names the fields that the reseller demands beside our own."""
    return [
        field.english_heading + (MANDATORY_MARK if field.mandatory or field.name in also_mandatory else "")
        for field in FIELDS
    ]
