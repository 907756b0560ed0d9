"""Which column of a file is which field, by its heading or as a person chose."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from imports.heading_synonyms import SYNONYMS, WEAKER, synonyms_of
from imports.unreadable import Unreadable
from organizations.fields import BESIDE, BY_NAME, FIELDS, NAMES
from organizations.fields.neutral import restore
from organizations.fields.search import fold

# Columns of our own exports and reports that are no fields: known, so not listed as ignored.
EXTRAS = BESIDE | {"errors": "Errors"}
LONGEST_HEADING = 200
_EXACT, _SYNONYM, _WEAKER = 3, 2, 1
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True)
class Columns:
    """For each column of the file the name of its field, or None; `extras` says where our own extra columns are."""

    headings: tuple[str, ...]
    fields: tuple[str | None, ...]
    extras: Mapping[str, int] = field(default_factory=dict)
    doubled: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def ignored(self) -> list[str]:
        """The headings that nothing is read from."""
        spoken_for = set(self.extras.values())
        doubled = {heading for headings in self.doubled.values() for heading in headings}
        return [
            heading
            for place, (heading, name) in enumerate(zip(self.headings, self.fields, strict=True))
            if name is None and heading.strip() and place not in spoken_for and heading not in doubled
        ]

    @property
    def untitled(self) -> list[int]:
        """The places of columns without a heading; what stands in them is not read either."""
        named = zip(self.headings, self.fields, strict=True)
        return [place for place, (heading, name) in enumerate(named) if name is None and not heading.strip()]

    @property
    def missing(self) -> list[str]:
        """The headings of mandatory fields that no column stands for."""
        found = {*self.fields, *self.doubled}
        return [known.english_heading for known in FIELDS if known.mandatory and known.name not in found]

    @property
    def finds_records(self) -> bool:
        """Whether rows can find the records that they change: then mandatory columns may be missing."""
        return "organization_id" in self.extras or bool({*self.fields} & {"customer_number", "primary_domain"})

    def refusal(self, *, may_update: bool = False) -> Unreadable | None:
        """Why a file with these columns can't be imported."""
        for name, headings in self.doubled.items():
            return Unreadable("columns_doubled", field=BY_NAME[name].english_heading, headings=", ".join(headings))
        if may_update and self.finds_records:
            return None
        return Unreadable("columns_missing", headings=", ".join(self.missing)) if self.missing else None


def match_headings(headings: Sequence[str], *, chosen: Mapping[int, str | None] | None = None) -> Columns:
    """The columns under these headings. `chosen` maps a column's place to its field's name, or to None to ignore it.

    What is chosen beats every heading; a field's own heading beats a synonym, and that a vaguer one. Two columns that
    are equally good for one field are `doubled`, and neither is read. Choices that no column or field fits are void.
    """
    chosen = chosen or {}
    claims: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    extras: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if place in chosen and (chosen[place] is None or chosen[place] in BY_NAME):
            name, rank = chosen[place], _EXACT + 1
        else:
            name, rank = _meaning(heading)
        if name in EXTRAS:
            extras.setdefault(name, place)
        elif name is not None:
            claims[name][rank].append(place)
    return _settle(headings, claims, extras)


def known_columns(headings: Sequence[str], fields: Sequence[str | None]) -> Columns:
    """Columns whose fields were settled before; our own extra columns are found by their headings."""
    return Columns(tuple(headings), tuple(fields), match_headings(headings).extras)


def _settle(headings: Sequence[str], claims: Mapping[str, Mapping[int, list[int]]], extras: dict[str, int]) -> Columns:
    fields: list[str | None] = [None] * len(headings)
    doubled: dict[str, list[str]] = {}
    for name, ranks in claims.items():
        best = ranks[max(ranks)]
        if len(best) > 1:
            doubled[name] = [headings[place] for place in best]
        else:
            fields[best[0]] = name
    return Columns(tuple(headings), tuple(fields), extras, doubled)


def count_known(cells: Iterable[str]) -> int:
    """How many different fields the cells would be headings of."""
    return len({_meaning(cell)[0] for cell in cells} - {None} - EXTRAS.keys())


def rearrange(columns: Columns, *, neutralised: bool = True) -> Callable[[list[str]], tuple[str, ...]]:
    """A function from the cells of a row to the cells of all fields in their order, blank where no column has them.

    `neutralised` takes off the apostrophe that exports put before text that a spreadsheet would run; CSV only.
    """
    places = {name: place for place, name in enumerate(columns.fields) if name is not None}
    pick = itemgetter(*(places.get(name, -1) for name in NAMES))

    def cells_of_fields(cells: list[str]) -> tuple[str, ...]:
        picked: tuple[str, ...] = pick([*cells, ""])
        # One search in the joined text is cheaper than a look at the first character of every cell.
        if neutralised and "'" in "".join(picked):
            return tuple(map(restore, picked))
        return picked

    return cells_of_fields


@lru_cache(4096)
def _meaning(heading: str) -> tuple[str | None, int]:
    """The field (or extra) that a heading means, and how surely. Brackets count only as part of a known heading."""
    if len(heading) > LONGEST_HEADING:
        return None, 0
    nothing: tuple[str | None, int] = (None, 0)
    return _known().get(_bare(heading)) or _known().get(_bare(_BRACKETS.sub("", heading))) or nothing


@lru_cache(1)
def _known() -> dict[str, tuple[str | None, int]]:
    """Bare heading to field and rank. The surest are entered last and stay."""
    known: dict[str, tuple[str | None, int]] = {}
    for table, rank in ((WEAKER, _WEAKER), (SYNONYMS, _SYNONYM)):
        for name, synonyms in table.items():
            known.update({_bare(synonym): (name, rank) for synonym in synonyms_of(synonyms)})
    for own in FIELDS:
        known.update({_bare(heading): (own.name, _EXACT) for heading in (own.name, own.english_heading)})
    known.update({_bare(heading): (name, _EXACT) for name, heading in EXTRAS.items()})
    return known


def _bare(heading: str) -> str:
    """Letters and digits only, without case and accents."""
    return "".join(filter(str.isalnum, fold(heading)))
