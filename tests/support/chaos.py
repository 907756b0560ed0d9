"""Schedules of faults on a running portal: who is at work, what befalls them and when, and how it must end.

One portal serves all schedules, several at a time, so that a fault of one meets the work of others. Everything that a
schedule does and suffers follows from its seed; only the moment is the machine's.
"""

import random
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.error import HTTPError

import psycopg

from cloudbroker.processes import tail
from support import ledger
from support.errands import AutoLink, Import, UndoneImport
from support.faults import ALREADY_DOWN, KILLS, OTHERS
from support.portal import Member

# No work may be without progress for longer, where nothing befalls the portal and `make run` takes six seconds to
# start; a busy machine is given more. A message that was on its way when its worker was killed is sent again within a
# minute.
STUCK_AFTER, UNTOLD_AFTER, STARTS_IN = 60.0, 120.0, 6.0
# However often others are struck meanwhile.
OVER_AFTER = 600.0
AT_ONCE = 6
LARGE, SMALL = 10_000, 300  # rows


@dataclass
class Reseller:
    id: int
    session: str
    group: str
    event: int


@dataclass
class Blow:
    """A fault, and when it comes: so long after the work has got under way, or after the schedule's beginning."""

    fault: str
    midway: bool
    delay: float
    due_at: float | None = None


@dataclass
class Schedule:
    seed: str
    errands: list
    blows: deque
    reseller: Reseller | None = None
    member: Member | None = None
    struck: list = field(default_factory=list)
    began: float = 0.0
    progress: str = ""
    progress_at: float = 0.0
    last_blow: float = 0.0
    asked: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)

    @property
    def told(self):
        return f"{'+'.join(errand.name for errand in self.errands):16} {', '.join(self.struck)}"


def drawn(seed, large=LARGE, small=SMALL):
    """The schedule of a seed."""
    rng = random.Random(seed)
    errands = rng.choice(
        [
            lambda: [Import(large)],
            lambda: [Import(large)],
            lambda: [UndoneImport(large)],
            lambda: [AutoLink()],
            lambda: [Import(small)],
            lambda: [AutoLink(), Import(small)],
        ]
    )()
    faults = [rng.choice(rng.choice([KILLS, OTHERS])) for _ in range(rng.choice([1, 1, 2, 3]))]
    return Schedule(seed, errands, deque(blow(fault, rng) for fault in faults))


def few(faults):
    """A schedule for each of the faults, on small files: all of them at once."""
    rng = random.Random(8)
    work = [
        lambda: [Import(2_500)],
        lambda: [UndoneImport(2_500)],
        lambda: [AutoLink()],
        lambda: [Import(SMALL)],
    ]
    return [
        Schedule(f"few-{number}", work[number % len(work)](), deque([blow(fault, rng)]))
        for number, fault in enumerate(faults)
    ]


def blow(fault, rng):
    return Blow(fault, rng.random() < 0.75, rng.uniform(0, 0.7))


