"""Searching for any part of a text: which threes of letters are worth looking up.

The index has, for every three letters, a list of the rows that hold them. Of a text like “customer-4711” most threes
are in nearly every row, and reading their lists would take longer than all the rest. So only what is rare is looked up,
and whether the whole text is there is asked of the few rows that are left.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from django.db.models import Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from organizations.models import OrganizationQuerySet

SAMPLE: Final = 200  # of the reseller's newest rows
RARE: Final = 0.05  # of them have what is rare
SHORT: Final = 5  # letters: that few threes are looked up as they are


def containing(rows: OrganizationQuerySet, all_rows: OrganizationQuerySet, term: str) -> OrganizationQuerySet:
    """Those of the rows that have the folded text; `all_rows` are the reseller's."""
    if len(term) <= SHORT:
        return rows.filter(search_text__contains=term)
    newest = all_rows.order_by("-created_at", "-public_id").values_list("search_text", flat=True)[:SAMPLE]
    parts = rare_parts(term, list(newest))
    for part in parts:
        rows = rows.filter(search_text__contains=part)
    return rows if parts == [term] else rows.filter(GreaterThan(StrIndex("search_text", Value(term)), 0))


def rare_parts(term: str, texts: Sequence[str]) -> list[str]:
    """The longest parts of the term of which every three letters are rare in the texts; all of it where none are."""
    threes = [term[place : place + 3] for place in range(len(term) - 2)]
    is_rare = {three: sum(three in text for text in texts) <= RARE * len(texts) for three in threes}
    runs = (list(run) for rare, run in groupby(range(len(threes)), lambda place: is_rare[threes[place]]) if rare)
    # The index knows letters and digits only: a part without three of them in a row would not lead anywhere.
    found = [term[run[0] : run[-1] + 3] for run in runs if any(threes[place].isalnum() for place in run)]
    return found or [term]
