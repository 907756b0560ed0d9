"""The verbs on organizations that exist: change, archive, restore, erase; on one, or on all of a selection."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.actors import Actor
from accounts.roles import Permission
from events.log import record, record_many
from events.models import Kind
from organizations import fields, rules
from organizations.batches import STORED, given, record_of
from organizations.checking import APPROVAL
from organizations.fields import NAMES, DecimalMark, Reading, Row, text_of, written
from organizations.intake import Outcome
from organizations.models import Organization, OrganizationQuerySet
from organizations.problems import Problem

CHUNK: Final = 2_000


class Refused(Exception):
    """The record is not in a state in which this may be done to it (409); `problem` says why."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, params)


def texts_of(organization: Organization) -> dict[str, str]:
    """The seventeen values as a file or a form would write them."""
    return {name: text_of(name, getattr(organization, name)) for name in NAMES}


def written_texts_of(organization: Organization) -> dict[str, str]:
    """The same as the reader's language writes them, for a form."""
    return {name: written(name, getattr(organization, name)) for name in NAMES}


def change_organization(
    actor: Actor,
    organization: Organization,
    texts: Mapping[str, str],
    *,
    version: int,
    decimal_mark: DecimalMark = DecimalMark.UNSETTLED,
) -> Outcome:
    """Change the named fields. Raises Refused when it is archived, or was changed since `version`.

    Fields that a reseller made mandatory bind creation only: old records stay editable.
    """
    actor.require(Permission.ORGANIZATIONS_EDIT)
    with transaction.atomic():
        current = _locked(actor, organization, Permission.ORGANIZATIONS_EDIT)
        if current.archived_at is not None:
            raise Refused("is_archived", name=current.name)
        if current.version != version:
            raise Refused("changed_meanwhile", name=current.name)
        reading = Reading(country=actor.reseller.country, decimal_mark=decimal_mark)
        before, after = merge(actor, current, texts, reading)
        return _write(actor, current, before, after)


def _locked(actor: Actor, organization: Organization, permission: Permission) -> Organization:
    return Organization.objects.permitted(actor, permission).select_for_update().get(pk=organization.pk)


def merge(actor: Actor, current: Organization, texts: Mapping[str, str], reading: Reading) -> tuple[Row, Row]:
    """The record as it is, and as it will be with the named fields changed; what is wrong with it is in the second.

    `reading` says how the texts are meant; the record's own are as files of ours write them. What a reseller made
    mandatory binds creation only.
    """
    known = texts_of(current)
    named = {name: text for name, text in texts.items() if name in NAMES}
    own = Reading(country=reading.country, decimal_mark=DecimalMark.POINT)
    before = fields.read_row([known[name] for name in NAMES], own)
    if "approval_limit" in named:
        own = replace(own, decimal_mark=reading.decimal_mark)
    if "billing_start_date" in named:
        own = replace(own, date_order=reading.date_order)
    after = fields.read_row([(known | named)[name] for name in NAMES], own)
    rules.check_role(actor, after, before)
    return before, after


def changes_between(before: Row, after: Row) -> dict[str, list[str]]:
    """Each field that differs: its text before and after, as events keep them."""
    both = {name: [text_of(name, before[name]), text_of(name, after[name])] for name in NAMES}
    return {name: texts for name, texts in both.items() if texts[0] != texts[1]}


def _write(actor: Actor, current: Organization, before: Row, after: Row) -> Outcome:
    values = record_of(current.public_id, after)
    errors = {name: list(problems) for name, problems in after.errors.items()}
    if not errors and after.values == before.values:
        return Outcome(after, current.public_id)
    errors |= _conflicts(actor, values)
    if not errors:
        errors = _save(actor, current, values)
    if errors:
        return Outcome(after, None, errors)
    details = {"changes": changes_between(before, after)}
    record(actor, Kind.ORGANIZATION_CHANGED, current.public_id, details=details)
    return Outcome(after, current.public_id)


def _save(actor: Actor, current: Organization, values: tuple[Any, ...]) -> dict[str, list[Problem]]:
    """Write the values; a race that is lost to another record becomes its sentence."""
    for name, value in zip(STORED, values, strict=True):
        setattr(current, name, value)
    current.version += 1
    current.updated_at = timezone.now()
    try:
        with transaction.atomic():
            current.save(update_fields=[*STORED, "version", "updated_at"])
    except IntegrityError:
        return _conflicts(actor, values)
    return {}


def _conflicts(actor: Actor, values: tuple[Any, ...]) -> dict[str, list[Problem]]:
    return {found.field: [found.problem] for found in rules.get_conflicts(actor, given([(1, *values)]))}


def archive_organizations(actor: Actor, selection: OrganizationQuerySet) -> int:
    """Hide the selected organizations from lists; groups and links stay. Returns how many were not archived before."""
    actor.require(Permission.ORGANIZATIONS_ARCHIVE)
    return _set_archived(actor, selection.filter(archived_at=None), Kind.ORGANIZATION_ARCHIVED)


