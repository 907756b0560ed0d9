"""The empty templates that people fill in: headings only, the mandatory ones marked in words."""

import csv
import io
from collections.abc import Callable, Collection
from dataclasses import dataclass

from organizations.fields import FIELDS

MANDATORY_MARK = " (required)"


def template_headings(also_mandatory: Collection[str] = ()) -> list[str]:
    """The headings in template order. `also_mandatory` names the fields that the reseller demands beside our own."""
    return [
        field.english_heading + (MANDATORY_MARK if field.mandatory or field.name in also_mandatory else "")
        for field in FIELDS
    ]


def csv_template(also_mandatory: Collection[str] = ()) -> bytes:
    """UTF-8 with the byte order mark without which Excel would read it in the computer's own encoding."""
    text = io.StringIO()
    csv.writer(text).writerow(template_headings(also_mandatory))
    return text.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class Template:
    """A format of the template: what its button says, its media type, and what makes it."""

    label: str
    content_type: str
    content: Callable[[Collection[str]], bytes]


TEMPLATES = {"csv": Template("CSV", "text/csv; charset=utf-8", csv_template)}
