"""From a person to an export, and from an export to the organizations that it may hold for that person today."""

import uuid

from django.http import Http404, QueryDict

from accounts.actors import Actor
from accounts.roles import Permission
from exports.models import Export, ExportQuerySet
from organizations.listing import Asked, find
from organizations.models import OrganizationQuerySet


def get_exports(actor: Actor) -> ExportQuerySet:
    return Export.objects.permitted(actor)


def get_export(actor: Actor, public_id: uuid.UUID | str) -> Export:
    found = get_exports(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def sees_as_much(actor: Actor, export: Export) -> bool:
    """Whether the actor still has the sight with which the export was asked for, or more."""
    if not actor.can(Permission.ORGANIZATIONS_SEE):
        return False
    if actor.group_ids is None:
        return True
    return export.group_ids is not None and actor.group_ids >= set(export.group_ids)


def asked_of(actor: Actor, export: Export) -> Asked | None:
    """The list that was asked for; None when the actor could not ask for it today, as when a group is gone."""
    query = QueryDict(mutable=True)
    query.update(export.asked)
    asked = Asked.of(actor, query)
    return asked if asked.narrowing == export.asked else None


def get_organizations(actor: Actor, export: Export) -> OrganizationQuerySet | None:
    """The organizations to export; None when the actor's sight has changed since."""
    asked = asked_of(actor, export)
    return find(actor, asked) if asked is not None and sees_as_much(actor, export) else None
