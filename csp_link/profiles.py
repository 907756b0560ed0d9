"""What Partner Center tells of one customer, read by a worker when somebody needs it and kept with the tenant."""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from csp_link.client import PartnerCenter
from csp_link.mapping import domains_of, texts_of_customer
from csp_link.models import Connection, Tenant
from csp_link.troubles import Trouble
from jobs.work import Turn, enqueue

PROFILE: Final = "csp_link.profile"
# For so long nobody asks a second time, whatever came of the first.
PATIENCE: Final = timedelta(seconds=30)


@transaction.atomic
def ask_for_profile(actor: Actor, tenant: Tenant) -> bool:
    """Whether the answer is still to come."""
    current = Tenant.objects.permitted(actor).select_for_update(of=("self",)).get(pk=tenant.pk)
    connection = Connection.objects.permitted(actor).first()
    if current.profile_at is not None or connection is None or connection.needs_consent:
        return False
    if current.profile_asked_at and current.profile_asked_at > timezone.now() - PATIENCE:
        return not current.profile_trouble
    current.profile_asked_at, current.profile_trouble = timezone.now(), ""
    current.save(update_fields=["profile_asked_at", "profile_trouble"])
    enqueue(PROFILE, reseller_id=current.reseller_id, object_id=current.pk)
    return True


def fetch(turn: Turn) -> None:
    with turn.step(gets_on=False):
        tenant = Tenant.objects.filter(pk=turn.object_id).first()
        connection = Connection.objects.filter(reseller_id=turn.reseller_id).first()
        if tenant is None or connection is None:
            turn.finish()
            return
    with PartnerCenter(connection) as center:
        told = ask(center, tenant)
    with turn.step():
        keep(tenant, told)
        turn.finish()


def give_up(turn: Turn) -> None:
    Tenant.objects.filter(pk=turn.object_id).update(profile_trouble="gave_up")


def ask(center: PartnerCenter, tenant: Tenant) -> dict[str, Any] | Trouble:
    try:
        return center.get_customer(tenant.tenant_id)
    except Trouble as trouble:
        return trouble


def keep(tenant: Tenant, told: dict[str, Any] | Trouble) -> None:
    """Write what was told, or why nothing was."""
    rows = Tenant.objects.filter(reseller_id=tenant.reseller_id, pk=tenant.pk)
    if isinstance(told, Trouble):
        rows.update(profile_trouble=told.code)
        return
    known = {"profile": texts_of_customer(told), "domains": domains_of(told)}
    rows.update(**known, profile_at=timezone.now(), profile_trouble="", assessed_version=None)
