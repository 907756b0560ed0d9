"""Cells that calamine reads as empty although something stands in them: errors, and formulas nobody calculated."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from zipfile import ZipFile

from lxml import etree

from imports.workbook.compound import errors_in_compound
from imports.workbook.content import is_compound
from imports.workbook.package import has_formulas_or_errors, part_of

ERROR, FORMULA = "error_cell", "formula_cell"
# Row and column, both from 0, to the problem's code and the cell's text.
Spots = dict[int, dict[int, tuple[str, str]]]
_LONGEST_FORMULA: Final = 200


def blind_spots(path: Path, sheet: int) -> Spots:
    found: Spots = {}
    for row, column, code, text in _found(path, sheet):
        found.setdefault(row, {})[column] = (code, text)
    return found


def _found(path: Path, sheet: int) -> Iterator[tuple[int, int, str, str]]:
    if is_compound(path):
        yield from ((row, column, ERROR, text) for row, column, text in errors_in_compound(path, sheet))
        return
    with ZipFile(path) as package:
        name = part_of(package, sheet)
        with package.open(name) as part:
            worth_it = has_formulas_or_errors(part)
        if worth_it:
            with package.open(name) as part:
                yield from _in_xml(part)


def _in_xml(part: IO[bytes]) -> Iterator[tuple[int, int, str, str]]:
    row = -1
    for _event, element in etree.iterparse(part, tag="{*}row", resolve_entities=False, no_network=True):
        row, column = _row_of(element, row), -1
        for cell in element.iterchildren("{*}c"):
            column = _column_of(cell, column)
            if found := _problem_of(cell):
                yield row, column, *found
        _forget(element)


def _row_of(row: etree._Element, before: int) -> int:
    """Rows and cells may leave out where they are; they then follow the one before."""
    number = row.get("r")
    return int(number) - 1 if number else before + 1


def _column_of(cell: etree._Element, before: int) -> int:
    letters = (cell.get("r") or "").rstrip("0123456789").upper()
    if not letters:
        return before + 1
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _problem_of(cell: etree._Element) -> tuple[str, str] | None:
    value = cell.findtext("{*}v")
    if cell.get("t") == "e":
        return ERROR, value or "#N/A"
    formula = cell.find("{*}f")
    if formula is None or value or (value is not None and cell.get("t") == "str"):
        return None
    return FORMULA, f"={' '.join((formula.text or '…').split())[:_LONGEST_FORMULA]}"


def _forget(row: etree._Element) -> None:
    """What was read is let go, so that memory stays flat."""
    row.clear()
    parent = row.getparent()
    while parent is not None and row.getprevious() is not None:
        del parent[0]
