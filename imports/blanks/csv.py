"""The template as CSV."""

import csv
import io
from collections.abc import Collection

from organizations.fields import template_headings


def csv_template(also_mandatory: Collection[str] = ()) -> bytes:
    """UTF-8 with the byte order mark without which Excel would read it in the computer's own encoding."""
    text = io.StringIO()
    csv.writer(text).writerow(template_headings(also_mandatory))
    return text.getvalue().encode("utf-8-sig")
