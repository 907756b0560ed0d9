"""Rules that need the database, asked once per batch: whether a domain or customer number is free."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from accounts.actors import Actor
from accounts.roles import Permission
from organizations.batches import Batch
from organizations.checking import APPROVAL, refuse_approval
from organizations.fields import Row, shown
from organizations.models import Organization
from organizations.problems import Problem

# Fields that two organizations of a reseller can't share, and the column that compares them.
UNIQUE: Final = {"primary_domain": "primary_domain", "customer_number": "customer_number_key"}
_COMPARED: Final = ("number", "public_id", *dict.fromkeys([*UNIQUE, *UNIQUE.values()]))
CLASHES: Final = ("exists", "repeated")


@dataclass(frozen=True)
class Conflict:
    """A row whose value is not free: `repeated` (earlier in the batch), or another record's."""

    number: int
    field: str
    problem: Problem


def conflicts_query(batch: Batch, reseller_id: int) -> Batch:
    """SELECT number, field, code, params (jsonb) of every conflict of the batch, within itself and with what exists."""
    parts = [part for field, key in UNIQUE.items() for part in (_repeated(field, key), _existing(field, key))]
    compared = f"SELECT {', '.join(_COMPARED)}, {batch.kept} AS is_kept FROM ({batch.sql}) AS whole"
    sql = f"WITH batch AS MATERIALIZED ({compared}) {' UNION ALL '.join(parts)}"
    return Batch(sql, (*batch.params, *[reseller_id] * len(UNIQUE)))


def _repeated(field: str, key: str) -> str:
    return (
        f"SELECT number, '{field}' AS field, 'repeated' AS code, jsonb_build_object('first', first, 'value', {field})"
        f" AS params FROM batch JOIN (SELECT {key}, min(number) AS first FROM batch WHERE {key} <> ''"
        f" GROUP BY {key} HAVING count(*) > 1) AS again USING ({key}) WHERE number <> first"
    )


def _existing(field: str, key: str) -> str:
    return (
        f"SELECT batch.number, '{field}', 'exists', jsonb_build_object('organization', found.public_id, 'value',"
        f" batch.{field}) FROM batch JOIN organizations_organization AS found"
        f" ON found.reseller_id = %s AND found.{key} = batch.{key} AND batch.{key} <> ''"
        " AND found.public_id <> batch.public_id WHERE NOT batch.is_kept"
    )


def get_conflicts(actor: Actor, batch: Batch) -> list[Conflict]:
    """All conflicts of a batch that is small enough to be told in one answer, in words the actor may read."""
    query = conflicts_query(batch, actor.reseller.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT number, field, code, params::text FROM ({query.sql}) AS found ORDER BY 1, 2, 3", query.params
        )
        rows: list[Any] = cursor.fetchall()
    problems = told(actor, [(field, Problem(code, json.loads(params))) for _, field, code, params in rows])
    return [Conflict(number, field, problem) for (number, field, _, _), problem in zip(rows, problems, strict=True)]


def check_role(actor: Actor, row: Row, before: Row | None = None) -> None:
    """Add an error to a row that sets, or changes from `before`, approval for somebody whose role may not."""
    if not actor.can(Permission.APPROVAL_EDIT):
        refuse_approval(row, before)


def also_mandatory(actor: Actor) -> frozenset[str]:
    """What the reseller demands of new records beside our own three, but nothing that the actor's role may not set."""
    demanded = frozenset(actor.reseller.mandatory_fields)
    return demanded if actor.can(Permission.APPROVAL_EDIT) else demanded.difference(APPROVAL)


def told(actor: Actor, found: Iterable[tuple[str, Problem]]) -> list[Problem]:
    """The problems of fields in the words that this actor may read: only what they see is named, the rest is hidden.

    Domains are compared in ASCII and told in Unicode.
    """
    found = list(found)
    ids = {problem.params["organization"] for _, problem in found if problem.code == "exists"}
    seen = _seen(actor, ids) if ids else {}
    return [_told(field, problem, seen) if problem.code in CLASHES else problem for field, problem in found]


def _seen(actor: Actor, ids: set[Any]) -> dict[str, Organization]:
    rows = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(
        public_id__in=[UUID(i) for i in ids]
    )
    return {str(row.public_id): row for row in rows.only("public_id", "name", "archived_at")}


def _told(field: str, problem: Problem, seen: dict[str, Organization]) -> Problem:
    value = str(problem.params.get("value", ""))
    value = shown(field, value) if field in UNIQUE else value
    if problem.code == "repeated":
        return Problem("repeated", {**problem.params, "value": value})
    other = seen.get(str(problem.params["organization"]))
    if other is None:
        return Problem("taken_hidden", {"value": value})
    code = "archived" if other.archived_at else "taken"
    return Problem(code, {"name": other.name, "organization": str(other.public_id), "value": value})
