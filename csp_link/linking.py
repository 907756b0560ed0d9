"""The verbs on a tenant: link it, unlink it, ignore it, say what it is not. Nothing of it is ever told to Microsoft."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import new_id
from accounts.refusals import Refused
from accounts.roles import Permission
from csp_link.models import Tenant
from events.log import record
from events.models import Kind
from organizations.changes import raise_version
from organizations.intake import Outcome, create_organizations
from organizations.models import Organization, Source

MOST_REASON: Final = 500


@transaction.atomic
def link_tenant(actor: Actor, tenant: Tenant, organization: Organization, batch_id: uuid.UUID | None = None) -> None:
    """Refused when the tenant is not free (any more), or the organization is archived."""
    current = _free(actor, tenant)
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    found = seen.select_for_update(of=("self",)).get(pk=organization.pk)
    if found.archived_at is not None:
        raise Refused(_("%(name)s is archived. Restore it first, then link the tenant.") % {"name": found.name})
    attach(actor, current, found, batch_id)


def attach(actor: Actor, tenant: Tenant, organization: Organization, batch_id: uuid.UUID | None = None) -> None:
    """Write the link between the two, both of them locked."""
    tenant.organization, tenant.linked_at, tenant.ignored_at, tenant.reason = organization, timezone.now(), None, ""
    tenant.save(update_fields=["organization", "linked_at", "ignored_at", "reason"])
    raise_version(actor, organization)
    record(
        actor,
        Kind.TENANT_LINKED,
        tenant.public_id,
        batch_id=batch_id,
        details={"organization_id": str(organization.public_id)},
    )
    details = {"tenant": str(tenant), "tenant_id": str(tenant.tenant_id)}
    record(actor, Kind.ORGANIZATION_LINKED, organization.public_id, batch_id=batch_id, details=details)


@transaction.atomic
def create_and_link(
    actor: Actor, tenant: Tenant, texts: Mapping[str, str], groups: Sequence[uuid.UUID | str] = ()
) -> Outcome:
    """An organization of these texts for the tenant; with errors in the outcome, nothing was written."""
    return create_for(actor, [(_free(actor, tenant), texts)], groups)[0]


def create_for(
    actor: Actor,
    wanted: Sequence[tuple[Tenant, Mapping[str, str]]],
    groups: Sequence[uuid.UUID | str] = (),
    batch_id: uuid.UUID | None = None,
) -> list[Outcome]:
    """An organization of the texts for each of the tenants, which are locked and free."""
    rows, ids = [texts for _tenant, texts in wanted], [new_id() for _pair in wanted]
    outcomes = create_organizations(actor, rows, source=Source.CSP, groups=groups, batch_id=batch_id, ids=ids)
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    made = {row.public_id: row for row in seen.filter(public_id__in=ids)}
    for (tenant, _texts), outcome in zip(wanted, outcomes, strict=True):
        if outcome.public_id is not None:
            attach(actor, tenant, made[outcome.public_id], batch_id)
    return outcomes


@transaction.atomic
def unlink_tenant(actor: Actor, tenant: Tenant, reason: str) -> None:
    """The organization stays, and isn't proposed for this tenant again."""
    current = _locked(actor, tenant)
    organization = current.organization
    if organization is None:
        raise Refused(_("%(tenant)s is not linked (any more).") % {"tenant": current})
    current.organization, current.linked_at, current.reason = None, None, reason[:MOST_REASON]
    current.rejected, current.assessed_version = [*current.rejected, organization.public_id], None
    current.save(update_fields=["organization", "linked_at", "reason", "rejected", "assessed_version"])
    raise_version(actor, organization)
    details = {"tenant": str(current), "tenant_id": str(current.tenant_id), "reason": current.reason}
    record(actor, Kind.ORGANIZATION_UNLINKED, organization.public_id, details=details)
    record(actor, Kind.TENANT_UNLINKED, current.public_id, details={"reason": current.reason})


@transaction.atomic
def ignore_tenant(actor: Actor, tenant: Tenant, reason: str) -> None:
    current = _free(actor, tenant)
    current.ignored_at, current.reason = timezone.now(), reason[:MOST_REASON]
    current.save(update_fields=["ignored_at", "reason"])
    record(actor, Kind.TENANT_IGNORED, current.public_id, details={"reason": current.reason})


@transaction.atomic
def stop_ignoring(actor: Actor, tenant: Tenant) -> None:
    current = _locked(actor, tenant)
    if current.ignored_at is not None:
        current.ignored_at, current.reason = None, ""
        current.save(update_fields=["ignored_at", "reason"])
        record(actor, Kind.TENANT_UNIGNORED, current.public_id)


@transaction.atomic
def reject_suggestion(actor: Actor, tenant: Tenant, organization: Organization) -> None:
    current = _free(actor, tenant)
    if organization.public_id not in current.rejected:
        current.rejected, current.assessed_version = [*current.rejected, organization.public_id], None
        current.save(update_fields=["rejected", "assessed_version"])
        details = {"organization_id": str(organization.public_id)}
        record(actor, Kind.TENANT_REJECTED, current.public_id, details=details)


def _locked(actor: Actor, tenant: Tenant) -> Tenant:
    """Its organization is read after the lock was got: joined, it would be the one from before the wait."""
    actor.require(Permission.TENANTS_EDIT)
    return Tenant.objects.permitted(actor, Permission.TENANTS_EDIT).select_for_update().get(pk=tenant.pk)


def _free(actor: Actor, tenant: Tenant) -> Tenant:
    """Locked, and linked to nothing. Of two who link it at once the second hears to whom it went."""
    current = _locked(actor, tenant)
    if current.organization is not None:
        told = {"tenant": current, "name": current.organization.name}
        raise Refused(_("%(tenant)s is linked to %(name)s already.") % told)
    if current.ended_at is not None:
        raise Refused(_("The relationship to %(tenant)s has ended at Microsoft.") % {"tenant": current})
    return current
