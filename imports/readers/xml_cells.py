"""The cells of an XML row, in columns that are found while rows go by."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from lxml.etree import QName, _Element

from imports.readers.shape import MOST_COLUMNS, NOTHING, RowProblem, Unreadable
from imports.readers.xml_elements import line_of

INSIDE: Final = "/"  # between the names of an element and of one inside it
AGAIN: Final = "#"  # before the number of an element that comes again in its row
# Attributes that say something to XML's own tools; namespaces mean nothing otherwise.
_NO_DATA: Final = {"http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2001/XMLSchema-instance"}


class Columns:
    """The names of all cells so far, in the order of their first appearance."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = list(names)
        self._places = {name: place for place, name in enumerate(self.names)}
        self._tags: dict[str, int] = {}  # the places again, by tags as they are written, which is what most rows need

    def cells_of(self, row: _Element) -> tuple[list[str], Mapping[int, RowProblem]]:
        """One cell for each of `names`, and by place what is wrong with cells.

        Most rows are elements in known columns, each once and with nothing but text; others are taken apart exactly.
        """
        cells, tags = [""] * len(self.names), self._tags
        for cell in row:
            place = tags.get(cell.tag)
            if place is None or len(cell) or cells[place] or not (cell.tail or " ").isspace():
                return self._exactly(row)
            cells[place] = cell.text or ""
        return self._exactly(row) if row.keys() or _says(row.text) or _says(row.tail) else (cells, NOTHING)

    def _exactly(self, row: _Element) -> tuple[list[str], Mapping[int, RowProblem]]:
        _refuse_stray_text(row)
        values = list(_values(row))
        for name, _text in values:
            self._place_of(name)
        self._tags |= {cell.tag: self._place_of(QName(cell).localname) for cell in row if not len(cell)}
        seen: Counter[str] = Counter()
        found: dict[int, str] = {}
        for name, text in values:
            if text.strip():
                seen[name] += 1
                found[self._place_of(name, seen[name])] = text
            elif not found.get(self._places[name]):
                found[self._places[name]] = text
        cells = [found.get(place, "") for place in range(len(self.names))]
        return cells, {self._places[name]: _again(name) for name, times in seen.items() if times > 1}

    def _place_of(self, name: str, time: int = 1) -> int:
        full = f"{name}{AGAIN}{time}" if time > 1 else name
        if full not in self._places:
            if len(self.names) == MOST_COLUMNS:
                raise self._too_many()
            self._places[full] = len(self.names)
            self.names.append(full)
        return self._places[full]

    def _too_many(self) -> Unreadable:
        if self.are_too_deep:
            return Unreadable("xml_rows_too_deep")
        return Unreadable("too_many_elements", limit=MOST_COLUMNS)

    @property
    def are_too_deep(self) -> bool:
        """Whether no cell lies directly in its row: then the rows are probably one level further down."""
        return bool(self.names) and all(INSIDE in name for name in self.names)


def _again(name: str) -> RowProblem:
    return RowProblem("element_again", {"element": name})


def _values(row: _Element) -> Iterator[tuple[str, str]]:
    for name, text in row.items():
        if QName(name).namespace not in _NO_DATA:
            yield QName(name).localname, str(text)
    yield from _inside(row)


def _inside(element: _Element, path: str = "") -> Iterator[tuple[str, str]]:
    """Names and texts of what is in the element, its insides too. Text with elements in it is one text."""
    for child in element:
        name = path + QName(child).localname
        if len(child) and not _has_text(child):
            yield from _inside(child, name + INSIDE)
        else:
            yield name, "".join(map(str, child.itertext()))


def _has_text(element: _Element) -> bool:
    return any(map(_says, (element.text, *(child.tail for child in element))))


def _says(text: str | None) -> bool:
    return not (text or " ").isspace()


def _refuse_stray_text(row: _Element) -> None:
    """Text that is in no cell: in front of a row's elements, between them, or between rows."""
    for text in filter(_says, (row.text, row.tail, *(cell.tail for cell in row))):
        raise Unreadable("stray_text", line=line_of(row), text=str(text).strip()[:40])
