"""Keeps a handful of programs running: starts them, restarts what dies, and leaves nothing behind when it stops."""

import math
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloudbroker.leash import leashed
from cloudbroker.processes import holding, kill, kill_group, tail

PATIENCE = 8.0  # for a polite stop; jobs are rows and may be killed
LONGEST_DELAY = 8.0  # everybody waits for a part that was killed; one that is broken may fail this often
HEALTHY_AFTER = 60.0
LOGS_KEPT = 3


@dataclass(frozen=True)
class Part:
    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]


@dataclass
class Running:
    """A part and how it fares; `process` is None until it is started, and while it waits for its next start."""

    part: Part
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = math.inf


class Supervisor:
    """`mark` stands in the environment of every part, so that whatever descends from one can be found."""

    def __init__(self, parts: Sequence[Part], *, logs: Path, mark: str, say: Callable[[str], None] = print) -> None:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.parts = [Running(part, logs / f"{part.name}.log") for part in parts]
        self.mark = mark
        self.say = say

    def start(self, *names: str) -> None:
        """The parts of these names; all when none is given."""
        for running in self.parts:
            if not names or running.part.name in names:
                rotate(running.log)
                launch(running)

    def check(self) -> None:
        """To be called a few times a second: note deaths, start again what is due."""
        for running in self.parts:
            if running.process is None:
                if time.monotonic() >= running.due:
                    launch(running)
            elif (status := running.process.poll()) is not None:
                self._bury(running, status)

    def most_failures(self) -> Running:
        return max(self.parts, key=lambda running: running.failures)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Politely, then by force; at once when `hurry` says so."""
        for running in self.parts:
            if running.process is not None:
                running.process.send_signal(signal.SIGTERM)
        give_up = time.monotonic() + PATIENCE
        while self._any_alive() and time.monotonic() < give_up and not hurry():
            time.sleep(0.05)
        for running in self.parts:
            if running.process is not None:
                kill_group(running.process.pid)
                running.process.wait()
        end_all(self.mark)

    def _any_alive(self) -> bool:
        return any(running.process is not None and running.process.poll() is None for running in self.parts)

    def _bury(self, running: Running, status: int) -> None:
        if running.process is not None:
            kill_group(running.process.pid)  # its children may still hold the port
            running.process = None
        lived = time.monotonic() - running.started
        running.failures = 1 if lived > HEALTHY_AFTER else running.failures + 1
        delay = min(LONGEST_DELAY, 2.0 ** (running.failures - 1))
        running.due = time.monotonic() + delay
        self.say(f"{running.part.name} {ending(status)}; it starts again in {delay:.0f} s. {last_words(running.log)}")


def launch(running: Running) -> None:
    """In a session of its own: a Ctrl-C in the terminal is then for the supervisor alone."""
    with running.log.open("ab") as log:
        running.process = subprocess.Popen(
            leashed(running.part.argv, signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(running.part.environment),
            start_new_session=True,
        )
    running.started = time.monotonic()


def end_all(mark: str) -> None:
    """Kill whatever carries the mark, and return when it is gone."""
    give_up = time.monotonic() + PATIENCE
    while (found := holding(mark)) and time.monotonic() < give_up:
        kill(found)
        time.sleep(0.05)


def rotate(log: Path) -> None:
    """log → log.1 → log.2 …, the oldest forgotten."""
    names = [log, *(log.with_name(f"{log.name}.{number}") for number in range(1, LOGS_KEPT + 1))]
    for older, newer in reversed(list(zip(names[1:], names[:-1], strict=True))):
        with suppress(FileNotFoundError):
            newer.replace(older)


def ending(status: int) -> str:
    if status >= 0:
        return f"ended (exit status {status})"
    return f"was killed ({signal.Signals(-status).name})"


def last_words(log: Path, lines: int = 5) -> str:
    words = tail(log, lines)
    return f"The end of {log}:\n" + "\n".join(f"    {line}" for line in words.splitlines()) if words else f"See {log}."
