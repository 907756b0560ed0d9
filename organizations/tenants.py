"""An organization's Microsoft tenants, as its own pages tell of them. csp_link keeps them, and names this relation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.fields import shown
from organizations.models import Organization, OrganizationQuerySet


def tenants_of(organization: Organization) -> list[dict[str, str]]:
    return [
        {
            "name": str(tenant),
            "domain": shown("primary_domain", tenant.domain),
            "state_label": _("Linked") if tenant.ended_at is None else _("Ended"),
            "tone": "ok" if tenant.ended_at is None else "",
        }
        for tenant in organization.tenants.order_by("sort_name", "public_id")
    ]


def tenant_state(ends: Sequence[datetime | None]) -> dict[str, str]:
    """For a line of a list; of each tenant when it ended, or None."""
    living = ends.count(None)
    if not ends:
        return {"tenant_label": "", "tenant_tone": ""}
    if not living:
        return {"tenant_label": _("Ended"), "tenant_tone": ""}
    several = ngettext("%(n)s linked", "%(n)s linked", living) % {"n": living}
    words = several if living > 1 else _("Linked")
    return {"tenant_label": words, "tenant_tone": "ok"}


def ends_of_tenants() -> ArraySubquery:
    """As a column of a list's rows, for tenant_state."""
    return ArraySubquery(_tenants_of_a_row().values("ended_at"))


def linked(rows: OrganizationQuerySet) -> OrganizationQuerySet:
    """Those that have a tenant, each once."""
    return rows.filter(_tenants())


def without_tenant(rows: OrganizationQuerySet) -> OrganizationQuerySet:
    return rows.filter(~_tenants())


def _tenants() -> Exists:
    """As a subquery: a join is planned as if hardly any organization had none."""
    return Exists(_tenants_of_a_row())


def _tenants_of_a_row() -> "QuerySet[Any]":
    tenant: Any = Organization._meta.get_field("tenants").related_model
    rows: QuerySet[Any] = tenant.objects.filter(reseller_id=OuterRef("reseller_id"), organization_id=OuterRef("pk"))
    return rows
