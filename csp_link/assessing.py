"""Comparing the open tenants with the organizations, so that lists can be filtered by what was found.

It is done again when somebody looks and something has changed since: that needs no queue, and is never late.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from accounts.actors import Actor
from accounts.roles import Permission
from api.paging import settled_moment
from csp_link.mapping import best_domain
from csp_link.matching import Candidate, Directory, Known, Sought, proven
from csp_link.models import Assessment, Standing, Tenant
from imports.models import KnownTenant
from organizations import fields
from organizations.fields import NAMES, Reading
from organizations.intake import reading_for
from organizations.models import Organization, OrganizationQuerySet, Source

MOST_KEPT: Final = 5  # candidates that are worth showing
_FOUND: Final = ("finding", "candidates", "missing")


def assess_if_stale(actor: Actor) -> None:
    """Whoever comes while another one does it sees what was found before."""
    Assessment.objects.get_or_create(reseller=actor.reseller)
    with transaction.atomic():
        rows = Assessment.objects.select_for_update(skip_locked=True).filter(reseller=actor.reseller)
        assessment = rows.first()
        if assessment is None or not _is_stale(actor, assessment):
            return
        assessment.at = settled_moment()
        assess(actor)
        assessment.save(update_fields=["at"])


def _is_stale(actor: Actor, assessment: Assessment) -> bool:
    if assessment.at is None:
        return True
    noted = KnownTenant.objects.filter(reseller=actor.reseller, noted_at__gte=assessment.at)
    return _organizations(actor).filter(updated_at__gte=assessment.at).exists() or noted.exists()


def _organizations(actor: Actor) -> OrganizationQuerySet:
    return Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)


def forget_assessment(actor: Actor) -> None:
    """To be called by who changes a tenant, in the same transaction."""
    Assessment.objects.filter(reseller=actor.reseller).update(at=None)


def assess(actor: Actor) -> None:
    directory, reading = directory_of(actor), reading_for(actor, Source.CSP)
    changed = [tenant for tenant in open_tenants(actor) if _find(tenant, directory, reading)]
    Tenant.objects.bulk_update(changed, _FOUND, batch_size=1_000)


def open_tenants(actor: Actor) -> Iterable[Tenant]:
    """In the order in which they are told apart from each other, wherever that is done."""
    return Tenant.objects.filter(reseller=actor.reseller).open().order_by("pk").iterator(chunk_size=2_000)


def directory_of(actor: Actor) -> Directory:
    columns = ("public_id", "name", "primary_domain", "notification_email", "contact_email")
    more = ("registration_number", "customer_number", "archived_at", "pk")
    rows = _organizations(actor).filter(erased_at=None).order_by("pk")
    told = _told_ids(actor)
    return Directory(_known(told, *row) for row in rows.values_list(*columns, *more).iterator(chunk_size=5_000))


def _told_ids(actor: Actor) -> dict[int, tuple[str, ...]]:
    """Microsoft's ids that files gave for organizations, by key."""
    found: dict[int, tuple[str, ...]] = {}
    rows = KnownTenant.objects.filter(reseller=actor.reseller).values_list("organization_id", "tenant_id")
    for key, tenant_id in rows.iterator(chunk_size=5_000):
        found[key] = (*found.get(key, ()), str(tenant_id))
    return found


def _known(
    told: Mapping[int, tuple[str, ...]], public_id: uuid.UUID, name: str, domain: str, first: str, *more: Any
) -> Known:
    second, registration_number, customer_number, archived_at, key = more
    return Known(
        public_id,
        name,
        domain,
        (first, second),
        registration_number,
        customer_number,
        told.get(key, ()),
        archived_at is not None,
    )


def texts_of(tenant: Tenant) -> dict[str, str]:
    """What an organization of this tenant's would be, as far as it is known."""
    listed = {"name": tenant.name, "primary_domain": best_domain(domains_of(tenant))}
    return {**tenant.profile, **{name: text for name, text in listed.items() if text}}


def domains_of(tenant: Tenant) -> list[str]:
    return list(dict.fromkeys(domain for domain in (tenant.domain, *tenant.domains) if domain))


def sought_of(tenant: Tenant) -> Sought:
    told = tenant.profile
    return Sought(
        tenant.tenant_id,
        tenant.name,
        domains_of(tenant),
        told.get("notification_email", ""),
        told.get("registration_number", ""),
    )


def missing_of(tenant: Tenant, reading: Reading) -> list[str]:
    """The fields without which no organization can be made of it."""
    texts = texts_of(tenant)
    return list(fields.read_row([texts.get(name, "") for name in NAMES], reading).errors)


def judge(tenant: Tenant, candidates: Sequence[Candidate], missing: Sequence[str]) -> Standing:
    """Where there is any candidate, even one that was rejected, nothing is created without a person's word."""
    if proven(candidates, tenant.rejected):
        return Standing.SUGGESTED
    if candidates:
        return Standing.NEEDS_DECISION
    return Standing.INCOMPLETE if missing else Standing.UNLINKED


def _find(tenant: Tenant, directory: Directory, reading: Reading) -> bool:
    """Note what is to be said about the tenant; whether that is something new."""
    before = [getattr(tenant, name) for name in _FOUND]
    candidates, tenant.missing = directory.candidates(sought_of(tenant)), []
    if tenant.profile_at is not None:  # before, too little is known to say so
        tenant.missing = missing_of(tenant, reading)
    tenant.finding = judge(tenant, candidates, tenant.missing)
    shown = [each for each in candidates if each.organization.public_id not in tenant.rejected]
    tenant.candidates = [
        [str(each.organization.public_id), each.reason.value, each.value] for each in shown[:MOST_KEPT]
    ]
    return before != [getattr(tenant, name) for name in _FOUND]
