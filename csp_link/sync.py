"""What workers do to read the list of tenants: page by page into a stage, then all of it at once into the tenants.
What comes with the last page needs no stage.

Pages and the token of the one after them commit together, so a killed worker's reading goes on where it was. A page
that can't be had changes nothing about any tenant; if that may pass, the reading waits.
"""

import time
from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone

from csp_link.assessing import ask_to_assess
from csp_link.checking import note
from csp_link.client import PartnerCenter
from csp_link.connecting import CHECK
from csp_link.merging import count_known, count_missing, end_missing, keep_list, lay_out, line_of, merge, stage
from csp_link.models import Connection, State, Sync
from csp_link.replies import Page
from csp_link.syncing import AUTHOR, UNFINISHED, close
from csp_link.troubles import Trouble
from events.log import record_by_itself
from events.models import Kind
from jobs.work import Dropped, Turn, enqueue

# Seconds. Pages that come within it are kept by one step; who is killed before asks for them again.
MOMENT: Final = 0.5
MOST_ATTEMPTS: Final = 8  # in vain, about an hour of them
# A larger share of the known tenants does not end without a person's word.
MOST_ENDED: Final = 0.3


def read(turn: Turn) -> None:
    with turn.step(gets_on=False):
        found = _find(turn)
        if found is None:
            turn.finish()
            return
        sync, connection = found
        if sync.resumes_at and sync.resumes_at > timezone.now():
            turn.rest(sync.resumes_at)
            return
    with PartnerCenter(connection) as center:
        try:
            while not turn.is_finished and (center.is_ahead or not turn.is_over):
                part = _get_part(turn, center, sync.following)
                if part.pages:
                    sync = _take(turn, sync, part)
                if part.trouble:
                    raise part.trouble
        except Trouble as trouble:
            _meet(turn, sync, trouble)


def give_up(turn: Turn) -> None:
    if found := _find(turn):
        _fail(*found, Trouble("gave_up"))


@dataclass
class _Part:
    """Pages that came one after another, and what went wrong after them."""

    following: str
    lines: dict[int, str] = field(default_factory=dict)
    pages: int = 0
    is_proven: bool = True
    trouble: Trouble | None = None

    def add(self, page: Page) -> None:
        before = len(self.lines)
        self.lines |= {each.tenant_id.int: line_of(each) for each in page.customers}
        if page.customers and len(self.lines) == before:
            raise Trouble("garbled")  # nobody new: the list leads in a circle
        self.following, self.pages, self.is_proven = page.following, self.pages + 1, page.is_proven


def _get_part(turn: Turn, center: PartnerCenter, following: str) -> _Part:
    """The next page, and those that follow it within a moment. Each is asked for before the one before it is looked at,
    unless it would not be taken in this turn."""
    part, ends = _Part(following), time.monotonic() + MOMENT
    try:
        while not part.pages or (part.following and time.monotonic() < ends):
            page = center.get_page(part.following)
            if page.following and (time.monotonic() < ends or not turn.is_over):
                center.ask_ahead(page.following)
            part.add(page)
    except Trouble as trouble:
        part.trouble = trouble
    return part


def _take(turn: Turn, before: Sync, part: _Part) -> Sync:
    """Stage pages and note the token of the one after them; with the last one, apply the list."""
    with turn.step():
        sync, connection = _get(turn, before)
        lines = part.lines.values()
        known = sync.rows
        sync.rows = (known + stage(sync, lines)) if part.following else lay_out(sync, lines)
        if lines and sync.rows == known:
            raise Trouble("garbled")  # nobody new, again
        sync.state, sync.pages, sync.following = State.RUNNING, sync.pages + part.pages, part.following
        sync.attempts, sync.resumes_at, sync.trouble, sync.trouble_details = 0, None, "", {}
        if part.following:
            sync.save()
        else:
            _apply(sync, connection, is_proven=part.is_proven)
            turn.finish()
    return sync


def _apply(sync: Sync, connection: Connection, *, is_proven: bool) -> None:
    known = count_known(sync)
    if known and not sync.rows:
        _fail(sync, connection, Trouble("empty_listing"))
        return
    missing = count_missing(sync) if is_proven else 0
    sync.is_complete = is_proven
    merge(sync, AUTHOR)
    ask_to_assess(sync.reseller_id)
    note(connection, None)
    if missing > known * MOST_ENDED:
        _hold(sync, missing)
        return
    sync.ended = end_missing(sync, AUTHOR) if missing else 0
    close(sync, State.DONE)
    counts = {name: getattr(sync, name) for name in ("found", "changed", "ended", "returned")}
    record_by_itself(sync.reseller_id, AUTHOR, Kind.SYNC_FINISHED, sync.public_id, details=counts)


def _hold(sync: Sync, missing: int) -> None:
    """What was added and changed stands; the list is kept until a person says what became of the others."""
    keep_list(sync)
    sync.state, sync.missing, sync.following, sync.finished_at = State.HELD, missing, "", timezone.now()
    sync.save()
    record_by_itself(sync.reseller_id, AUTHOR, Kind.SYNC_HELD, sync.public_id, details={"count": missing})


def _meet(turn: Turn, before: Sync, trouble: Trouble) -> None:
    """Wait for what passes, a number of times; anything else ends the reading, and nothing has changed."""
    with turn.step():
        sync, connection = _get(turn, before)
        sync.attempts += 1
        if trouble.passes and sync.attempts <= MOST_ATTEMPTS:
            note(connection, trouble)
            sync.state, sync.resumes_at = State.RUNNING, connection.resumes_at
            sync.trouble, sync.trouble_details = trouble.code, trouble.details
            sync.save()
            turn.rest(sync.resumes_at or timezone.now())
        else:
            _fail(sync, connection, trouble)
            turn.finish()


def _fail(sync: Sync, connection: Connection, trouble: Trouble) -> None:
    sync.trouble, sync.trouble_details = trouble.code, trouble.details
    close(sync, State.FAILED)
    record_by_itself(sync.reseller_id, AUTHOR, Kind.SYNC_FAILED, sync.public_id, details=trouble.for_log())
    if trouble.code in ("empty_listing", "gave_up"):
        return  # the connection as such is well
    note(connection, trouble)
    if trouble.passes:  # from now on it is looked at again until it works
        enqueue(CHECK, reseller_id=sync.reseller_id, object_id=connection.pk)


def _get(turn: Turn, before: Sync) -> tuple[Sync, Connection]:
    """The reading and its connection, as long as nobody else has ended it or moved it on."""
    found = _find(turn)
    if found is None or (found[0].pages, found[0].following) != (before.pages, before.following):
        raise Dropped
    return found


def _find(turn: Turn) -> tuple[Sync, Connection] | None:
    """Both locked, the connection first, as by everybody."""
    connection = Connection.objects.select_for_update(no_key=True).filter(reseller_id=turn.reseller_id).first()
    sync = Sync.objects.select_for_update(no_key=True).filter(pk=turn.object_id, state__in=UNFINISHED).first()
    return (sync, connection) if sync and connection else None
