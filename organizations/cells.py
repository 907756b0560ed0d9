"""Rows of a grid as pages show them: a cell for each field with what is wrong in it, and a list of all that is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.fields import FIELDS, Field
from organizations.problems import Problem


class Typed(Protocol):
    """A row: the seventeen texts, and by field what is to be said of them."""

    @property
    def texts(self) -> Sequence[str]: ...
    @property
    def errors(self) -> Mapping[str, Sequence[Problem]]: ...
    @property
    def warnings(self) -> Mapping[str, Sequence[Problem]]: ...


def label_of(field: Field, number: int | str) -> str:
    return _("%(heading)s row %(number)s") % {"heading": field.heading, "number": number}


def row_of(number: int | str, row: Typed) -> dict[str, Any]:
    """The cells of a row; one whose number is still to be filled in has no ids."""
    cells = [_cell(number, field, text, row) for field, text in zip(FIELDS, row.texts, strict=True)]
    return {"number": number, "cells": cells, "is_bad": bool(row.errors)}


def _cell(number: int | str, field: Field, text: str, row: Typed) -> dict[str, Any]:
    return {
        "id": _id(number, field) if isinstance(number, int) else "",
        "name": field.name,
        "label": label_of(field, number),
        "text": text,
        "multiline": field.multiline,
        "inputmode": field.inputmode if field.inputmode != "text" else "",
        "errors": [_told(problem) for problem in row.errors.get(field.name, ())],
        "warnings": [_told(problem) for problem in row.warnings.get(field.name, ())],
    }


def _id(number: int, field: Field) -> str:
    return f"r{number}-{field.name}"


def _told(problem: Problem) -> dict[str, str]:
    other = problem.params.get("organization")
    return {"sentence": problem.sentence(), "url": reverse("organizations:detail", args=[other]) if other else ""}


def problems_in(rows: Iterable[Typed]) -> list[dict[str, str]]:
    """For the summary above the grid, row by row."""
    return [
        {"id": _id(number, field), "label": label_of(field, number), "sentence": problem.sentence()}
        for number, row in enumerate(rows, start=1)
        for field in FIELDS
        for problem in row.errors.get(field.name, ())
    ]
