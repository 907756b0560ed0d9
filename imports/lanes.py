"""Writing a large import in two lanes, each with a connection of its own, since one is kept busy by one processor.

A lane writes portions. A portion's records, their events and its entry in the ledger are one transaction, so that it is
written once, whoever writes it; between two rounds of portions the import's row takes over what the ledger says.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from threading import Thread
from typing import Final

from django.db import connection

from imports.models import Import, Mode, Portion, State

MANY: Final = 8_000  # rows from which an import is large; the same for its whole life
ROUND: Final = 4  # portions; workers let others in between two rounds


def has_lanes(job: Import) -> bool:
    """Only new records: two lanes that change records could wait for each other."""
    return job.mode == Mode.CREATE and job.rows_read > MANY


def next_portions(job: Import, size: int, ahead: Sequence[Portion]) -> list[int]:
    """The numbers of the rows that the next round's portions begin with.

    Where a lane failed beside one that did not, only what lies between it and those that are ahead is caught up with.
    """
    reach = max([portion.last for portion in ahead], default=job.rows_read)
    return list(range(job.place + 1, reach + 1, size))[:ROUND]


def take_over(job: Import, *, with_gaps: bool = False) -> list[Portion]:
    """Count on `job`, which the caller saves, what the ledger says, as far as no row before it is open.

    Returns the portions that are ahead of such a row.
    """
    left = list(Portion.objects.filter(reseller_id=job.reseller_id, batch=job).order_by("first"))
    while left and (with_gaps or left[0].first == job.place + 1):
        portion = left.pop(0)
        if portion.first == job.place + 1:
            job.place = portion.last
        job.rows_created += portion.created
        job.rows_failed += portion.failed
        portion.delete()
    return left


def run(write: Callable[[int], None], portions: Iterable[int]) -> None:
    """Write portions in both lanes until none is left or one fails; then its error is raised."""
    waiting, errors = deque(portions), list[BaseException]()

    def lane() -> None:
        while waiting and not errors:
            try:
                write(waiting.popleft())
            except IndexError:
                return  # the other lane has taken the last one
            except BaseException as error:
                errors.append(error)

    def lane_beside() -> None:
        try:
            lane()
        finally:
            connection.close()

    beside = Thread(target=copy_context().run, args=[lane_beside])
    beside.start()
    lane()
    beside.join()
    if errors:
        raise errors[0]


def claim(job: Import, first: int, last: int) -> Portion | None:
    """Enter the portion in the ledger, or None where it is there already, or the import has ended.

    The import's row is shared with other lanes and held against those who would end it or count meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH held AS (SELECT reseller_id, id FROM imports_import"
            " WHERE reseller_id = %s AND id = %s AND state = %s AND place < %s FOR SHARE)"
            " INSERT INTO imports_portion (reseller_id, import_id, first, last, created, failed)"
            " SELECT reseller_id, id, %s, %s, 0, 0 FROM held ON CONFLICT DO NOTHING",
            [job.reseller_id, job.pk, State.IMPORTING, first, first, last],
        )
        return Portion(reseller_id=job.reseller_id, batch=job, first=first, last=last) if cursor.rowcount else None
