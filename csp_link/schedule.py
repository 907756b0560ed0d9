"""What happens to a connection without anybody asking: its token is kept alive."""

from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for
from csp_link.connecting import CHECK
from csp_link.models import Connection
from jobs.work import enqueue

# A refresh token ends after 90 days without use. Used every day, it also tells within a day when it was revoked.
KEEP_ALIVE: Final = timedelta(days=1)


def tick() -> int:
    """Look after every reseller's connection; returns for how many something was queued."""
    return sum(_look_after(reseller_id) for reseller_id in Reseller.objects.values_list("pk", flat=True))


def _look_after(reseller_id: int) -> bool:
    with acting_for(reseller_id):
        connection = Connection.objects.filter(_is_idle(), reseller_id=reseller_id).first()
        if connection is None or connection.needs_consent:
            return False
        enqueue(CHECK, reseller_id=reseller_id, object_id=connection.pk)
    return True


def _is_idle() -> Q:
    long_ago = timezone.now() - KEEP_ALIVE
    return Q(checked_at=None) | Q(checked_at__lt=long_ago)
