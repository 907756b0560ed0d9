"""Our own side: a file that was handed in becomes organizations, through Celery or in this process, phase by phase."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.place import ROOT
from cloudbroker.run import CELERY

GIVE_UP_AFTER = 3600.0
LOOK_EVERY = 0.05  # seconds; more often, looking would take a third of a processor from the worker


def import_file(path: Path, work: Callable[[Any], None], *, again: bool = False) -> float:
    """Seconds from the stored upload to the last organization; `work` does it or waits for it. `again` is for rows that
    are all there as they are, in *create and update*."""
    from imports.receiving import start_import

    job = hand_in(path, again=again)
    began = time.perf_counter()
    work(job)
    with acting() as actor:
        start_import(actor, job)
    work(job)
    seconds = time.perf_counter() - began
    check_done(job, again=again)
    return seconds


@contextmanager
def acting() -> Iterator[Any]:
    from accounts.models import Membership
    from accounts.tenancy import acting_for
    from groups.access import actor_of

    member = Membership.objects.select_related("reseller", "user").get()
    with acting_for(member.reseller_id):
        yield actor_of(member)


def hand_in(path: Path, *, again: bool = False) -> Any:
    """However large: a million rows of all fields are more than may be uploaded."""
    from django.core.files import File

    from imports.models import Mode
    from imports.receiving import Options, receive_file

    options = Options(Mode.UPDATE if again else Mode.CREATE)
    with path.open("rb") as file, acting() as actor, patch("imports.readers.LARGEST_FILE", 2**30):
        return receive_file(actor, File(file, name=path.name), options=options)


def look(job: Any) -> Any:
    from imports.models import Import

    with acting():
        return Import.objects.get(pk=job.pk)


def check_done(job: Any, *, again: bool = False) -> None:
    job = look(job)
    done = job.rows_unchanged if again else job.rows_created
    if (job.state, done) != ("done", job.rows_total):
        raise RuntimeError(f"The import is {job.state}: {done} of {job.rows_total} rows done, {job.error}.")


def await_worker(job: Any) -> None:
    give_up = time.monotonic() + GIVE_UP_AFTER
    while look(job).state in ("reading", "importing"):
        if time.monotonic() > give_up:
            raise RuntimeError("The worker doesn't get on.")
        time.sleep(LOOK_EVERY)


def work_here(job: Any) -> None:
    """In this process, as a worker would."""
    from imports.tasks import create, read

    task = read if look(job).state == "reading" else create
    while look(job).state in ("reading", "importing"):
        task(job.reseller_id, job.pk)


class Worker:
    """A worker as `make run` starts it; remembers the most memory that one of its processes had, readers included."""

    def __init__(self, log: Path) -> None:
        with log.open("ab") as output:
            argv = [sys.executable, "-m", *CELERY, "worker", "--concurrency", "2", "--without-gossip"]
            self.process = subprocess.Popen(
                [*argv, "--without-mingle", "--without-heartbeat"],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.peak = 0.0
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def forget_peak(self) -> None:
        """What Linux calls the high-water mark starts anew with what is in use."""
        for pid in self._processes():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")
        self.peak = 0.0

    def stop(self) -> None:
        self._over.set()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max([self.peak, *map(peak_megabytes, self._processes())])

    def _processes(self) -> list[int]:
        """Those of the worker's process group, and what they started in groups of their own."""
        found, parents = {self.process.pid}, parents_of_all()
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return list(found)


def parents_of_all() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            found[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def peak_megabytes(pid: int) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return 0.0


PHASES = {
    "survey": "imports.reading._survey",
    "stage": "imports.reading.stage",
    "duplicates": "imports.reading._find_duplicates",
    "create": "imports.creating.create_batch",
}


def phases_of(path: Path) -> dict[str, float]:
    """Seconds by phase in this process. What is left over is waiting for the process that reads and checks the rows
    beside it, commits, and the turns' own work.
    """
    seconds = dict.fromkeys(PHASES, 0.0)
    with patched(seconds), patch("jobs.work._send"):  # no worker is to help
        seconds["everything"] = import_file(path, work_here)
    return seconds


@contextmanager
def patched(seconds: dict[str, float]) -> Iterator[None]:
    from importlib import import_module

    started = []
    for phase, place in PHASES.items():
        module, _, name = place.rpartition(".")
        timed = _timed(phase, getattr(import_module(module), name), seconds)
        started.append(patch(place, timed))
        started[-1].start()
    try:
        yield
    finally:
        for one in started:
            one.stop()


def _timed(phase: str, call: Callable[..., Any], seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            seconds[phase] += time.perf_counter() - began

    return timed
