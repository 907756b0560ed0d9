"""Anything may be killed at any moment: no row is lost, none is doubled, and nothing stays stuck.

`make chaos KILLS=200 SEED=7` runs the long form.
"""

import os
import random
import sys
import time

import pytest
from support import chaos
from support.portal import Portal

KILLS = int(os.environ.get("CHAOS_KILLS", "5"))
SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))
# No import may be without progress for longer: in seconds, where `make run` takes six to start. A busy machine is given
# more.
STUCK_AFTER, STARTS_IN = 60.0, 6.0

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240 + 30 * KILLS)]


@pytest.fixture
def portal(tmp_path):
    found = Portal(tmp_path / "home")
    began = time.monotonic()
    found.start()
    found.slowness = max(1.0, (time.monotonic() - began) / STARTS_IN)
    yield found
    found.stop()


def test_every_row_exactly_once_whatever_is_killed(portal, capfd):
    def say(text):
        with capfd.disabled():
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    say(f"\nCHAOS_SEED={SEED} CHAOS_KILLS={KILLS} slowness={portal.slowness:.1f}")
    patience = STUCK_AFTER * portal.slowness
    people, watch = chaos.run(portal, kills=KILLS, seed=SEED, most_rows=8_000, say=say, patience=patience)
    chaos.check(portal, people)
    assert watch.longest < patience
    assert sweep_up(portal) == 0


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
