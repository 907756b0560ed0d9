"""What stands beside an organization in a list: its groups and tenants, asked for together with the rows."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from accounts.actors import Actor
from groups.access import get_groups
from organizations.models import Organization
from organizations.tenants import ends_of_tenants


def beside(actor: Actor, rows: QuerySet[Organization]) -> QuerySet[Organization]:
    """The rows with `group_names`, of the groups that the actor sees, and `tenant_ends`, as tenant_state reads them."""
    ours = {
        "groupmembership__organization": OuterRef("pk"),
        "groupmembership__reseller": OuterRef("reseller"),
    }
    groups = get_groups(actor).filter(**ours).values("name")
    return rows.annotate(group_names=ArraySubquery(groups), tenant_ends=ends_of_tenants())
