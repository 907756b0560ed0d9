"""An organization as programs read and write it: the seventeen fields under their names, dates ISO, phones E.164."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from organizations.fields import FIELDS, Field, Kind, Value, text_of
from organizations.models import Organization


def as_json(organization: Organization) -> dict[str, Any]:
    """Its `groups` must be prefetched with those that the reader may see, and its `tenants`."""
    own = {field.name: value_as_json(field, getattr(organization, field.name)) for field in FIELDS}
    return {
        "id": organization.public_id,
        **own,
        "groups": [group.public_id for group in organization.groups.all()],
        "tenants": sorted(tenant.tenant_id for tenant in organization.tenants.all()),
        "source": organization.source,
        "created_at": organization.created_at,
        "updated_at": organization.updated_at,
        "archived_at": organization.archived_at,
    }


def value_as_json(field: Field, value: Value) -> Any:
    if field.kind == Kind.BOOLEAN:
        return bool(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return text_of(field.name, value) or None


def texts_of_json(values: Mapping[str, Any]) -> dict[str, str]:
    """What a program sent, as texts for the intake; null is an empty text, which clears."""
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