def restore_organizations(actor: Actor, selection: OrganizationQuerySet) -> int:
    """Bring archived organizations back with everything they had. Returns how many were archived."""
    actor.require(Permission.ORGANIZATIONS_ARCHIVE)
    return _set_archived(actor, selection.exclude(archived_at=None).filter(erased_at=None), Kind.ORGANIZATION_RESTORED)


def _set_archived(actor: Actor, selection: OrganizationQuerySet, kind: Kind) -> int:
    def change(rows: Sequence[Organization]) -> list[tuple[uuid.UUID, dict[str, Any]]]:
        archived_at = timezone.now() if kind == Kind.ORGANIZATION_ARCHIVED else None
        _update(actor, rows, archived_at=archived_at)
        return [(row.public_id, {}) for row in rows]

    return _in_chunks(actor, selection, kind, change)


def set_values(actor: Actor, selection: OrganizationQuerySet, texts: Mapping[str, str]) -> tuple[int, Row]:
    """Give all selected organizations the same approval settings or billing start date.

    Returns how many changed, and the row that was read: with errors in it, nothing was written.
    """
    actor.require(Permission.ORGANIZATIONS_EDIT)
    if set(texts) & set(APPROVAL):
        actor.require(Permission.APPROVAL_EDIT)
    reading = Reading(country=actor.reseller.country, mandatory=frozenset())
    row = fields.read_row([texts.get(name, "") for name in NAMES], reading)
    if row.errors:
        return 0, row
    wanted = {name: row[name] for name in texts}

    def change(rows: Sequence[Organization]) -> list[tuple[uuid.UUID, dict[str, Any]]]:
        differing = [row for row in rows if any(getattr(row, name) != value for name, value in wanted.items())]
        _update(actor, differing, **wanted)
        return [(row.public_id, {"changes": _changes(row, wanted)}) for row in differing]

    return _in_chunks(actor, selection.filter(archived_at=None), Kind.ORGANIZATION_CHANGED, change), row


def _changes(row: Organization, wanted: Mapping[str, Any]) -> dict[str, list[str]]:
    both = {name: [text_of(name, getattr(row, name)), text_of(name, value)] for name, value in wanted.items()}
    return {name: texts for name, texts in both.items() if texts[0] != texts[1]}


def _update(actor: Actor, rows: Sequence[Organization], **values: Any) -> None:
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    changed = permitted.filter(pk__in=[row.pk for row in rows])
    changed.update(**values, version=F("version") + 1, updated_at=timezone.now())


def raise_version(actor: Actor, organization: Organization) -> None:
    """For verbs that change what belongs to a record and not the record itself."""
    _update(actor, [organization])


Changed = list[tuple[uuid.UUID, dict[str, Any]]]


def _in_chunks(
    actor: Actor, selection: OrganizationQuerySet, kind: Kind, change: Callable[[Sequence[Organization]], Changed]
) -> int:
    """Change the selection, locked, a chunk at a time in the caller's transaction, with an event for each record."""
    total = 0
    with transaction.atomic():
        ids = list(selection.order_by("pk").values_list("pk", flat=True))
        for chunk in _chunks(iter(ids)):
            rows = list(selection.select_for_update().filter(pk__in=chunk).order_by("pk"))
            changed = change(rows)
            record_many(actor, kind, changed)
            total += len(changed)
    return total


def _chunks(ids: Iterator[int]) -> Iterator[list[int]]:
    while chunk := list(islice(ids, CHUNK)):
        yield chunk


def remove_organizations(actor: Actor, records: Sequence[Organization], *, batch_id: uuid.UUID) -> int:
    """Delete records that the caller has locked, as if they had never come; the log keeps all their values."""
    actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    if not records:
        return 0
    happened = [
        (row.public_id, {"name": row.name, "values": {name: text for name, text in texts_of(row).items() if text}})
        for row in records
    ]
    record_many(actor, Kind.ORGANIZATION_REMOVED, happened, batch_id=batch_id)
    mine = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    mine.filter(pk__in=[row.pk for row in records]).delete()
    return len(records)


def erase_organization(actor: Actor, organization: Organization) -> None:
    """Remove an archived record's personal data for good; ids, dates and kinds of events stay."""
    actor.require(Permission.ORGANIZATIONS_ARCHIVE)
    with transaction.atomic():
        current = _locked(actor, organization, Permission.ORGANIZATIONS_ARCHIVE)
        if current.archived_at is None:
            raise Refused("not_archived", name=current.name)
        blank = fields.read_row([""] * len(NAMES), Reading(mandatory=frozenset()))
        erased = ("name", f"erased-{current.public_id}"), ("primary_domain", f"{current.public_id}.erased.invalid")
        values = dict(zip(STORED, record_of(current.public_id, blank), strict=True)) | dict(erased)
        values |= {"sort_name": "", "search_text": str(current.public_id), "erased_at": timezone.now()}
        for name, value in values.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        with connection.cursor() as cursor:
            cursor.execute("SELECT erase_event_values(%s)", [current.public_id])
        record(actor, Kind.ORGANIZATION_ERASED, current.public_id)
