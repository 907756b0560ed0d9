"""Which column of a file is which field, by its heading or as a person chose."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from imports.heading_synonyms import MICROSOFT_SYNONYMS, SYNONYMS, WEAKER, synonyms_of
from imports.unreadable import Unreadable
from organizations.fields import BESIDE, BY_NAME, FIELDS, NAMES
from organizations.fields.neutral import restore
from organizations.fields.search import fold

# Columns that are no fields and known all the same: of our own exports and reports, and of Partner Center's list.
MICROSOFT = {"microsoft_id": "Microsoft ID"}
EXTRAS = BESIDE | MICROSOFT | {"errors": "Errors"}
# What a column may be chosen to be.
TITLES = {field.name: field.english_heading for field in FIELDS} | BESIDE | MICROSOFT
LONGEST_HEADING = 200
_CHOSEN, _EXACT, _SYNONYM, _WEAKER = 4, 3, 2, 1
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True)
class Columns:
    """For each column of the file the name of its field, or None; `extras` says where our own extra columns are.

    `rivals` are the places of columns that are equally good for one field, none of which is read.
    """

    headings: tuple[str, ...]
    fields: tuple[str | None, ...]
    extras: Mapping[str, int] = field(default_factory=dict)
    rivals: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def doubled(self) -> dict[str, list[str]]:
        """The headings of the columns that are equally good for one field."""
        return {
            name: [self.headings[place] or f"#{place + 1}" for place in places] for name, places in self.rivals.items()
        }

    @property
    def meanings(self) -> list[str]:
        """What each column is taken for, rivals too; empty where nothing is read from it."""
        named = [name or "" for name in self.fields]
        known = {place: name for name, places in self.rivals.items() for place in places}
        for place, name in (known | {place: name for name, place in self.extras.items()}).items():
            named[place] = name
        return named

    @property
    def ignored(self) -> list[str]:
        """The headings that nothing is read from."""
        named = zip(self.headings, self.meanings, strict=True)
        return [heading for heading, name in named if not name and heading.strip()]

    @property
    def untitled(self) -> list[int]:
        """The places of columns without a heading; what stands in them is not read either."""
        named = zip(self.headings, self.fields, strict=True)
        return [place for place, (heading, name) in enumerate(named) if name is None and not heading.strip()]

    @property
    def missing(self) -> list[str]:
        """The headings of mandatory fields that no column stands for.

        Microsoft's list of customers has no addresses for notifications: they are filled in when the rows are checked.
        """
        found = {*self.fields, *self.rivals} | ({"notification_email"} if "microsoft_id" in self.extras else set())
        return [known.english_heading for known in FIELDS if known.mandatory and known.name not in found]

    @property
    def finds_records(self) -> bool:
        """Whether rows can find the records that they change: then mandatory columns may be missing."""
        return "organization_id" in self.extras or bool({*self.fields} & {"customer_number", "primary_domain"})

    def refusal(self, *, may_update: bool = False) -> Unreadable | None:
        """Why a file with these columns can't be imported."""
        for name, headings in self.doubled.items():
            return Unreadable("columns_doubled", field=TITLES[name], headings=", ".join(headings))
        if may_update and self.finds_records:
            return None
        return Unreadable("columns_missing", headings=", ".join(self.missing)) if self.missing else None


def match_headings(headings: Sequence[str], *, chosen: Mapping[int, str | None] | None = None) -> Columns:
    """The columns under these headings. `chosen` maps a column's place to its field's name, or to None to ignore it.

    What is chosen beats every heading; a field's own heading beats a synonym, and that a vaguer one. Two columns that
    are equally good for one field are `doubled`, and neither is read. Choices that no column or field fits are void.
    """
    chosen = {place: name for place, name in (chosen or {}).items() if name is None or name in TITLES}
    claims: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, heading in enumerate(headings):
        name, rank = (chosen[place], _CHOSEN) if place in chosen else _meaning(heading)
        if name is not None:
            claims[name][rank].append(place)
    return _settle(headings, claims)


def _settle(headings: Sequence[str], claims: Mapping[str, Mapping[int, list[int]]]) -> Columns:
    fields: list[str | None] = [None] * len(headings)
    extras: dict[str, int] = {}
    rivals: dict[str, list[int]] = {}
    for name, ranks in claims.items():
        best = ranks[max(ranks)]
        if len(best) > 1 and (name in BY_NAME or max(ranks) == _CHOSEN):
            rivals[name] = best
        elif name in EXTRAS:
            extras[name] = best[0]
        else:
            fields[best[0]] = name
    return Columns(tuple(headings), tuple(fields), extras, rivals)


def keys_of(headings: Sequence[str]) -> list[str]:
    """A name for each column that stays the same in whatever order the columns come, and however they are written."""
    seen: Counter[str] = Counter()
    keys = []
    for heading in headings:
        bare = _bare(heading[:LONGEST_HEADING])
        seen[bare] += 1
        keys.append(f"{bare}#{seen[bare]}")
    return keys


def count_known(cells: Iterable[str]) -> int:
    """How many different fields the cells would be headings of."""
    return len({_meaning(cell)[0] for cell in cells} - {None} - EXTRAS.keys())


def rearrange(fields: Sequence[str | None], *, neutralised: bool = True) -> Callable[[list[str]], tuple[str, ...]]:
    """A function from the cells of a row to the cells of all fields in their order, blank where no column has them.

    `neutralised` takes off the apostrophe that exports put before text that a spreadsheet would run; CSV only.
    """
    places = {name: place for place, name in enumerate(fields) if name is not None}
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
    known |= {_bare(synonym): ("microsoft_id", _SYNONYM) for synonym in MICROSOFT_SYNONYMS}
    for own in FIELDS:
        known.update({_bare(heading): (own.name, _EXACT) for heading in (own.name, own.english_heading)})
    known.update({_bare(heading): (name, _EXACT) for name, heading in EXTRAS.items()})
    return known


def _bare(heading: str) -> str:
    """Letters and digits only, without case and accents."""
    return "".join(filter(str.isalnum, fold(heading)))
