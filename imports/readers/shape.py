"""The shape that every reader has: bytes become rows of text here, and no rule about organizations is known.

A new format is a module beside this one with the four functions of `Reader`, entered in `readers.READERS`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from imports.unreadable import Params, sentence
from imports.unreadable import Unreadable as Unreadable
from organizations.problems import shortened

MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_768
# A row is never longer in memory than this, whatever its quotation marks, delimiters, line ends or elements pretend.
LONGEST_ROW = 1024 * 1024
LARGEST_FILE = 100 * 1024 * 1024
SAMPLES = 3
ROWS_SAMPLED = 1_000
ROWS_AT_FIRST = 100

T = TypeVar("T", int, str)
Watch = Mapping[int, Callable[[str], object]]
NOTHING: Mapping[Any, Any] = MappingProxyType({})
_LISTS = ("elements", "others", "chosen")  # of a Layout; JSON knows no tuples


class RowProblem(NamedTuple):
    """One row can be read, but not in the way its author meant; the rest of the file is fine."""

    code: str
    params: Params

    def sentence(self) -> str:
        return sentence(self.code, self.params)


@dataclass(frozen=True)
class Layout:
    """How the file is laid out. `chosen` names what a person chose; everything else was detected and may be wrong.

    `elements` are the headings where finding them again would cost a pass over the file: of XML they are those of its
    beginning until the survey, which has the last word. `others` are sheets that hold something and aren't read.
    """

    format: str
    encoding: str = ""
    delimiter: str = ""
    heading_row: int = 1
    sheet: str = ""
    elements: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    @property
    def names_its_cells(self) -> bool:
        """Whether each row names its cells, so that the beginning of the file doesn't show every heading."""
        return self.format == "xml"

    @property
    def part(self) -> str:
        """The part of the file that is read, as a key: a workbook has more than one."""
        return self.sheet[:255]

    def place_of(self, number: T, line: T) -> T:
        """Where a row is in its sheet or file, from whatever heading the rows are counted: one of the two."""
        return number if self.names_its_cells else line

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _LISTS}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        return cls(**known | {name: tuple(known.get(name, ())) for name in _LISTS})


class SourceRow(NamedTuple):
    """A row that isn't blank. A named tuple because a million of them are made, at a quarter of a dataclass's price.

    `number` counts data rows from 1, `line` is where the row starts in the file. There are at least as many `cells`
    as headings, and more only with a `problem`. `bad_cells` says by place what is wrong with single cells.
    """

    number: int
    line: int
    cells: list[str]
    problem: RowProblem | None = None
    bad_cells: Mapping[int, RowProblem] = NOTHING


@dataclass(frozen=True)
class Survey:
    """What one full pass over the file found out. Its `layout` is the one to read the rows by."""

    layout: Layout
    headings: tuple[str, ...]
    rows: int
    problems: int
    samples: tuple[tuple[str, ...], ...]


class Reader(Protocol):
    """What a reader module offers. Each function raises `Unreadable` and nothing else about the file's content."""

    def detect(self, path: Path, *, chosen: Mapping[str, object] = ...) -> Layout: ...

    def read_headings(self, path: Path, layout: Layout) -> list[str]: ...

    def read_rows(self, path: Path, layout: Layout, *, after: int = ...) -> Iterator[SourceRow]: ...

    def survey(self, path: Path, layout: Layout, *, watch: Watch = ..., most_rows: int = ...) -> Survey: ...


def survey_rows(
    rows: Iterable[SourceRow], layout: Layout, headings: Sequence[str], *, watch: Watch, most_rows: int
) -> Survey:
    """The pass that is the same for every format: count, take samples, show watched columns to their watchers."""
    count = problems = 0
    samples: list[list[str]] = [[] for _ in headings]
    watchers = list(watch.items())
    for row in rows:
        count = row.number
        if count > most_rows:
            raise Unreadable("too_many_rows", limit=most_rows)
        for column, look in watchers:
            look(row.cells[column])
        if row.problem is not None or row.bad_cells:
            problems += 1
        if count <= ROWS_SAMPLED:
            _take_samples(samples, row.cells)
    if not count:
        raise Unreadable("no_rows")
    return Survey(layout, tuple(headings), count, problems, tuple(map(tuple, samples)))


def first_samples(rows: Iterable[SourceRow], headings: Sequence[str]) -> list[list[str]]:
    """Of a file that isn't surveyed yet: of its beginning, as far as that can be read."""
    samples: list[list[str]] = [[] for _ in headings]
    with suppress(Unreadable):
        for row in islice(rows, ROWS_AT_FIRST):
            _take_samples(samples, row.cells)
    return samples_kept(samples)


def samples_kept(samples: Iterable[Iterable[str]]) -> list[list[str]]:
    """As people are shown them, and a database can hold them."""
    return [[shortened(" ".join(text.split())) for text in seen] for seen in samples]


def check_headings(headings: Sequence[str]) -> None:
    if len(headings) > MOST_COLUMNS:
        raise Unreadable("too_many_columns", found=len(headings), limit=MOST_COLUMNS)


def fit(cells: list[str], width: int) -> RowProblem | None:
    """Pad `cells` to the width of the headings, in place; text beyond that width is a problem of the row."""
    if len(cells) < width:
        cells.extend([""] * (width - len(cells)))
    if any(cell.strip() for cell in cells[width:]):
        return RowProblem("surplus_cells", {"found": len(cells), "expected": width})
    del cells[width:]
    return None


def _take_samples(samples: list[list[str]], cells: list[str]) -> None:
    for seen, cell in zip(samples, cells, strict=False):
        if len(seen) < SAMPLES and cell not in seen and cell.strip():
            seen.append(cell)
