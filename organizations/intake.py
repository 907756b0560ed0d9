"""The one door-keeper: every organization, from every door, comes through here."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db import IntegrityError, connection, transaction

from accounts.actors import Actor
from accounts.models import new_id
from accounts.roles import Permission
from events.models import Kind
from organizations import checking, fields, rules
from organizations.access import Ground, get_ground
from organizations.batches import STORED, Batch, given, record_of
from organizations.fields import NAMES, DecimalMark, Reading, Row
from organizations.models import Organization, Source
from organizations.problems import Problem

PERMISSIONS: Final = {
    Source.FORM: Permission.ORGANIZATIONS_CREATE,
    Source.GRID: Permission.ORGANIZATIONS_CREATE_MANY,
    Source.IMPORT: Permission.ORGANIZATIONS_CREATE_MANY,
    Source.API: Permission.ORGANIZATIONS_CREATE,
    Source.CSP: Permission.TENANTS_EDIT,
}
# Programs write amounts as JSON and Python do; people and files may mean a comma.
DECIMAL_MARKS: Final = {Source.API: DecimalMark.POINT}

_COLUMNS: Final = ", ".join(STORED)
# One statement writes records, group memberships and events. All insert in the order of domains: batches with the same
# customers wait for each other and never deadlock.
_CREATE: Final = f"""
WITH batch AS ({{batch}}),
created AS (
    INSERT INTO organizations_organization
        (reseller_id, source, created_by_id, created_at, updated_at, version, {_COLUMNS})
    SELECT %(reseller)s, %(source)s, %(user)s, now(), now(), 1, {_COLUMNS} FROM batch ORDER BY primary_domain
    {{on_conflict}}
    RETURNING id, public_id
),
joined AS (
    INSERT INTO organizations_groupmembership (reseller_id, organization_id, group_id)
    SELECT %(reseller)s, created.id, chosen FROM created CROSS JOIN unnest(%(groups)s::bigint[]) AS chosen
),
logged AS (
    INSERT INTO events_event (reseller_id, kind, subject_id, actor_id, actor_label, batch_id, details, at)
    SELECT %(reseller)s, '{Kind.ORGANIZATION_CREATED.value}', public_id, %(actor)s, %(label)s, %(batch)s,
           %(details)s::jsonb, statement_timestamp() FROM created
)
SELECT (SELECT count(*) FROM created), {{lost}}
"""
_NONE_LOST: Final = "'{}'::uuid[]"
_LOST: Final = "ARRAY(SELECT public_id FROM batch EXCEPT SELECT public_id FROM created)"
_CHANGE: Final = f"""
WITH batch AS ({{batch}})
UPDATE organizations_organization AS changed
SET version = version + 1, updated_at = now(), {", ".join(f"{name} = batch.{name}" for name in STORED[1:])}
FROM batch WHERE changed.reseller_id = %(reseller)s AND changed.public_id = batch.public_id
RETURNING changed.public_id
"""


class Written(NamedTuple):
    """How many records of a batch were created, and the public ids of those that were not."""

    created: int
    lost: frozenset[uuid.UUID]


@dataclass(frozen=True)
class Outcome:
    """What became of one row: the record's public id if it was created, else the errors by field."""

    row: Row
    public_id: uuid.UUID | None
    errors: dict[str, list[Problem]] = field(default_factory=dict)


def reading_for(actor: Actor, source: Source = Source.IMPORT) -> Reading:
    """How this reseller's new rows are read, before a file says otherwise."""
    return Reading(
        country=actor.reseller.country,
        decimal_mark=DECIMAL_MARKS.get(source, DecimalMark.UNSETTLED),
        mandatory=fields.MANDATORY | rules.also_mandatory(actor),
    )


