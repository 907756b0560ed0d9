"""Create or update: rows that find their record change it, the others become new ones; equal rows change nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.models import new_id
from accounts.roles import Permission
from events.log import record_many
from events.models import Kind
from organizations import fields, rules
from organizations.access import get_ground
from organizations.batches import given, record_of
from organizations.changes import changes_between, merge
from organizations.fields import NAMES, Reading, Row
from organizations.intake import PERMISSIONS, change_batch, check_row, create_batch, reading_for
from organizations.models import Organization, Source
from organizations.problems import Problem

Errors = dict[str, list[Problem]]


class Mode(StrEnum):
    """How a row finds its record, if not by its id: not at all, by customer number and then domain, or by number."""

    CREATE = "create"
    UPSERT = "upsert"
    BY_NUMBER = "by_number"


class Action(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass
class Put:
    """One row on its way: its texts, the record it found, and what became of it. A field it doesn't name is kept.

    `wanted_id` names the record before every other key; `blanks` are texts for what a new record would leave blank.
    """

    number: int
    texts: Mapping[str, str]
    wanted_id: uuid.UUID | None = None
    new_id: uuid.UUID | None = None
    blanks: Mapping[str, str] = field(default_factory=dict)
    current: Organization | None = None
    before: Row | None = None
    row: Row | None = None
    public_id: uuid.UUID | None = None
    errors: Errors = field(default_factory=dict)
    action: Action = Action.FAILED

    @property
    def is_new(self) -> bool:
        return self.current is None

    @property
    def differs(self) -> bool:
        return self.row is not None and self.before is not None and self.row.values != self.before.values

    @property
    def values(self) -> tuple[object, ...]:
        assert self.row is not None and self.public_id is not None
        return (self.number, *record_of(self.public_id, self.row))


class NothingWritten(Exception):
    """All or nothing was asked for, and some rows have errors; `puts` says which."""

    def __init__(self, puts: Sequence[Put]) -> None:
        super().__init__()
        self.puts = puts


def put_organizations(
    actor: Actor,
    rows: Sequence[Mapping[str, str]],
    *,
    source: Source,
    mode: Mode = Mode.UPSERT,
    groups: Sequence[uuid.UUID | str] = (),
    all_or_nothing: bool = False,
    batch_id: uuid.UUID | None = None,
) -> list[Put]:
    """Create or change an organization by every good row, found by customer number, then by domain; answers in order.

    Groups are those of the organizations that are created. Raises PermissionDenied, NoGround, NothingWritten.
    """
    actor.require(PERMISSIONS[source])
    puts = [Put(number, texts) for number, texts in enumerate(rows, start=1)]
    with transaction.atomic():
        plan(actor, puts, reading_for(actor, source), mode)
        if all_or_nothing and any(put.errors for put in puts):
            raise NothingWritten(puts)
        carry_out(actor, puts, source=source, groups=groups, batch_id=batch_id)
        if all_or_nothing and any(put.errors for put in puts):
            raise NothingWritten(puts)
    return puts


def plan(
    actor: Actor, puts: Sequence[Put], reading: Reading, mode: Mode = Mode.UPSERT, *, with_conflicts: bool = True
) -> None:
    """Find, lock and merge: afterwards each put says what it would do, or has errors. Nothing is written.

    Without conflicts, whether unique values are free is left to the caller, who knows more rows than these.
    """
    _find(actor, puts, mode)
    _read(actor, puts, reading)
    if any(put.differs for put in puts):
        actor.require(Permission.ORGANIZATIONS_EDIT)
    if with_conflicts:
        _mark_conflicts(actor, puts)
    for put in puts:
        put.action = _planned(put)


def _planned(put: Put) -> Action:
    if put.errors:
        return Action.FAILED
    if put.is_new:
        return Action.CREATED
    return Action.UPDATED if put.differs else Action.UNCHANGED


def carry_out(
    actor: Actor,
    puts: Sequence[Put],
    *,
    source: Source,
    groups: Sequence[uuid.UUID | str] = (),
    batch_id: uuid.UUID | None = None,
) -> None:
    """Do what was planned in this transaction; what loses a race meanwhile gets its errors."""
    _change(actor, puts, batch_id)
    _create(actor, puts, source, groups, batch_id)


def _find(actor: Actor, puts: Sequence[Put], mode: Mode) -> None:
    """Lock the records that the rows mean, in one order for everybody. Records that may not be seen are not found."""
    keys = [_keys(put.texts, mode) for put in puts]
    wanted = (
        Q(public_id__in={put.wanted_id for put in puts if put.wanted_id})
        | Q(customer_number_key__in={key for key, _ in keys if key})
        | Q(primary_domain__in={domain for _, domain in keys if domain})
    )
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    found = list(permitted.filter(wanted).select_for_update(of=("self",)).order_by("pk"))
    by_id = {row.public_id: row for row in found}
    by_number = {row.customer_number_key: row for row in found if row.customer_number_key}
    by_domain = {row.primary_domain: row for row in found}
    for put, (key, domain) in zip(puts, keys, strict=True):
        if put.wanted_id:
            put.current = by_id.get(put.wanted_id)
        else:
            put.current = by_number.get(key) or by_domain.get(domain)


def _keys(texts: Mapping[str, str], mode: Mode) -> tuple[str, str]:
    """Customer number and domain as records are found by them; empty where there is none or it has an error."""
    if mode is Mode.CREATE:
        return "", ""
    domain = "" if mode is Mode.BY_NUMBER else texts.get("primary_domain", "")
    return fields.number_key_of(texts.get("customer_number", "")), fields.domain_of(domain)


def _read(actor: Actor, puts: Sequence[Put], reading: Reading) -> None:
    for put in puts:
        if put.current is None:
            put.public_id = put.new_id or new_id()
            put.row = check_row(actor, [put.texts.get(name) or put.blanks.get(name, "") for name in NAMES], reading)
        else:
            put.public_id = put.current.public_id
            put.before, put.row = merge(actor, put.current, put.texts, reading)
        put.errors = {name: list(problems) for name, problems in put.row.errors.items()} | put.errors
        if put.current is None and put.wanted_id:
            put.errors["organization_id"] = [Problem("id_unknown", {"value": str(put.wanted_id)})]
        if put.current is not None and put.current.archived_at is not None:
            put.errors = {_matched_by(put): [_archived(put.current)]}


def _matched_by(put: Put) -> str:
    assert put.current is not None
    key = fields.number_key_of(put.texts.get("customer_number", ""))
    return "customer_number" if key and key == put.current.customer_number_key else "primary_domain"


def _archived(current: Organization) -> Problem:
    params = {"name": current.name, "organization": str(current.public_id), "value": current.name}
    return Problem("archived", params)


def _mark_conflicts(actor: Actor, puts: Sequence[Put]) -> None:
    """Unique values, among the rows and against other records."""
    by_number = {put.number: put for put in puts}
    found = rules.get_conflicts(actor, given([put.values for put in puts])) if puts else []
    for conflict in found:
        errors = by_number[conflict.number].errors
        if not any(problem.code == "archived" for problems in errors.values() for problem in problems):
            errors.setdefault(conflict.field, []).append(conflict.problem)


def _change(actor: Actor, puts: Sequence[Put], batch_id: uuid.UUID | None) -> None:
    changed = [put for put in puts if put.action is Action.UPDATED]
    if not changed:
        return
    try:
        change_batch(actor, given([put.values for put in changed]))
    except IntegrityError:
        changed = [put for put in changed if _change_alone(actor, put)]
    happened = [(put.public_id, {"changes": _changes(put)}) for put in changed if put.public_id is not None]
    record_many(actor, Kind.ORGANIZATION_CHANGED, happened, batch_id=batch_id)


def _change_alone(actor: Actor, put: Put) -> bool:
    """After a lost race, row by row: the one that lost gets its sentence."""
    try:
        change_batch(actor, given([put.values]))
        return True
    except IntegrityError:
        put.action = Action.FAILED
        conflicts = rules.get_conflicts(actor, given([(1, *put.values[1:])]))
        put.errors = {found.field: [found.problem] for found in conflicts} or LOST
        return False


LOST: Final[Errors] = {"row": [Problem("not_created")]}


def _changes(put: Put) -> dict[str, list[str]]:
    assert put.before is not None and put.row is not None
    return changes_between(put.before, put.row)


def _create(
    actor: Actor, puts: Sequence[Put], source: Source, groups: Sequence[uuid.UUID | str], batch_id: uuid.UUID | None
) -> None:
    if not any(put.is_new for put in puts):
        return
    ground = get_ground(actor, groups)
    good = [put for put in puts if put.action is Action.CREATED]
    written = create_batch(actor, given([put.values for put in good]), source=source, ground=ground, batch_id=batch_id)
    lost = [put for put in good if put.public_id in written.lost]
    _mark_conflicts(actor, lost)
    for put in lost:
        put.action, put.errors = Action.FAILED, put.errors or LOST
