"""Staged problems as sentences for whoever looks at them now: what that person may not see is not named."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.actors import Actor
from imports.unreadable import SENTENCES, sentence
from organizations.problems import Problem
from organizations.rules import told

Stored = Mapping[str, list[dict[str, Any]]]
Sentences = dict[str, list[str]]


def sentences_of(actor: Actor, stored: Iterable[Stored | None]) -> list[Sentences]:
    """For each row the sentences by field; one query for all rows that name other organizations."""
    rows = [[(name, Problem.from_json(p)) for name, found in (row or {}).items() for p in found] for row in stored]
    told_problems = iter(told(actor, [found for row in rows for found in row]))
    return [_by_field([(name, next(told_problems)) for name, _ in row]) for row in rows]


def _by_field(problems: list[tuple[str, Problem]]) -> Sentences:
    found: Sentences = {}
    for name, problem in problems:
        found.setdefault(name, []).append(_sentence(problem))
    return found


def _sentence(problem: Problem) -> str:
    return sentence(problem.code, problem.params) if problem.code in SENTENCES else problem.sentence()