def create_organizations(
    actor: Actor,
    rows: Sequence[Mapping[str, str]],
    *,
    source: Source,
    groups: Sequence[uuid.UUID | str] = (),
    batch_id: uuid.UUID | None = None,
    ids: Sequence[uuid.UUID] = (),
) -> list[Outcome]:
    """Create an organization from every good row of texts; answer for each row, in order.

    `ids` are the public ids that the rows will have, each only once; what exists under one counts as created, so that
    the same rows sent twice get the same answer twice.
    Raises PermissionDenied for a role that may not use this door, NoGround for groups it may not create in.
    """
    actor.require(PERMISSIONS[source])
    ground = get_ground(actor, groups)
    reading = reading_for(actor, source)
    read = [check_row(actor, [row.get(name, "") for name in NAMES], reading) for row in rows]
    named = zip(ids or [new_id() for _ in read], read, strict=True)
    records = [(number, *record_of(public_id, row)) for number, (public_id, row) in enumerate(named, start=1)]
    errors = _errors(actor, read, given(records))
    good = [record for record, row_errors in zip(records, errors, strict=True) if not row_errors]
    lost = create_batch(actor, given(good), source=source, ground=ground, batch_id=batch_id).lost
    if lost:
        lost -= created_before(actor, lost)
        _explain(actor, [record for record in good if record[1] in lost], errors)
    return [
        Outcome(row, None if row_errors else record[1], row_errors)
        for row, record, row_errors in zip(read, records, errors, strict=True)
    ]


def created_before(actor: Actor, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of the ids are records already: of what was lost, rows that somebody has written in the meantime."""
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    return set(seen.filter(public_id__in=ids).values_list("public_id", flat=True))


def _explain(actor: Actor, lost: Sequence[tuple[Any, ...]], errors: list[dict[str, list[Problem]]]) -> None:
    """Tell every row that was good and yet was not created why; the reason may be gone again."""
    for conflict in rules.get_conflicts(actor, given(lost)) if lost else ():
        errors[conflict.number - 1].setdefault(conflict.field, []).append(conflict.problem)
    for number, *_ in lost:
        if not errors[number - 1]:
            errors[number - 1] = {"name": [Problem("not_created")]}


def check_row(actor: Actor, cells: Sequence[str], reading: Reading) -> Row:
    """Everything that can be said of a row without the database."""
    return checking.check_row(cells, reading, may_approve=actor.can(Permission.APPROVAL_EDIT))


def create_batch(
    actor: Actor, batch: Batch, *, source: Source, ground: Ground, batch_id: uuid.UUID | None = None
) -> Written:
    """Write a batch of checked rows with one statement.

    What is lost lost a race for its domain or customer number, or was created before. Looking out for such rows costs
    as much as an index, so that is done only where one turned up.
    """
    actor.require(PERMISSIONS[source])
    written = {
        "reseller": actor.reseller.pk,
        "source": source.value,
        "user": actor.user_id,
        "groups": ground.group_ids,
        "actor": actor.public_id,
        "label": actor.label,
        "batch": batch_id,
        "details": json.dumps({"source": source.value}),
    }
    sql, params = _named(batch, written)
    try:
        with transaction.atomic():
            return _create(_CREATE.format(batch=sql, on_conflict="", lost=_NONE_LOST), params)
    except IntegrityError:
        return _create(_CREATE.format(batch=sql, on_conflict="ON CONFLICT DO NOTHING", lost=_LOST), params)


def _create(sql: str, params: Mapping[str, Any]) -> Written:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        created, lost = cursor.fetchone()
        return Written(created, frozenset(lost))


def change_batch(actor: Actor, batch: Batch) -> set[uuid.UUID]:
    """Write the batch's values into the records that have its public ids; the caller has locked and compared them.

    Raises IntegrityError, with nothing written, when another record took one of the unique values meanwhile.
    """
    actor.require(Permission.ORGANIZATIONS_EDIT)
    sql, params = _named(batch, {"reseller": actor.reseller.pk})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CHANGE.format(batch=sql), params)
        return {public_id for (public_id,) in cursor}


def _named(batch: Batch, written: Mapping[str, object]) -> tuple[str, dict[str, Any]]:
    """The batch's positional parameters under names, since a statement takes only one kind."""
    parts = batch.sql.split("%s")
    sql = "".join(f"{part}%(batch_{n})s" for n, part in enumerate(parts[:-1])) + parts[-1]
    return sql, {**written, **{f"batch_{n}": value for n, value in enumerate(batch.params)}}


def _errors(actor: Actor, rows: Sequence[Row], batch: Batch) -> list[dict[str, list[Problem]]]:
    errors = [{name: list(problems) for name, problems in row.errors.items()} for row in rows]
    for conflict in rules.get_conflicts(actor, batch) if rows else ():
        errors[conflict.number - 1].setdefault(conflict.field, []).append(conflict.problem)
    return errors
