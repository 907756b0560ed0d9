"""Cursors of the API: opaque, and in an order that writing doesn't disturb."""

import base64
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from api.moments import in_utc
from api.problems import ApiProblem

MOST: Final = 200
USUAL: Final = 100


def together(keys: Sequence[str]) -> Func:
    """Columns as one value, compared like a tuple. An index on them answers such a comparison from its place on,
    however many rows are equal in the first column. It never serves an order by it: such rows are sorted.
    """
    return Func(*map(F, keys), function="ROW", output_field=TextField())


def _place(values: Sequence[Any]) -> Func:
    return Func(*map(Value, values), function="ROW", output_field=TextField())


def beyond(keys: Sequence[str], place: Sequence[Any], *, descending: bool = False) -> GreaterThan | LessThan:
    """The rows that come after a place in the order of the keys."""
    return (LessThan if descending else GreaterThan)(together(keys), _place(place))


def upto(
    keys: Sequence[str], place: Sequence[Any], *, descending: bool = False
) -> GreaterThanOrEqual | LessThanOrEqual:
    """The rows that come before a place, and the one that is there."""
    return (GreaterThanOrEqual if descending else LessThanOrEqual)(together(keys), _place(place))


def page_of(rows: "QuerySet[Any]", *keys: str, cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
    """Rows after the cursor in the order of the keys, of which the last is unique; and the next page's cursor."""
    if cursor:
        rows = rows.filter(beyond(keys, _decode(cursor, len(keys))))
    found = list(rows.order_by(*keys)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    return found, _encode([getattr(found[-1], key) for key in keys]) if more else None


def _encode(place: list[Any]) -> str:
    words = [value.isoformat() if isinstance(value, datetime) else str(value) for value in place]
    return base64.urlsafe_b64encode(json.dumps(words).encode()).decode().rstrip("=")


def _decode(cursor: str, parts: int) -> list[Any]:
    try:
        words = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moments = [datetime.fromisoformat(word) for word in words[:-1]]
        if len(words) != parts or any(moment.tzinfo is None for moment in moments):
            raise ValueError
        place = [*map(in_utc, moments), uuid.UUID(words[-1])]
    except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        raise ApiProblem(
            422, "invalid", "This cursor is not one of ours.", errors={"cursor": ["Begin anew."]}
        ) from error
    return place


def settled_moment() -> datetime:
    """The moment before which every change has committed: whoever reads on from there misses none.

    A transaction stamps its records with its beginning, and may commit much later.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(now(), min(xact_start)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user"
        )
        moment: datetime = cursor.fetchone()[0]
    return moment
