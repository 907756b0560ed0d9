"""The verbs on which organizations are in which group: one statement moves them, raises versions and writes events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.models import new_id
from accounts.refusals import Refused
from accounts.roles import Permission
from events.log import record
from events.models import Kind
from groups.access import lock_group
from groups.changes import delete_group, forget_group, hide_group
from groups.models import Group
from jobs.work import Turn, enqueue
from organizations.models import GroupMembership, Organization, OrganizationQuerySet
from organizations.problems import Problem

DISSOLVE: Final = "organizations.empty_deleted_group"
AT_ONCE: Final = 2_000  # organizations; more would keep a person waiting

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
    SELECT %(reseller)s, %(kind)s, public_id, %(actor)s::uuid, %(label)s, %(batch)s::uuid,
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
    """Delete a group. Its organizations stay, archived ones too; returns how many it held.

    From a large one they are taken out in the background; until then it is hidden, and nobody sees through it.
    """
    actor.require(Permission.GROUPS_EDIT)
    with transaction.atomic():
        now = lock_group(actor, group, to_delete=True)
        held = _held(now)
        count = held.count()
        if count > AT_ONCE:
            hide_group(actor, now, held=count)
            enqueue(DISSOLVE, reseller_id=actor.reseller.pk, object_id=now.pk)
        else:
            _remove(actor, now, list(held))
            delete_group(actor, now)
    return count


def empty_deleted_group(turn: Turn) -> None:
    """What a worker does with a group that was hidden. That it goes was decided and recorded; this carries it out."""
    while not (turn.is_finished or turn.is_over):
        with turn.step():
            group = Group.deleted.filter(reseller_id=turn.reseller_id, pk=turn.object_id).first()
            if group is None:
                turn.finish()
            elif ids := list(_held(group)[:AT_ONCE]):
                by = group.deleted_by
                author = Author(by["id"], by["label"], by["batch"])
                _move(author, _REMOVE, Kind.ORGANIZATION_UNGROUPED, group, ids)
            else:
                forget_group(group)
                turn.finish()


def get_dissolving(actor: Actor) -> list[tuple[Group, int]]:
    """The reseller's groups that are being emptied, each with how many organizations have been taken out."""
    if not actor.can(Permission.GROUPS_EDIT):
        return []
    groups = Group.deleted.filter(reseller=actor.reseller).order_by("deleted_at", "id")
    return [(group, max(group.held_at_deletion - _held(group).count(), 0)) for group in groups]


def _held(group: Group) -> QuerySet[GroupMembership, int]:
    """The ids of the organizations in a group, archived ones too."""
    inside = GroupMembership.objects.filter(reseller_id=group.reseller_id, group=group)
    return inside.order_by("organization_id").values_list("organization_id", flat=True)


def _locked(actor: Actor, group: Group) -> Group:
    actor.require(Permission.GROUPS_EDIT)
    return lock_group(actor, group)


def _open(actor: Actor, selection: OrganizationQuerySet) -> list[int]:
    """The ids of those that may be changed: seen by the actor, and not archived."""
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(archived_at=None)
    return list(permitted.filter(pk__in=selection.order_by().values("pk")).values_list("pk", flat=True))


def _add(actor: Actor, group: Group, ids: Sequence[int]) -> int:
    return _move_and_sum_up(actor, _ADD, Kind.ORGANIZATION_GROUPED, Kind.GROUP_MEMBERS_ADDED, group, ids)


def _remove(actor: Actor, group: Group, ids: Sequence[int]) -> int:
    return _move_and_sum_up(actor, _REMOVE, Kind.ORGANIZATION_UNGROUPED, Kind.GROUP_MEMBERS_REMOVED, group, ids)


def _move_and_sum_up(actor: Actor, sql: str, kind: Kind, summary: Kind, group: Group, ids: Sequence[int]) -> int:
    """An event on each organization that moved, and one on the group; they share a batch."""
    batch_id = new_id()
    count = _move(Author(str(actor.public_id), actor.label, str(batch_id)), sql, kind, group, ids)
    if count:
        record(actor, summary, group.public_id, batch_id=batch_id, details={"count": count})
    return count


@dataclass(frozen=True)
class Author:
    """By whom and in which batch events say that something was done."""

    public_id: str
    label: str
    batch_id: str


def _move(author: Author, sql: str, kind: Kind, group: Group, ids: Sequence[int]) -> int:
    params: dict[str, Any] = {
        "reseller": group.reseller_id,
        "ids": list(ids),
        "group": group.pk,
        "group_id": str(group.public_id),
        "name": group.name,
        "kind": kind.value,
        "actor": author.public_id,
        "label": author.label,
        "batch": author.batch_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        count: int = cursor.fetchone()[0]
    return count
