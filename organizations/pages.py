"""Pages of a list by key: the next page begins after the last row of this one, however many came before."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.formats import number_format

M = TypeVar("M", bound=Model)

SIZES: Final = (25, 50, 100)
COUNTED: Final = 10_000
LONGEST_TEXT: Final = 200


@dataclass(frozen=True)
class Page(Generic[M]):
    """`before` and `after` are cursors for the neighbouring pages, or empty."""

    rows: Sequence[M]
    before: str
    after: str


@dataclass(frozen=True)
class Order:
    """A column and its direction; rows that are equal there are told apart by their public id."""

    key: str
    descending: bool = False

    def cursor(self, row: Model) -> str:
        """The place of a row, from which a page may go on."""
        return _encode(row, self.key)


def get_page(queryset: QuerySet[M], order: Order, *, size: int, after: str = "", before: str = "") -> Page[M]:
    """One page, and cursors to its neighbours; a cursor that says nothing sensible gives the first page."""
    backwards = bool(before)
    place = _decode(queryset.model, order.key, before or after)
    if place is None:
        backwards = False
    descending = order.descending != backwards
    if place is not None:
        queryset = queryset.filter(_beyond(order.key, place, descending))
    sign = "-" if descending else ""
    rows = list(queryset.order_by(f"{sign}{order.key}", f"{sign}public_id")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (place is not None, more)
    return Page(
        rows,
        _encode(rows[0], order.key) if rows and has_before else "",
        _encode(rows[-1], order.key) if rows and has_after else "",
    )


def _beyond(key: str, place: tuple[Any, str], descending: bool) -> Q:
    comparison = "lt" if descending else "gt"
    value, public_id = place
    # The first condition is implied by the second; it is what lets the index start at the right place.
    return Q(**{f"{key}__{comparison}e": value}) & (
        Q(**{f"{key}__{comparison}": value}) | Q(**{f"public_id__{comparison}": public_id})
    )


def count_honestly(queryset: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, counted no further than COUNTED; and whether there are more."""
    found = queryset.order_by()[: COUNTED + 1].count()
    return min(found, COUNTED), found > COUNTED


def grouped(number: int) -> str:
    """As people write large numbers: 1,234."""
    return str(number_format(number, force_grouping=True))


def honest(count: int, is_more: bool) -> str:
    """What count_honestly has found, in words."""
    return grouped(count) + "+" * is_more


def asked_text(query: Mapping[str, Any], name: str = "search") -> str:
    """What the address says under a name, as one searches by it."""
    return str(query.get(name, "")).replace("\0", " ").strip()[:LONGEST_TEXT]


def asked_size(query: Mapping[str, Any]) -> int:
    """The rows of a page, of the sizes that there are."""
    size = query.get("size", "")
    return int(size) if size in map(str, SIZES) else SIZES[0]


def address(parts: Mapping[str, Any]) -> str:
    """The same list for these parts of its address, without those that are empty or the usual size."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in parts.items() if value and (name, value) != ("size", str(SIZES[0]))})
    return f"?{query.urlencode()}"


def _alone(**place: str) -> str:
    """The address of a page that has no other parameters."""
    ((name, cursor),) = place.items()
    return f"?{name}={cursor}"


def neighbours(page: Page[M], url: Callable[..., str] = _alone) -> dict[str, str]:
    """The addresses of the pages before and after this one, or empty; `url` makes one from `before` or `after`."""
    return {
        "previous_url": url(before=page.before) if page.before else "",
        "next_url": url(after=page.after) if page.after else "",
    }


def _encode(row: Model, key: str) -> str:
    value = getattr(row, key)
    place = [value if isinstance(value, str) else value.isoformat(), str(row.public_id)]  # type: ignore[attr-defined]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _decode(model: type[Model], key: str, cursor: str) -> tuple[Any, str] | None:
    """The place that a cursor names; None for an empty one, and for whatever somebody typed into the address."""
    try:
        value, public_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(value, str) or "\0" in value:
            return None
        field = model._meta.get_field(key)
        return field.to_python(value), str(uuid.UUID(public_id))  # type: ignore[union-attr]
    except (ValueError, TypeError, AttributeError, ValidationError):
        return None
