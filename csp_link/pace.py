"""Fewer than 500 calls in any minute for one connection, whichever processes make them.

The row holds the moment up to which calls are spoken for. A call takes the next 1/7 s; it waits only when more than 60
calls were made at once. So a minute sees 60 + 420 at most.
"""

from datetime import timedelta
from typing import Final

from django.db import connection as database

from accounts.tenancy import acting_for
from csp_link.models import Connection

BURST: Final = 60
STEP: Final = timedelta(seconds=1 / 7)
# clock_timestamp(): now() is the time at which the transaction began, which may have waited for its turn since.
TAKE: Final = (
    "UPDATE csp_link_connection"
    " SET paced_until = greatest(paced_until, clock_timestamp()) + make_interval(secs => %s)"
    " WHERE id = %s RETURNING paced_until - clock_timestamp()"
)


def book_place(connection: Connection) -> float:
    """Speak for one more call; returns the seconds after which it may be made."""
    with acting_for(connection.reseller_id), database.cursor() as cursor:
        cursor.execute(TAKE, [STEP.total_seconds(), connection.pk])
        row = cursor.fetchone()
    ahead: timedelta = row[0] if row else timedelta(0)  # a connection that was removed meanwhile is refused elsewhere
    return max(0.0, (ahead - BURST * STEP).total_seconds())
