"""What can be asked of the operating system about running programs and the logs they leave."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_line(pid: int) -> str:
    """Empty for a process that is gone, or dead and not yet collected by its parent."""
    if sys.platform != "linux":
        return listed(["-ww", "-o", "command=", "-p", str(pid)])
    return read_as_text(Path(f"/proc/{pid}/cmdline"))


def holding(mark: str) -> list[int]:
    """The processes, ourselves apart, in whose environment the mark was put: all that a program of ours has started."""
    if sys.platform == "linux":
        numbers = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
        found = (pid for pid in numbers if mark in read_as_text(Path(f"/proc/{pid}/environ")))
    else:
        found = (
            int(line.split()[0]) for line in listed(["-axEww", "-o", "pid=,command="]).splitlines() if mark in line
        )
    return [pid for pid in found if pid != os.getpid()]


def kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def tail(log: Path, lines: int) -> str:
    with suppress(FileNotFoundError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def read_as_text(path: Path) -> str:
    with suppress(OSError):
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def listed(options: list[str]) -> str:
    return subprocess.run(["ps", *options], capture_output=True, text=True).stdout
