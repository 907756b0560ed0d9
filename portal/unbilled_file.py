"""What will not be billed as a CSV file: one line for each reason of each organization or tenant."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

from accounts.actors import Actor
from csp_link.models import Tenant
from organizations.csv_file import csv_file
from organizations.fields import BY_NAME, text_of
from portal.unbilled import reasons_for

COLUMNS: Final = ("name", "primary_domain", "customer_number", "billing_start_date")
HEADINGS: Final = (
    "Why",
    *(BY_NAME[name].english_heading for name in COLUMNS),
    "Known since",
    "Organization or tenant ID",
)
AT_ONCE: Final = 2_000


def unbilled_file(actor: Actor) -> Iterator[bytes]:
    """Reason after reason in the order of the page, as of today where the reseller is. Flat in memory at any number."""
    found = [
        (reason.label, reason.find(actor).order_by(reason.order.key, "public_id")) for reason in reasons_for(actor)
    ]
    return csv_file(HEADINGS, ((str(label), *_cells(row)) for label, rows in found for row in rows.iterator(AT_ONCE)))


def _cells(row: Any) -> tuple[str, ...]:
    if isinstance(row, Tenant):
        return str(row), text_of("primary_domain", row.domain), "", "", _day(row.first_seen), str(row.tenant_id)
    told = (text_of(name, getattr(row, name)) for name in COLUMNS)
    return *told, _day(row.created_at), str(row.public_id)


def _day(moment: Any) -> str:
    return str(moment.astimezone(UTC).date().isoformat())
