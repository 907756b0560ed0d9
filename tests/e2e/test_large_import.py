"""One large file through a browser, with the worker's memory watched: `LARGE=100000` runs the long form."""

import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.files import numbered, table

from e2e.test_main_job import hand_in

ROWS = int(os.environ.get("LARGE", "10000"))
FEW = 2_000  # as many as a worker ever holds
GROWTH = 16.0  # MB

pytestmark = [pytest.mark.timeout(120 + ROWS // 200)]


def file_of(rows, tag):
    return table(
        *[
            numbered(number) | {"primary_domain": f"{number}.{tag}.example", "customer_number": f"{tag}-{number}"}
            for number in range(1, rows + 1)
        ]
    ).encode()


def forget_peaks(pids):
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def peaks(pids):
    """The most memory that each process had since then, in MB."""
    found = {}
    for pid in pids:
        with suppress(FileNotFoundError):
            (peak,) = re.findall(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
            found[pid] = int(peak) / 1024
    return found


def import_in(page, rows, tag):
    """Returns the seconds from choosing the file to the last organization, and what the page said meanwhile."""
    began, told = time.monotonic(), set()
    hand_in(page, file_of(rows, tag), f"{tag}.csv")
    create = page.locator(f"button:has-text('Create/Import Organizations ({rows:,})')")
    create.wait_for(timeout=60_000 + rows)
    create.click()
    while not page.get_by_text("The import has finished").count():
        told |= set(re.findall(r"([\d,]+) of [\d,]+", page.inner_text("main")))
        page.wait_for_timeout(100)
    assert f"{rows:,}" in page.inner_text(".cb-counts")
    return time.monotonic() - began, told


def test_a_large_file_is_imported_in_the_memory_of_a_small_one(visit, portal, capfd):
    page = visit()
    import_in(page, FEW, "small")
    workers = portal.running("worker")
    forget_peaks(workers)
    import_in(page, FEW, "again")
    before = peaks(workers)
    forget_peaks(workers)
    seconds, told = import_in(page, ROWS, "large")
    after = peaks(workers)
    most_before, most = max(before.values()), max(after.values())
    with capfd.disabled():
        sys.stdout.write(f"\n{ROWS:,} rows in {seconds:.1f} s, the worker held {most_before:.1f}, then {most:.1f} MB\n")
    assert len(told) > 1 or ROWS < 50_000, "the page shows how far it is"
    assert after.keys() == before.keys(), "no worker was replaced"
    assert most - most_before < GROWTH
    page.goto(f"/organizations/?search={ROWS}.large.example")
    assert page.locator("tbody tr").count() == 1
