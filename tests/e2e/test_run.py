"""What `make run` promises about starting, falling over and stopping."""

import os
import signal
import subprocess
import time

import psycopg
import pytest
from support.portal import ROOT, Portal

pytestmark = [pytest.mark.timeout(120), pytest.mark.processes]


def wait_until(true, within=20):
    give_up = time.monotonic() + within
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.1)


@pytest.fixture
def fresh(tmp_path):
    found = Portal(tmp_path / "home")
    found.start()
    yield found
    found.kill_everything()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(fresh, how):
    assert len(fresh.processes()) > 5
    fresh.stop(how)
    assert fresh.process.returncode == 0
    wait_until(lambda: fresh.processes() == [])
    assert not (fresh.home / "run.env").exists()


def test_a_second_run_says_so_and_does_no_harm(fresh):
    second = subprocess.run(
        fresh.command(), cwd=ROOT, env=fresh.environment(), capture_output=True, text=True, timeout=20
    )
    assert second.returncode == 1
    assert f"Cloudbroker already runs here: {fresh.url}" in second.stdout
    assert fresh.is_ready()


def test_a_part_that_dies_is_started_again(fresh):
    def web():
        command = ["pgrep", "-f", f"gunicorn.*{fresh.port}"]
        return set(subprocess.run(command, capture_output=True, text=True).stdout.split())

    before = web()
    for pid in before:
        os.kill(int(pid), signal.SIGKILL)
    wait_until(lambda: web() and not web() & before and fresh.is_ready())


def test_killing_everything_is_followed_by_a_clean_start_with_all_data(fresh):
    with psycopg.connect(fresh.manage("dsn", "--role", "owner")) as owner:
        before = owner.execute("SELECT count(*) FROM organizations_organization").fetchone()
    with psycopg.connect(fresh.manage("dsn", "--role", "app")) as app:
        assert app.execute("SELECT count(*) FROM organizations_organization").fetchone() == (0,)
    fresh.kill_everything()
    fresh.start()
    with psycopg.connect(fresh.manage("dsn", "--role", "owner")) as owner:
        assert owner.execute("SELECT count(*) FROM organizations_organization").fetchone() == before
    assert before[0] > 40
