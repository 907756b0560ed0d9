"""Runs a program as a given user and bound to the life of the program that started it, where the system can do that.

Used as a script before the program proper, because code between fork and exec is unsafe beside threads:
`python -I -S leash.py PARENT SIGNAL UID GID PROGRAM ARGUMENT…`
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def leashed(argv: Sequence[str], *, signal: int, uid: int = -1, gid: int = -1) -> list[str]:
    """The command line under which `argv` gets `signal` when this process is gone; -1 keeps the user as it is."""
    options = [str(number) for number in (os.getpid(), int(signal), uid, gid)]
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *options, *argv]


def become(uid: int, gid: int) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def bind(parent: int, signal: int) -> None:
    if signal and sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def main(parent: str, signal: str, uid: str, gid: str, *argv: str) -> None:
    become(int(uid), int(gid))  # first: a change of user forgets the signal
    bind(int(parent), int(signal))
    os.execvp(argv[0], argv)  # noqa: S606  arguments come from this project's own lists


if __name__ == "__main__":
    main(*sys.argv[1:])
