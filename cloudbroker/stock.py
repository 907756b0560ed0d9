"""How things stand over all resellers, in numbers without names: imports, connections to Partner Center, webhooks.

Row-level security lets nobody count across resellers, so a worker goes from one to the next once a minute and leaves
the sums in the cache, where /metrics finds them.
"""

import time
from collections import Counter
from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.db.models import Count, Min, QuerySet, Sum
from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for
from csp_link.models import Connection
from csp_link.troubles import TROUBLES
from imports.models import Import
from webhooks.models import Delivery, Endpoint, State

KEY: Final = "cloudbroker.stock"
KEPT: Final = 60 * 60  # seconds
ROWS: Final = ("created", "updated", "unchanged", "failed")
# What is counted, by label; a label that nothing has is told as none.
LABELS: Final = {
    "imports": ("reading", "ready", "importing"),
    "import_rows": ROWS,
    "connections": ("well", "waiting", "broken"),
    "webhooks": ("on", "failing", "off"),
    "deliveries": (State.WAITING.value,),
}


def take_stock() -> None:
    """Count everything, and leave it where it is looked for."""
    found = {name: Counter(dict.fromkeys(labels, 0)) for name, labels in LABELS.items()}
    oldest: list[datetime] = []
    for reseller_id in Reseller.objects.values_list("pk", flat=True):
        with acting_for(reseller_id):
            _add(found, reseller_id)
            oldest += _oldest_delivery(reseller_id)
    late = (timezone.now() - min(oldest)).total_seconds() if oldest else 0.0
    stock = {name: dict(counts) for name, counts in found.items()}
    cache.set(KEY, {"at": time.time(), "late": max(late, 0.0), **stock}, timeout=KEPT)


def _add(found: dict[str, Counter[str]], reseller_id: int) -> None:
    imports = Import.objects.filter(reseller_id=reseller_id)
    open_ones = imports.filter(state__in=LABELS["imports"]).values_list("state").annotate(Count("pk"))
    found["imports"].update(dict(open_ones))
    sums = imports.aggregate(**{name: Sum(f"rows_{name}", default=0) for name in ROWS})
    found["import_rows"].update(sums)
    found["connections"].update(health_of(trouble) for trouble in _troubles(reseller_id))
    found["webhooks"].update(map(_state_of, Endpoint.objects.filter(reseller_id=reseller_id)))
    found["deliveries"][State.WAITING.value] += _waiting(reseller_id).count()


def _troubles(reseller_id: int) -> list[str]:
    return list(Connection.objects.filter(reseller_id=reseller_id).values_list("trouble", flat=True))


def health_of(trouble: str) -> str:
    """A trouble that passes is waited out; any other waits for a person."""
    if not trouble:
        return "well"
    return "waiting" if trouble in TROUBLES and TROUBLES[trouble].passes else "broken"


def _state_of(endpoint: Endpoint) -> str:
    if not endpoint.is_on:
        return "off"
    return "failing" if endpoint.failing_since else "on"


def _waiting(reseller_id: int) -> QuerySet[Delivery]:
    """What could be sent; nothing is expected of an endpoint that is off."""
    return Delivery.objects.filter(reseller_id=reseller_id, state=State.WAITING, endpoint__off_at=None)


def _oldest_delivery(reseller_id: int) -> list[datetime]:
    first = _waiting(reseller_id).aggregate(first=Min("created_at"))["first"]
    return [first] if first else []
