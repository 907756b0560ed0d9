"""A pasted list of domains or customer numbers becomes organizations; what names none, or two, is told by its line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Permission
from organizations import fields
from organizations.fields import Reading
from organizations.models import Organization, OrganizationQuerySet

MOST_LINES: Final = 5_000
LONGEST: Final = 1_000  # characters of a line; more is no domain and no number
SHOWN: Final = 60
_SEPARATORS: Final = re.compile(r"[;,|\t]")
_READING: Final = Reading(mandatory=frozenset())


class TooLong(Exception):
    """More lines than a page should work on."""


@dataclass(frozen=True)
class Trouble:
    """Why something on a line names no organization that could be moved."""

    line: int
    sentence: str


@dataclass(frozen=True)
class Pasted:
    """The organizations that were named, and what was not understood."""

    rows: OrganizationQuerySet
    count: int
    troubles: list[Trouble]


@dataclass(frozen=True)
class _Keys:
    """What a text is as a domain and as a customer number; blank where it can't be one."""

    domain: str
    number: str


def read_list(actor: Actor, text: str) -> Pasted:
    """Raises TooLong. A line is tried as one number, which may hold anything, then in its parts, then word by word."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise TooLong
    known = _Known(actor, [piece for line in lines for piece in _pieces(line[:LONGEST])])
    troubles: list[Trouble] = []
    found: set[int] = set()
    for number, line in enumerate(lines, start=1):
        for piece in known.best(line[:LONGEST].strip()):
            answer = known.answer(piece)
            if isinstance(answer, str):
                troubles.append(Trouble(number, answer))
            else:
                found.add(answer)
    rows = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(pk__in=found)
    return Pasted(rows, len(found), troubles)


def _pieces(line: str) -> Iterator[str]:
    """Everything on the line that may be one domain or number."""
    for part in dict.fromkeys([line, *_SEPARATORS.split(line)]):
        if part.strip():
            yield part.strip()
            yield from part.split()


class _Known:
    """The reseller's organizations that pieces of a list name, asked for at once."""

    def __init__(self, actor: Actor, pieces: Sequence[str]) -> None:
        self.keys = {piece: _keys(piece) for piece in dict.fromkeys(pieces)}
        self.domains = self._find(actor, "primary_domain", {keys.domain for keys in self.keys.values()})
        self.numbers = self._find(actor, "customer_number_key", {keys.number for keys in self.keys.values()})

    @staticmethod
    def _find(actor: Actor, column: str, wanted: set[str]) -> dict[str, Any]:
        seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
        rows = seen.filter(**{f"{column}__in": wanted - {""}}).only("pk", "name", "archived_at", column)
        return {getattr(row, column): row for row in rows}

    def best(self, line: str) -> list[str]:
        """The line if it is a number, else its parts, each whole or in words, whichever names something."""
        if not line or self.keys[line].number in self.numbers:
            return [line] * bool(line)
        parts = [part.strip() for part in _SEPARATORS.split(line) if part.strip()]
        return [piece for part in parts for piece in self._words(part)]

    def _words(self, part: str) -> list[str]:
        words = part.split()
        return words if not self.names(part) and any(map(self.names, words)) else [part]

    def names(self, piece: str) -> bool:
        keys = self.keys[piece]
        return keys.domain in self.domains or keys.number in self.numbers

    def answer(self, piece: str) -> int | str:
        """The organization's key, or why there is none."""
        keys, words = self.keys[piece], {"value": piece[:SHOWN] + "…" * (len(piece) > SHOWN)}
        by_domain, by_number = self.domains.get(keys.domain), self.numbers.get(keys.number)
        found = by_domain or by_number
        if found is None:
            return _("“%(value)s” is no domain or customer number of an organization here.") % words
        if by_domain and by_number and by_domain.pk != by_number.pk:
            words |= {"one": by_domain.name, "other": by_number.name}
            return _("“%(value)s” is the domain of %(one)s and the customer number of %(other)s.") % words
        if found.archived_at is not None:
            return _("“%(value)s” is %(name)s, which is archived.") % (words | {"name": found.name})
        return int(found.pk)


def _keys(piece: str) -> _Keys:
    domain = fields.read_value("primary_domain", piece, _READING)
    number = fields.read_value("customer_number", piece, _READING)
    return _Keys(str(domain.value or ""), fields.number_key(str(number.value or "")))
