"""From a person to the connection, the tenants and their readings, as far as the person may see them."""

import uuid

from django.http import Http404

from accounts.actors import Actor
from accounts.roles import Permission
from csp_link.models import AutoLink, Connection, Sync, Tenant, TenantQuerySet
from organizations.pages import count_honestly, honest


def get_connection(actor: Actor) -> Connection | None:
    """The reseller's one; None while there is none, and for those who may not see it."""
    return Connection.objects.permitted(actor).first()


def get_tenants(actor: Actor) -> TenantQuerySet:
    return Tenant.objects.permitted(actor)


def get_tenant(actor: Actor, tenant_id: uuid.UUID | str, permission: Permission = Permission.TENANTS_SEE) -> Tenant:
    """By Microsoft's id. What may not be seen does not exist; what may not be done is 403."""
    found = get_tenants(actor).select_related("organization").filter(tenant_id=tenant_id).first()
    if found is None:
        raise Http404
    actor.require(permission)
    return found


def get_auto_link(
    actor: Actor, public_id: uuid.UUID | str, permission: Permission = Permission.TENANTS_SEE
) -> AutoLink:
    found = AutoLink.objects.permitted(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    actor.require(permission)
    return found


def get_last_auto_link(actor: Actor) -> AutoLink | None:
    return AutoLink.objects.permitted(actor).order_by("-created_at", "-id").first()


def count_open(actor: Actor) -> str:
    """How many tenants wait for somebody, in words; blank for none."""
    count, is_more = count_honestly(get_tenants(actor).open())
    return honest(count, is_more) if count else ""


def get_last_sync(actor: Actor) -> Sync | None:
    return Sync.objects.permitted(actor).order_by("-created_at", "-id").first()


def get_sync(actor: Actor, public_id: uuid.UUID | str) -> Sync:
    found = Sync.objects.permitted(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
