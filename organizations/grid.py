"""The grid: columns of texts become rows, the intake answers each, and what was not created stays with its words."""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from django.http import QueryDict

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.models import new_id
from organizations.fields import NAMES
from organizations.history import note_batch
from organizations.intake import Outcome, create_organizations
from organizations.models import Source
from organizations.problems import Problem

SIZES: Final = (5, 10, 25, 50, 100, 200)
MOST_ROWS: Final = SIZES[-1]
Problems = dict[str, list[Problem]]


@dataclass(frozen=True)
class Grid:
    """Rows of texts as they were typed, blank ones too. What was created under the token is not created again."""

    token: uuid.UUID
    rows: list[tuple[str, ...]]
    is_even: bool = True

    @classmethod
    def blank(cls, count: int = SIZES[0]) -> "Grid":
        return cls(new_id(), [("",) * len(NAMES)] * count)

    @classmethod
    def posted(cls, data: QueryDict) -> "Grid":
        """The rows of a form in which every cell of a column has the column's name."""
        columns = [[text.replace("\r\n", "\n") for text in data.getlist(name)] for name in NAMES]
        heights = {len(column) for column in columns if column}
        rows = list(zip_longest(*columns, fillvalue="")) or cls.blank().rows
        return cls(uuid_of(data.get("grid", "")) or new_id(), rows, len(heights) <= 1)

    def grown(self, count: int) -> "Grid":
        """With more blank rows below, as far as there is room."""
        room = max(0, MOST_ROWS - len(self.rows))
        return Grid(self.token, self.rows + Grid.blank(min(count, room)).rows)

    @property
    def filled(self) -> list[int]:
        """The places of the rows in which something stands."""
        return [place for place, row in enumerate(self.rows) if any(text.strip() for text in row)]

    @property
    def problem(self) -> Problem | None:
        """Why nothing of it can be created."""
        if not self.is_even:
            return Problem("grid_uneven")
        if len(self.filled) > MOST_ROWS:
            return Problem("grid_full", {"rows": len(self.filled), "most": MOST_ROWS})
        return None if self.filled else Problem("grid_empty")


@dataclass
class Created:
    """An organization that a row became, with warnings, and the rows left below that repeat one of its values."""

    public_id: uuid.UUID
    name: str
    warnings: list[Problem]
    repeated_on: list[int] = field(default_factory=list)


@dataclass
class Left:
    """A row that stays in the grid."""

    texts: tuple[str, ...]
    errors: Problems = field(default_factory=dict)
    warnings: Problems = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What became of a grid."""

    batch_id: uuid.UUID
    created: list[Created]
    left: list[Left]

    @property
    def is_done(self) -> bool:
        return not any(row.errors for row in self.left)


def create_from_grid(actor: Actor, grid: Grid, groups: Sequence[str]) -> Answer:
    """Create what can be created. Raises NoGround for the groups; the grid's own `problem` is asked before."""
    rows = [grid.rows[place] for place in grid.filled]
    batch_id = _derived(grid.token, actor, "batch")
    outcomes = create_organizations(
        actor,
        [dict(zip(NAMES, row, strict=True)) for row in rows],
        source=Source.GRID,
        groups=groups,
        batch_id=batch_id,
        ids=_ids(grid.token, actor, rows),
    )
    note_batch(actor, batch_id, Source.GRID, failed=sum(1 for outcome in outcomes if outcome.errors))
    return _answer(batch_id, grid, outcomes)


def _ids(token: uuid.UUID, actor: Actor, rows: Sequence[tuple[str, ...]]) -> list[uuid.UUID]:
    """The same id for the same texts in the same grid, wherever the row stands."""
    seen: Counter[tuple[str, ...]] = Counter()
    ids = []
    for row in rows:
        ids.append(_derived(token, actor, *row, str(seen[row])))
        seen[row] += 1
    return ids


def _derived(token: uuid.UUID, actor: Actor, *parts: str) -> uuid.UUID:
    """A UUIDv7 of the token's time that nobody else's token leads to."""
    told = json.dumps([token.hex, actor.reseller.public_id.hex, actor.public_id.hex, *parts])
    random = int.from_bytes(hashlib.sha256(told.encode()).digest()[:10])
    return uuid.UUID(int=(token.int >> 80 << 80) | (7 << 76) | (random & 0xFFF) << 64 | (2 << 62) | random >> 18)


def _answer(batch_id: uuid.UUID, grid: Grid, outcomes: Sequence[Outcome]) -> Answer:
    """Created rows leave the grid and the others close up."""
    by_place = dict(zip(grid.filled, outcomes, strict=True))
    created = {place: _created(outcome) for place, outcome in by_place.items() if outcome.public_id}
    left = {place: _left(row, by_place.get(place)) for place, row in enumerate(grid.rows) if place not in created}
    _tell_twins(grid.filled, created, left)
    return Answer(batch_id, list(created.values()), list(left.values()))


def _created(outcome: Outcome) -> Created:
    assert outcome.public_id is not None
    warnings = [problem for problems in outcome.row.warnings.values() for problem in problems]
    return Created(outcome.public_id, str(outcome.row["name"]), warnings)


def _left(texts: tuple[str, ...], outcome: Outcome | None) -> Left:
    if outcome is None:
        return Left(texts)
    errors = {name: list(problems) for name, problems in outcome.errors.items()}
    warnings = {name: list(problems) for name, problems in outcome.row.warnings.items()}
    return Left(texts, errors, warnings)


def _tell_twins(filled: Sequence[int], created: dict[int, Created], left: dict[int, Left]) -> None:
    """Rows that share a value know each other by the numbers they have now; so does the first of them."""
    numbers = {place: number for number, place in enumerate(left, start=1)}
    for place, row in left.items():
        for name, at, problem in _repeated(row):
            first, value = filled[int(problem.params["first"]) - 1], problem.params["value"]
            if first in created:
                made = created[first]
                made.repeated_on = sorted({*made.repeated_on, numbers[place]})
                told = {"name": made.name, "organization": str(made.public_id), "value": value}
                row.errors[name][at] = Problem("taken", told)
            else:
                later = Problem("repeated_later", {"other": numbers[place], "value": value})
                left[first].warnings.setdefault(name, []).append(later)
                row.errors[name][at] = Problem("repeated", {"first": numbers[first], "value": value})


def _repeated(row: Left) -> list[tuple[str, int, Problem]]:
    return [
        (name, at, problem)
        for name, problems in row.errors.items()
        for at, problem in enumerate(problems)
        if problem.code == "repeated"
    ]
