"""What a message says: the event, and the record as it is when the message is sent."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from accounts.actors import Actor
from accounts.roles import PERMISSIONS, Permission, Role
from csp_link.models import Tenant
from events.models import Event
from imports.as_json import import_as_json
from imports.models import Import
from organizations.as_json import as_json
from organizations.models import Organization
from webhooks.models import Delivery, Endpoint

SEEING: Final = PERMISSIONS[Role.VIEW_ONLY_ADMIN]
Records = dict[uuid.UUID, dict[str, Any]]


def bodies_of(endpoint: Endpoint, deliveries: Sequence[Delivery]) -> dict[int, bytes]:
    """The body of each delivery by its id, with a query for each kind of record."""
    events = Event.objects.filter(
        reseller_id=endpoint.reseller_id, pk__in=[one.event_id for one in deliveries if one.event_id]
    ).in_bulk()
    records = _records(reader_of(endpoint), {one.subject_id for one in deliveries if one.subject_id})
    return {one.pk: _body(one, events.get(one.event_id or 0), records) for one in deliveries}


def reader_of(endpoint: Endpoint) -> Actor:
    """An endpoint is the reseller's and sees what it sees, whatever became of the person who made it."""
    return Actor(endpoint.reseller, endpoint.made_by, Role.VIEW_ONLY_ADMIN, SEEING, None)


def _records(reader: Actor, ids: set[uuid.UUID]) -> Mapping[str, Records]:
    seen = Organization.objects.permitted(reader, Permission.ORGANIZATIONS_SEE).filter(public_id__in=ids)
    imports = Import.objects.permitted(reader).filter(public_id__in=ids)
    tenants = Tenant.objects.permitted(reader).filter(public_id__in=ids).select_related("organization")
    return {
        "organization": {row.public_id: as_json(row) for row in seen.prefetch_related("groups", "tenants")},
        "import": {row.public_id: import_as_json(row) for row in imports.select_related("membership__user", "api_key")},
        "tenant": {row.public_id: _tenant(row) for row in tenants},
    }


def _tenant(tenant: Tenant) -> dict[str, Any]:
    organization = tenant.organization
    return {"tenant_id": tenant.tenant_id, "organization_id": organization.public_id if organization else None}


def _body(delivery: Delivery, event: Event | None, records: Mapping[str, Records]) -> bytes:
    data = {**_told(event), **_record(delivery, records)} if delivery.subject_id else {}
    message = {"type": delivery.kind, "timestamp": delivery.at, "data": data}
    return json.dumps(message, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()


def _told(event: Event | None) -> dict[str, Any]:
    if event is None:
        return {}
    return {
        "subject_id": event.subject_id,
        "batch_id": event.batch_id,
        "actor": {"id": event.actor_id, "name": event.actor_label},
        "details": event.details,
    }


def _record(delivery: Delivery, records: Mapping[str, Records]) -> dict[str, Any]:
    """Under the name of its kind the record; null when it is gone."""
    name = delivery.kind.partition(".")[0]
    return {name: records[name].get(delivery.subject_id)} if name in records and delivery.subject_id else {}
