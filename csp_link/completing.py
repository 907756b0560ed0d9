"""The grid in which the tenants that lack something are completed: a row is a tenant, and its place never changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.http import QueryDict

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.refusals import Refused
from csp_link.access import get_tenants
from csp_link.assessing import reading_of, texts_of
from csp_link.linking import create_and_link
from csp_link.models import Standing, Tenant
from organizations.fields import NAMES, Reading, read_row
from organizations.problems import Problem

MOST_ROWS: Final = 50


@dataclass
class Line:
    tenant: Tenant
    texts: tuple[str, ...]
    errors: dict[str, list[Problem]] = field(default_factory=dict)
    warnings: dict[str, list[Problem]] = field(default_factory=dict)


@dataclass
class Completion:
    """Rows to show or to create; after an answer: those that are left, and how many went."""

    left: list[Line]
    created: int = 0

    @classmethod
    def offered(cls, actor: Actor) -> "Completion":
        rows = get_tenants(actor).standing(Standing.INCOMPLETE).order_by("list_order", "public_id")[:MOST_ROWS]
        reading = reading_of(actor.reseller)
        return cls([_offered(tenant, reading) for tenant in rows])

    @classmethod
    def posted(cls, actor: Actor, data: QueryDict) -> "Completion":
        """Each cell of a column has the column's name, and the tenants are in the order of the rows."""
        ids = [uuid_of(text) for text in data.getlist("tenant")[:MOST_ROWS]]
        known = {row.tenant_id: row for row in get_tenants(actor).filter(tenant_id__in=[i for i in ids if i])}
        columns = [[text.replace("\r\n", "\n") for text in data.getlist(name)] for name in NAMES]
        rows: Iterable[tuple[str, ...]] = zip(*columns, strict=False)
        pairs = zip(ids, rows, strict=False)
        return cls([Line(known[which], texts) for which, texts in pairs if which in known])


def complete(actor: Actor, wanted: Completion, groups: Sequence[str]) -> Completion:
    """Create and link row by row; a row that is refused stays, with what is wrong. Raises NoGround."""
    left: list[Line] = []
    created = 0
    for line in wanted.left:
        errors = _create(actor, line, groups)
        if errors is None:
            created += 1
        elif errors:
            line.errors = errors
            left.append(line)
    return Completion(left, created)


def _create(actor: Actor, line: Line, groups: Sequence[str]) -> dict[str, list[Problem]] | None:
    """The errors; None when it was created, and no errors for a tenant that somebody else has dealt with meanwhile."""
    try:
        outcome = create_and_link(actor, line.tenant, dict(zip(NAMES, line.texts, strict=True)), groups)
    except Refused:
        return {}
    line.warnings = {name: list(problems) for name, problems in outcome.row.warnings.items()}
    return {name: list(problems) for name, problems in outcome.errors.items()} if outcome.public_id is None else None


def _offered(tenant: Tenant, reading: Reading) -> Line:
    """With what is missing marked from the start."""
    known = texts_of(tenant)
    texts = tuple(known.get(name, "") for name in NAMES)
    row = read_row(texts, reading)
    return Line(tenant, texts, row.errors, row.warnings)
