"""What imports keep about a customer, removed when the customer is erased for good."""

import uuid
from typing import Any

from accounts.actors import Actor
from accounts.roles import Permission
from imports import uploads
from imports.models import Import, ImportRow, KnownTenant, RowEdit
from organizations.fields import BY_NAME, NAMES, Kind


def forget_customer(actor: Actor, public_id: uuid.UUID) -> None:
    """Blank the staged row the customer came from, and delete the uploaded file that holds it; counts stay."""
    actor.require(Permission.ORGANIZATIONS_ARCHIVE)
    rows = ImportRow.objects.filter(reseller=actor.reseller, public_id=public_id)
    for row in rows.select_related("batch"):
        RowEdit.objects.filter(reseller=actor.reseller, batch=row.batch, **row.batch.place_of(row)).delete()
    jobs = Import.objects.filter(reseller=actor.reseller, pk__in=list(rows.values_list("batch_id", flat=True)))
    jobs.update(samples=[])
    KnownTenant.objects.filter(reseller=actor.reseller, organization__public_id=public_id).delete()
    rows.update(**{name: _blank(name) for name in NAMES}, **_derived(public_id))
    for job in jobs:
        uploads.storage().delete(job.upload)


def _blank(name: str) -> Any:
    return {Kind.BOOLEAN: False, Kind.MONEY: None, Kind.DATE: None}.get(BY_NAME[name].kind, "")


def _derived(public_id: uuid.UUID) -> dict[str, Any]:
    folded = {"sort_name": "", "customer_number_key": "", "search_text": str(public_id)}
    return folded | {"raw": None, "errors": None, "warnings": None}
