"""Pages of a list by key: the next page begins after the last row of this one, however many came before."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, OrderBy, QuerySet
from django.http import QueryDict
from django.utils.formats import number_format

from api.paging import beyond, together, upto

M = TypeVar("M", bound=Model)

SIZES: Final = (25, 50, 100)
COUNTED: Final = 10_000
WALKED: Final = 20_000  # rows of a list that are passed while others than those that are wanted lie there
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


@dataclass(frozen=True)
class Found(Generic[M]):
    """What is in a list, counted no further than COUNTED.

    Few that were narrowed down are known by their keys, to be sorted. Of many a page is met on the way through
    `all_rows`; a list that was not narrowed has none, as each of its rows is wanted.
    """

    rows: QuerySet[M]
    count: int
    is_more: bool
    all_rows: QuerySet[M] | None = None

    @property
    def shown(self) -> str:
        return honest(self.count, self.is_more)


def find_all(rows: QuerySet[M], by: Sequence[str]) -> Found[M]:
    return Found(rows, *count_honestly(rows, by))


def find_among(all_rows: QuerySet[M], narrowed: QuerySet[M], by: Sequence[str]) -> Found[M]:
    """The narrowed ones, looked for once; `all_rows` are those that a list without narrowing has."""
    keys = list(narrowed.order_by(*by).values_list("pk", flat=True)[: COUNTED + 1])
    if len(keys) > COUNTED:
        return Found(narrowed, COUNTED, True, all_rows)
    return Found(all_rows.filter(pk__in=keys), len(keys), False, all_rows)


def get_page(rows: QuerySet[M] | Found[M], order: Order, *, size: int, after: str = "", before: str = "") -> Page[M]:
    """One page, and cursors to its neighbours; a cursor that says nothing sensible gives the first page."""
    found = rows if isinstance(rows, Found) else Found(rows, 0, True)
    backwards = bool(before)
    place = _decode(found.rows.model, order.key, before or after)
    if place is None:
        backwards = False
    way = _Way((order.key, "public_id"), order.descending != backwards, place)
    page = way.look_for(found, size + 1)
    more, page = len(page) > size, page[:size]
    if backwards:
        page.reverse()
    has_before, has_after = (more, True) if backwards else (place is not None, more)
    return Page(
        page,
        _encode(page[0], order.key) if page and has_before else "",
        _encode(page[-1], order.key) if page and has_after else "",
    )


@dataclass(frozen=True)
class _Way:
    """The keys by which a list is gone through, in which direction, and from where on."""

    keys: tuple[str, ...]
    descending: bool
    place: tuple[Any, ...] | None

    def look_for(self, found: Found[M], number: int) -> list[M]:
        """The first rows beyond the place: those of a list or of many on the way, if that is short; else sorted."""
        if found.all_rows is None:
            return list(self.along(found.rows)[:number])
        if found.is_more and (met := self._met(found.rows, found.all_rows, number)) is not None:
            return met
        return list(self.sorted(found.rows)[:number])

    def _met(self, rows: QuerySet[M], all_rows: QuerySet[M], number: int) -> list[M] | None:
        """None where a word or a group lies together at the far end of the order."""
        end = self.along(all_rows).values_list(*self.keys)[WALKED : WALKED + 1].first()
        near = rows.filter(upto(self.keys, end, descending=self.descending)) if end else rows
        met = list(self.along(near)[:number])
        return met if end is None or len(met) == number else None

    def along(self, queryset: QuerySet[M]) -> QuerySet[M]:
        return self._beyond(queryset).order_by(*(f"{'-' * self.descending}{key}" for key in self.keys))

    def sorted(self, queryset: QuerySet[M]) -> QuerySet[M]:
        return self._beyond(queryset).order_by(OrderBy(together(self.keys), descending=self.descending))

    def _beyond(self, queryset: QuerySet[M]) -> QuerySet[M]:
        if self.place is None:
            return queryset
        return queryset.filter(beyond(self.keys, self.place, descending=self.descending))


def count_honestly(queryset: QuerySet[Any], by: Sequence[str] = ()) -> tuple[int, bool]:
    """How many rows there are, counted no further than COUNTED; and whether there are more.

    `by` is the order of an index of the reseller's rows: without it PostgreSQL might read a table, or the index of its
    primary key, from the beginning, where millions of others' rows may be.
    """
    found = queryset.order_by(*by)[: COUNTED + 1].count()
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


def size_links(size: int, url: Callable[..., str]) -> list[dict[str, Any]]:
    """The sizes that a page may have, with the address of the list in each."""
    return [{"label": one, "url": url(size=str(one)), "current": one == size} for one in SIZES]


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
