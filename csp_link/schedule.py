"""What happens without anybody asking: tokens are kept alive, lists read, tenants compared."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for
from csp_link.assessing import ask_to_assess
from csp_link.connecting import CHECK
from csp_link.models import Connection, Sync
from csp_link.syncing import begin
from jobs.work import enqueue

# A refresh token ends after 90 days without use. Used every day, it also tells within a day when it was revoked.
KEEP_ALIVE: Final = timedelta(days=1)
READ_EVERY: Final = timedelta(hours=6)
# What broke may have been mended at Microsoft, where nobody tells us.
LOOK_AGAIN: Final = timedelta(hours=1)


def tick() -> int:
    """Look after every reseller; returns for how many something was queued."""
    return sum(_look_after(reseller_id) for reseller_id in Reseller.objects.values_list("pk", flat=True))


def _look_after(reseller_id: int) -> bool:
    with acting_for(reseller_id):
        wants_comparing = ask_to_assess(reseller_id)
        connection = Connection.objects.filter(reseller_id=reseller_id).first()
        if connection is None or connection.needs_consent:
            return wants_comparing
        if wants_test := _is_older(connection.checked_at, LOOK_AGAIN if connection.trouble else KEEP_ALIVE):
            enqueue(CHECK, reseller_id=reseller_id, object_id=connection.pk)
        if wants_reading := _wants_reading(connection):
            begin(connection)
    return wants_comparing or wants_test or wants_reading


def _wants_reading(connection: Connection) -> bool:
    """Only where the connection works: a reading would find out nothing that a test doesn't."""
    if connection.trouble or connection.succeeded_at is None:
        return False
    last = Sync.objects.filter(reseller_id=connection.reseller_id).order_by("-created_at").first()
    return _is_older(last.created_at if last else None, READ_EVERY)


def _is_older(moment: datetime | None, age: timedelta) -> bool:
    return moment is None or moment < timezone.now() - age
