"""The verbs on which organizations are in which group: one statement moves them, raises versions and writes events."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import connection, transaction

from accounts.actors import Actor
from accounts.models import new_id
from accounts.refusals import Refused
from accounts.roles import Permission
from events.log import record
from events.models import Kind
from groups.access import lock_group
from groups.changes import delete_group
from groups.models import Group
from organizations.models import GroupMembership, Organization, OrganizationQuerySet
from organizations.problems import Problem

# Locked in the order of their keys: two selections that overlap wait for each other and never deadlock.
_MOVE: Final = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM organizations_organization
    WHERE reseller_id = %(reseller)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE
),
moved AS ({moved} RETURNING organization_id),
raised AS (
    UPDATE organizations_organization AS raised SET version = version + 1, updated_at = now()
    FROM moved WHERE raised.reseller_id = %(reseller)s AND raised.id = moved.organization_id
    RETURNING raised.public_id
),
logged AS (
    INSERT INTO events_event (reseller_id, kind, subject_id, actor_id, actor_label, batch_id, details, at)
    SELECT %(reseller)s, %(kind)s, public_id, %(actor)s, %(label)s, %(batch)s,
           jsonb_build_object('group', %(name)s::text, 'group_id', %(group_id)s::text), statement_timestamp()
    FROM raised
)
SELECT count(*) FROM raised
"""
_ADD: Final = _MOVE.format(
    moved="INSERT INTO organizations_groupmembership (reseller_id, organization_id, group_id)"
    " SELECT %(reseller)s, id, %(group)s FROM chosen ON CONFLICT DO NOTHING"
)
_REMOVE: Final = _MOVE.format(
    moved="DELETE FROM organizations_groupmembership AS old USING chosen"
    " WHERE old.reseller_id = %(reseller)s AND old.group_id = %(group)s AND old.organization_id = chosen.id"
)


def add_members(actor: Actor, group: Group, selection: OrganizationQuerySet) -> int:
    """Put the selected organizations into the group, archived ones excepted. Returns how many were not in it."""
    with transaction.atomic():
        return _add(actor, _locked(actor, group), _open(actor, selection))


def remove_members(actor: Actor, group: Group, selection: OrganizationQuerySet) -> int:
    """Take the selected organizations out of the group, archived ones excepted. Returns how many were in it."""
    with transaction.atomic():
        return _remove(actor, _locked(actor, group), _open(actor, selection))


def change_groups_of(
    actor: Actor, organization: Organization, *, add: Collection[Group], remove: Collection[Group]
) -> None:
    """Put one organization into some groups and out of others. Raises Refused when it is archived."""
    actor.require(Permission.GROUPS_EDIT)
    with transaction.atomic():
        ids = _open(
            actor, Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(pk=organization.pk)
        )
        if not ids:
            raise Refused(Problem("is_archived", {"name": organization.name}).sentence())
        for group in add:
            _add(actor, _locked(actor, group), ids)
        for group in remove:
            _remove(actor, _locked(actor, group), ids)


def dissolve_group(actor: Actor, group: Group) -> int:
    """Delete a group. Its organizations stay, archived ones too; returns how many it held."""
    actor.require(Permission.GROUPS_EDIT)
    with transaction.atomic():
        now = lock_group(actor, group, to_delete=True)
        held = GroupMembership.objects.filter(reseller=actor.reseller, group=now)
        count = _remove(actor, now, list(held.values_list("organization_id", flat=True)))
        delete_group(actor, now)
    return count


def _locked(actor: Actor, group: Group) -> Group:
    actor.require(Permission.GROUPS_EDIT)
    return lock_group(actor, group)


def _open(actor: Actor, selection: OrganizationQuerySet) -> list[int]:
    """The ids of those that may be changed: seen by the actor, and not archived."""
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(archived_at=None)
    return list(permitted.filter(pk__in=selection.order_by().values("pk")).values_list("pk", flat=True))


def _add(actor: Actor, group: Group, ids: Sequence[int]) -> int:
    return _move(actor, _ADD, Kind.ORGANIZATION_GROUPED, Kind.GROUP_MEMBERS_ADDED, group, ids)


def _remove(actor: Actor, group: Group, ids: Sequence[int]) -> int:
    return _move(actor, _REMOVE, Kind.ORGANIZATION_UNGROUPED, Kind.GROUP_MEMBERS_REMOVED, group, ids)


def _move(actor: Actor, sql: str, kind: Kind, summary: Kind, group: Group, ids: Sequence[int]) -> int:
    """An event on each organization that moved, and one on the group; they share a batch."""
    batch_id = new_id()
    params: dict[str, Any] = {
        "reseller": actor.reseller.pk,
        "ids": list(ids),
        "group": group.pk,
        "group_id": str(group.public_id),
        "name": group.name,
        "kind": kind.value,
        "actor": actor.public_id,
        "label": actor.label,
        "batch": batch_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        count: int = cursor.fetchone()[0]
    if count:
        record(actor, summary, group.public_id, batch_id=batch_id, details={"count": count})
    return count
