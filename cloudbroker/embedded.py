"""The private PostgreSQL of `make run` and `make test`: made, started, repaired after a crash, and stopped."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

import psycopg
from psycopg.pq import PGconn, Ping

from cloudbroker.embedded_grants import (
    APP,
    DATABASE,
    OWNER,
    QUEUE,
    QUEUE_DATABASE,
    SUPERUSER,
    Connection,
    make_database,
    make_roles,
    prepare_data,
    prepare_queue,
)
from cloudbroker.embedded_places import (
    EmbeddedError,
    account_for,
    made_home,
    place_for,
    private_folder,
    programs_for,
    socket_folder,
)
from cloudbroker.leash import leashed
from cloudbroker.processes import command_line, is_alive, tail

__all__ = ["APP", "DATABASE", "OWNER", "QUEUE", "QUEUE_DATABASE", "SUPERUSER", "Cluster", "EmbeddedError"]

# A server killed a moment ago still holds its shared memory until its children have noticed: two seconds, or several
# where the machine is busy.
PATIENCE_AFTER_A_CRASH = 8.0
PATIENCE_WITH_RECOVERY = 60.0
STOPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))  # fast, immediate, by force
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",  # disks have no heads any more; the old 4 makes tables read where an index leads
}
HASTE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Cluster:
    """One server in one home. Who finds it running uses it; who started it should stop it."""

    def __init__(self, home: Path, *, durable: bool = True, max_connections: int = 60) -> None:
        self.home = made_home(home.absolute())  # first, because the place depends on who can get there
        self.place = place_for(self.home)
        self.data = self.place / "postgres"
        self.socket = socket_folder(self.place)
        self.log = self.home / "log" / "postgres.log"
        self.account = account_for(self.data)
        self.durable = durable
        self.settings = SETTINGS | {"max_connections": str(max_connections)} | ({} if durable else HASTE)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when the server answers, made first if there is none and recovered if it had been killed."""
        if self.is_ready():
            return
        self.stop()  # one that is shutting down, or hangs, after whoever started it was killed
        self._make_folders()
        if not self.data.exists():
            self._initialise()
        self._check_data()
        self._write_access()
        self._disown_stale_lock()
        self._launch_patiently()

    def stop(self) -> None:
        for how, patience in STOPS:
            if (pid := self.server_pid()) is None:
                break
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            self._await_end(patience)
        if self.process is not None:
            self.process.wait()
            self.process = None

    def revive(self) -> bool:
        """Start it again if the server started here has died; whether that was so. After an error, try it once more."""
        dead = self.process
        if dead is None or dead.poll() is None:
            return False
        self.process = None
        try:
            self.start()
        except EmbeddedError:
            self.process = dead
            raise
        return True

    def is_ready(self) -> bool:
        return PGconn.ping(self.url("postgres", SUPERUSER).encode()) == Ping.OK

    def url(self, database: str, role: str) -> str:
        """For psycopg, Django and anything else with libpq inside."""
        where = urlencode({"host": str(self.socket), "port": "5432"}, safe="/", quote_via=quote)
        return f"postgresql://{quote(role)}@/{quote(database)}?{where}"

    def prepare(self) -> None:
        """Roles, both databases and what is in them before the first migration; safely repeated."""
        with self._connection("postgres") as connection:
            make_roles(connection)
            make_database(connection, QUEUE_DATABASE, owner=QUEUE, template="template0")
            connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        self.create_database(DATABASE)
        with self._connection(QUEUE_DATABASE, QUEUE) as connection:
            prepare_queue(connection)

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database for the application's tables, which owner and app may enter; one that is there is kept."""
        with self._connection("postgres") as connection:
            make_database(connection, name, owner=OWNER, template=template or "template0")
        with self._connection(name) as connection:
            prepare_data(connection)

    def drop_database(self, name: str) -> None:
        with self._connection("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def remove(self) -> None:
        """Stop it and delete its data for good."""
        self.stop()
        folders = {self.data, self.socket, self._unfinished()} | ({self.place} - {self.home})
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        pointer = self.home / "postgres"
        if pointer.is_symlink():
            pointer.unlink()

    def server_pid(self) -> int | None:
        """The running server of these data; a number that now belongs to some other program is none."""
        if self.process is not None:
            return self.process.pid if self.process.poll() is None else None
        pid = self._recorded_pid()
        return pid if pid and str(self.data) in command_line(pid) else None

    def _connection(self, database: str, role: str = SUPERUSER) -> Connection:
        return psycopg.connect(self.url(database, role), autocommit=True)

    def _make_folders(self) -> None:
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        if self.place != self.home:
            self._set_leftover_aside()
            self.place.mkdir(mode=0o755, parents=True, exist_ok=True)
        private_folder(self.socket, self.account)

    def _set_leftover_aside(self) -> None:
        """A home that was deleted and made again starts empty, as it does where the data lie inside it."""
        if self.data.exists() and not (self.home / "postgres").is_symlink():
            self.place.rename(self.place.with_name(f"{self.place.name}-{time.time_ns()}"))

    def _initialise(self) -> None:
        """Under another name until it is complete: one killed half-way is begun anew."""
        unfinished = self._unfinished()
        shutil.rmtree(unfinished, ignore_errors=True)
        private_folder(unfinished, self.account)
        self._initdb(unfinished)
        unfinished.rename(self.data)
        if self.place != self.home:
            (self.home / "postgres").symlink_to(self.data)

    def _unfinished(self) -> Path:
        return self.place / "postgres-unfinished"

    def _initdb(self, folder: Path) -> None:
        programs = programs_for(self.account)
        options = ["--username", SUPERUSER, "--auth", "peer", "--encoding", "UTF8", *locale_options(programs)]
        argv = [str(programs / "initdb"), "--pgdata", str(folder), *options, *([] if self.durable else ["--no-sync"])]
        with self._open_log() as log:
            done = subprocess.run(self._as_server(argv), stdout=log, stderr=log, env=clean_environment(), cwd="/")
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL could not be set up: {tail(self.log, 8)}")

    def _check_data(self) -> None:
        if (owner := self.data.stat().st_uid) != self.account.uid:
            raise EmbeddedError(
                f"{self.data} belongs to another user (number {owner}). Run this as that user, or set CLOUDBROKER_HOME"
                " to a folder of yours."
            )
        written, found = (self.data / "PG_VERSION").read_text().strip(), major_version(programs_for(self.account))
        if int(written) != found:
            raise EmbeddedError(
                f"{self.data} was written by PostgreSQL {written}, but the programs found are version {found}. Set"
                f" CLOUDBROKER_PG_BIN to those of version {written}, or CLOUDBROKER_HOME to a new folder."
            )

    def _write_access(self) -> None:
        """Only the user who runs this may connect, as any role; written at each start because that user may change."""
        (self.data / "pg_hba.conf").write_text("local all all peer map=us\n")
        client = pwd.getpwuid(os.geteuid()).pw_name
        lines = [f'us "{client}" {role}\n' for role in (SUPERUSER, OWNER, APP, QUEUE)]
        (self.data / "pg_ident.conf").write_text("".join(lines))

    def _disown_stale_lock(self) -> None:
        """PostgreSQL won't start while its last process number lives, even in another program (as in a restarted
        container). It overlooks its parent's number, so that is put there; the file itself guards shared memory.
        """
        pid = self._recorded_pid()
        if pid and is_alive(pid) and self.server_pid() is None:
            lock = self.data / "postmaster.pid"
            lock.write_text("\n".join([str(os.getpid()), *lock.read_text().splitlines()[1:]]) + "\n")

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _launch_patiently(self) -> None:
        began = time.monotonic()
        while not self._launch():
            if time.monotonic() - began > PATIENCE_AFTER_A_CRASH:
                raise EmbeddedError(f"PostgreSQL doesn't start. The end of {self.log}: {tail(self.log, 8)}")
            time.sleep(0.2)

    def _launch(self) -> bool:
        with self._open_log() as log:
            self.process = subprocess.Popen(
                self._as_server(self._command()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean_environment(),
                cwd="/",
                start_new_session=True,
            )
        give_up = time.monotonic() + PATIENCE_WITH_RECOVERY
        while self.process.poll() is None and time.monotonic() < give_up:
            if self.is_ready():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _command(self) -> list[str]:
        settings = self.settings | {"unix_socket_directories": str(self.socket)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(programs_for(self.account) / "postgres"), "-D", str(self.data), *options]

    def _as_server(self, argv: list[str]) -> list[str]:
        # The signal comes when the *thread* that starts the server ends, so only the main one is trusted with it.
        last = signal.SIGINT if threading.current_thread() is threading.main_thread() else 0
        user = (self.account.uid, self.account.gid) if self.account.switch else (-1, -1)
        return leashed(argv, signal=last, uid=user[0], gid=user[1])

    def _open_log(self) -> IO[bytes]:
        return self.log.open("ab")

    def _await_end(self, patience: float) -> None:
        give_up = time.monotonic() + patience
        while self.server_pid() is not None and time.monotonic() < give_up:
            time.sleep(0.02)


def clean_environment() -> dict[str, str]:
    """Ours without what would steer PostgreSQL elsewhere or change its sorting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def major_version(programs: Path) -> int:
    printed = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True).stdout
    if found := re.search(r"(\d+)[.\w]", printed):
        return int(found[1])
    raise EmbeddedError(
        f"{programs / 'postgres'} doesn't run here. Set CLOUDBROKER_PG_BIN, or DATABASE_URL, to another."
    )


def locale_options(programs: Path) -> list[str]:
    """UTF-8 in the order of code points: the builtin provider needs no locale of the machine."""
    if major_version(programs) >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]