class Run:
    """`schedules` on a portal with its faults, for resellers whose systems `receiver` is."""

    def __init__(self, place, schedules, say, at_once=AT_ONCE):
        self.portal, self.faults, self.receiver = place.portal, place.faults, place.receiver
        self.slowness, self.say, self.at_once = place.slowness, say, at_once
        self.waiting, self.resellers = deque(schedules), deque(place.resellers(len(schedules)))
        self.going, self.failures, self.longest = [], [], 0.0
        self.lasting, self.resumes_at, self.disturbed_at = None, 0.0, 0.0
        self.database, self.pool = None, ThreadPoolExecutor(at_once * 2)

    def goes_on(self):
        """A look around and what follows from it; whether there is more to do."""
        while self.waiting and len(self.going) < self.at_once:
            self._begin(self.waiting.popleft())
        self._round()
        if self.going or self.lasting:
            return True
        self._disconnect()
        self.pool.shutdown()
        return False

    def _begin(self, schedule):
        schedule.reseller = self.resellers.popleft()
        schedule.began = schedule.progress_at = schedule.last_blow = time.monotonic()
        schedule.member = Member(self.portal.url, schedule.reseller.session)
        self.going.append(schedule)

    def _round(self):
        assert self.portal.process.poll() is None, f"make run ended by itself: {self.portal.output.read_text()}"
        self._strike()
        with suppress(psycopg.Error):
            known = ledger.look(self._connected(), [schedule.reseller.id for schedule in self.going])
            for schedule in list(self.going):
                self._look_after(schedule, known[schedule.reseller.id])
            return
        self._disconnect()

    def _disconnect(self):
        if self.database is not None:
            self.database.close()
        self.database = None

    def _connected(self):
        if self.database is None:
            self.database = self.portal.database()
        return self.database

    # Striking

    def _strike(self):
        now = time.monotonic()
        if self.lasting is not None:
            if now >= self.resumes_at:
                self._resume()
            return
        for schedule in self.going:
            if schedule.blows and (due_at := schedule.blows[0].due_at) is not None and now >= due_at:
                self._deal(schedule, schedule.blows.popleft())
                return

    def _deal(self, schedule, blow):
        self.faults.rng = random.Random(f"{schedule.seed} {blow.fault} {len(schedule.struck)}")
        schedule.struck.append(f"{blow.fault} {'midway' if blow.midway else 'at any time'}")
        with suppress(*ALREADY_DOWN):
            self.lasting = getattr(self.faults, blow.fault)()
            if self.lasting is not None:
                self._resume()
        schedule.last_blow = self.disturbed_at = time.monotonic()

    def _resume(self):
        """What lasts is taken back, however often that takes: the database may be down meanwhile."""
        try:
            self.resumes_at = time.monotonic() + next(self.lasting)
        except StopIteration:
            self.lasting = None
        except ALREADY_DOWN:
            self.lasting = self.faults.undo()
            self.resumes_at = time.monotonic() + 1
        self.disturbed_at = time.monotonic()

    # Working

    def _look_after(self, schedule, known):
        self._arm(schedule, known)
        if known.progress != schedule.progress:
            schedule.progress, schedule.progress_at = known.progress, time.monotonic()
        try:
            if all(errand.is_over(known) for errand in schedule.errands):
                self._see_off(schedule, known)
            else:
                self._go_on(schedule, known)
            self._judge(schedule, known)
        except AssertionError as error:
            self._end(schedule, str(error) or repr(error))

    def _arm(self, schedule, known):
        for blow in list(schedule.blows)[:1]:
            is_time = not blow.midway or any(errand.is_midway(known) for errand in schedule.errands)
            is_late = time.monotonic() - schedule.began > 20 * self.slowness
            is_late |= all(errand.is_over(known) for errand in schedule.errands)
            if blow.due_at is None and (is_time or is_late):
                blow.due_at = time.monotonic() + blow.delay

    def _go_on(self, schedule, known):
        """Each errand's next request, one at a time. A lost answer says nothing: what is there is looked up."""
        assert not schedule.refused, schedule.refused
        for errand in schedule.errands:
            if (asked := schedule.asked.get(errand.name)) is not None:
                if asked.done():  # what is known may be older than the answer: it is the next round's turn
                    schedule.asked.pop(errand.name)
            elif step := errand.step(known, schedule.reseller.group):
                schedule.asked[errand.name] = self.pool.submit(ask, schedule, *step)

    def _see_off(self, schedule, known):
        if schedule.blows or known.jobs or ledger.untold(self.database, schedule.reseller):
            return
        hooks = {
            request["headers"]["webhook-id"]
            for request in list(self.receiver.requests)
            if request["path"] == f"/hooks/{schedule.reseller.id}"
        }
        ledger.check(self.database, schedule.reseller, schedule.errands, hooks)
        self._end(schedule)

    def _judge(self, schedule, known):
        now = time.monotonic()
        limit = UNTOLD_AFTER if all(errand.is_over(known) for errand in schedule.errands) else STUCK_AFTER
        still = now - max(schedule.progress_at, self.disturbed_at)
        self.longest = max(self.longest, still)
        assert still < limit * self.slowness, f"no progress for {still:.0f} s: {known}"
        assert now - schedule.last_blow < OVER_AFTER * self.slowness, f"not over in time: {known}"

    def _end(self, schedule, failure=""):
        if schedule not in self.going:
            return
        self.going.remove(schedule)
        seconds = time.monotonic() - schedule.began
        self.say(f"{schedule.seed:>14} {seconds:6.1f} s  {'FAILED' if failure else 'ok':6} {schedule.told}")
        if failure:
            self.say(failure)
            self.failures.append(f"{schedule.seed}: {failure}\n{ends(self.portal)}")


def together(runs):
    """Each in its own portal, until all have come to their end."""
    while runs:
        runs = [run for run in runs if run.goes_on()]
        time.sleep(0.05)


def ask(schedule, path, form):
    try:
        schedule.member.post(path, **form)
    except HTTPError as error:
        if error.code not in (409, 500, 502, 503, 507):  # it was done already, or can't be done right now
            schedule.refused.append(f"{path}: {error.code} {error.read()[:2000]}")
        time.sleep(0.5)
    except (OSError, HTTPException):
        time.sleep(0.5)


def ends(portal):
    """What each part said last."""
    return "\n".join(f"{log.name}: {tail(log, 12)}" for log in sorted((portal.home / "log").glob("*.log")))
