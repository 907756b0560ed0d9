"""A portal with either broker under many people and under every fault: everybody gets on, no row is lost or doubled.

`make chaos` runs two hundred random schedules of faults on each broker, and `make many` twenty resellers and fifty
browsers; here are a few of each that together hold every fault that is no kill.
"""

import os
import random
import sys
import time

import pytest
from support import chaos, ledger
from support.brokers import BROKERS
from support.crowd import made_in
from support.faults import Faults
from support.many import Browsers, Many, percentile
from support.portal import Portal
from support.receiver import Receiver

from jobs.work import SHARE

SCHEDULES = int(os.environ.get("CHAOS_SCHEDULES") or 0)
SEED = os.environ.get("CHAOS_SEED") or str(random.randrange(10**6))  # of the many
CHOSEN = (os.environ.get("CHAOS_BROKERS") or " ".join(BROKERS)).split()
# As long as a database can be read-only, a disk full and a broker away: in seconds.
LONGEST = float(os.environ.get("CHAOS_LONGEST") or (5 if SCHEDULES else 0.8))

# In the suite: what is the database's on one broker, what is the broker's on the other.
FEW = {
    "pgmq": ("read_only", "disk_full", "connections_cut", "wrong_clock", "tasks_late", "worker_child", "postmaster"),
    "redis": ("tasks_twice", "tasks_never", "broker_emptied", "broker_killed", "web", "worker_child"),
}
# Of the many: resellers, those of them with a large file, its rows, and browsers.
MANY = [int(number) for number in (os.environ.get("MANY") or "8 2 12000 8").split()]
SMALL_ROWS = 100
WORKERS = 2  # processes of the portal at work
ROUND = 2.0  # seconds that a turn may overrun its share: a chunk, or a round of portions

pytestmark = [pytest.mark.processes, pytest.mark.timeout((7200 if "MANY" in os.environ else 600) + 120 * SCHEDULES)]


class Place:
    """A portal with its broker, everything that can be done to it, and the system that hears of its events."""

    def __init__(self, folder, broker):
        self.name = broker
        self.portal = Portal(folder / "home", WEBHOOKS_CALL_LOOPBACK="true")
        self.broker = BROKERS[broker](self.portal)
        self.receiver = Receiver()
        self.broker.start()
        began = time.monotonic()
        self.portal.start()
        self.slowness = max(1.0, (time.monotonic() - began) / chaos.STARTS_IN)
        self.faults = Faults(self.portal, self.broker, LONGEST)

    def resellers(self, count):
        hooks = self.receiver.url.partition("?")[0]
        return [chaos.Reseller(**told) for told in made_in(self.portal, count, hooks)]

    def end(self):
        self.portal.stop()
        self.faults.remove()
        self.broker.stop()
        self.receiver.stop()


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """One for each broker."""
    found = []
    try:
        for broker in CHOSEN:
            found.append(Place(tmp_path_factory.mktemp(broker), broker))
        yield found
    finally:
        for place in found:
            place.end()


@pytest.fixture
def say(capfd):
    def say(text):
        with capfd.disabled():
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    say("")
    return say


def test_every_row_event_and_message_is_there_once_whatever_happens(places, say):
    say(f"CHAOS_SEED={SEED}")
    runs, began = [begun(place, say) for place in places], time.monotonic()
    chaos.together(runs)
    for place, run in zip(places, runs, strict=True):
        say(f"{place.name}: {len(run.failures)} failed; longest without progress {run.longest:.0f} s")
        assert run.failures == []
        assert sweep_up(place.portal) == 0
    say(f"{time.monotonic() - began:.0f} s in all")


def begun(place, say):
    schedules = random_ones() if SCHEDULES else chaos.few(FEW[place.name])
    say(f"{place.name}: {len(schedules)} schedules, slowness {place.slowness:.1f}")
    at_once = chaos.AT_ONCE if SCHEDULES else len(schedules)
    return chaos.Run(place, schedules, lambda text: say(f"{place.name} {text}"), at_once)


def test_small_files_pass_large_ones_and_pages_answer_meanwhile(places, say):
    """The large ones are as many as the workers, and would keep them for as long as they take."""
    for place in places if "MANY" in os.environ else places[-1:]:
        say(f"{place.name}, slowness {place.slowness:.1f}")
        let_many_in(place, say)


def let_many_in(place, say):
    count, large, rows, browsers = MANY
    resellers = place.resellers(count)
    many = Many(place.portal, resellers, large=large, rows=rows, small_rows=SMALL_ROWS)
    with Browsers(place.portal, resellers, browsers) as people:
        many(within=(60 + large * rows / 500) * place.slowness)
    say(
        f"{large} files of {rows} rows: {told(many.large_seconds)}\n{len(many.small)} of {SMALL_ROWS}:"
        f" {told(many.small_seconds)}\n{len(people.seconds)} pages of {browsers} browsers: {told(people.seconds)}"
    )
    assert people.failures == []
    longest = 2 * (SHARE + ROUND) * count / WORKERS * place.slowness  # in each of two phases, everybody's turn once
    assert max(many.small_seconds) < longest
    if many.large_seconds and min(many.large_seconds) > longest:
        assert set(many.order[: len(many.small)]) == set(many.small), "every small file was done before any large one"
    with place.portal.database() as database:
        for importer in (*many.large, *many.small):
            ledger.check_files(database, importer.reseller, [importer.errand])


def told(seconds):
    return f"median {percentile(seconds, 50):.2f} s, p95 {percentile(seconds, 95):.2f} s, longest {max(seconds):.2f} s"


def random_ones():
    """Those of the seed, or the one whose own seed was given."""
    if "-" in SEED:
        return [chaos.drawn(SEED)]
    return [chaos.drawn(f"{SEED}-{number}") for number in range(1, SCHEDULES + 1)]


def sweep_up(portal):
    """Hours later, the sweep deletes what killed requests left; returns how many files it left that nobody names."""
    folder = portal.home / "uploads"
    for file in folder.glob("*/*"):
        os.utime(file, (time.time() - 7200,) * 2)
    named = {name for (name,) in uploads_named(portal)}
    portal.manage("shell", "-c", "from imports.uploads import sweep; sweep()")
    left = {f"{file.parent.name}/{file.name}" for file in folder.glob("*/*")}
    assert named <= left, "a file that an import names is gone"
    return len(left - named)


def uploads_named(portal):
    with portal.database() as database:
        return database.execute("SELECT upload FROM imports_import").fetchall()
