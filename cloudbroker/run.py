"""`make run`: the whole portal on this machine, database included, until Ctrl-C."""

import fcntl
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from cloudbroker.embedded import Cluster, EmbeddedError
from cloudbroker.embedded_places import made_home
from cloudbroker.environment import (
    MARK,
    STAND_IN,
    Place,
    RunError,
    assignments,
    chosen_place,
    for_commands,
    for_parts,
    needs_cluster,
    write_private,
    write_run_file,
)
from cloudbroker.leash import leashed
from cloudbroker.processes import tail
from cloudbroker.supervisor import Part, Supervisor, end_all, rotate

CHECKOUT = Path(__file__).resolve().parent.parent
WITH_PARENT = "--with-parent"  # stop when the program that started this one (make) is gone
READY_WITHIN = 60.0
HOPELESS = 3  # deaths of one part before the first answer


class Stopped(BaseException):
    """Somebody asked for the end; like KeyboardInterrupt, nothing should mistake it for a fault."""


class Signals:
    """The first request to stop interrupts whatever is going on; later ones only ask to be quick about it."""

    def __init__(self) -> None:
        self.requests = 0
        for number in (signal.SIGINT, signal.SIGTERM):  # also where a script's `&` had Ctrl-C ignored
            signal.signal(number, self._receive)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup does
            signal.signal(signal.SIGHUP, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1
        if self.requests == 1:
            raise Stopped

    def hurry(self) -> bool:
        return self.requests > 1


def main(argv: list[str]) -> int:
    parent = os.getppid() if WITH_PARENT in argv else None
    signals = Signals()
    try:
        place = chosen_place(os.environ, CHECKOUT)
        with only_one_in(made_home(place.home), place.url):
            run(place, signals, parent)
    except (RunError, EmbeddedError) as error:
        say(str(error))
        return 1
    except Stopped:
        say("Stopped.")
    return 0


def run(place: Place, signals: Signals, parent: int | None) -> None:
    mark = fresh_mark(place.home)
    check_port(place)
    with database(place) as cluster:
        assigned = assignments(place, cluster, os.environ)
        with run_file(place.home, assigned):
            commands = Commands(for_commands(assigned, os.environ) | {MARK: mark}, place.home / "log" / "prepare.log")
            environment = for_parts(assigned, os.environ) | {MARK: mark}
            parts = [*portal(place, environment), *stand_in(environment)]
            commands.manage("prepare_database")
            with supervised(Supervisor(parts, logs=place.home / "log", mark=mark, say=say), signals) as supervisor:
                supervisor.start("web", "partner-center")
                sign_ins = commands.manage("create_demo")  # while the web server is busy starting
                await_answer(place, supervisor)
                supervisor.start("worker", "beat")
                say(welcome(place, sign_ins))
                watch(supervisor, cluster, parent)


@contextmanager
def only_one_in(home: Path, url: str) -> Iterator[None]:
    """The kernel lets the lock go when its holder dies, however it dies."""
    with (home / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise RunError(f"Cloudbroker already runs here: {lock.read().strip()}. Stop that one first.") from None
        lock.truncate(0)
        lock.write(f"{url} (process {os.getpid()})")
        lock.flush()
        yield


def fresh_mark(home: Path) -> str:
    """A new mark for this run's programs, when those of a run that was killed are gone."""
    path = home / "run.mark"
    if path.exists() and len(left := path.read_text().strip()) >= 32:
        end_all(f"{MARK}={left}")
    mark = secrets.token_hex(16)
    write_private(path, mark)
    return mark


def check_port(place: Place) -> None:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
            probe.listen()
        except PermissionError:
            raise RunError(f"You may not use port {place.port}. Choose a higher one: `make run PORT=8001`.") from None
        except OSError as error:
            raise RunError(
                f"Port {place.port} is taken by another program ({error.strerror}). Stop it, or choose another port:"
                f" `make run PORT={place.port + 1}`."
            ) from None


@contextmanager
def database(place: Place) -> Iterator[Cluster | None]:
    if not needs_cluster(os.environ):
        yield None
        return
    cluster = Cluster(place.home)
    rotate(cluster.log)
    cluster.stop()  # one left by a run that was killed: it is not our child, so its death would not be noticed
    try:
        cluster.start()
        cluster.prepare()
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def run_file(home: Path, assigned: Mapping[str, str]) -> Iterator[None]:
    path = home / "run.env"
    write_run_file(path, assigned)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


class Commands:
    """Runs `manage.py` in an environment; what it complains of goes to the log."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment = dict(environment)
        self.log = log
        log.parent.mkdir(mode=0o700, exist_ok=True)
        rotate(log)

    def manage(self, command: str) -> str:
        """What the command prints."""
        argv = leashed([sys.executable, str(CHECKOUT / "manage.py"), command], signal=signal.SIGKILL)
        with self.log.open("ab") as errors:
            done = subprocess.run(
                argv,
                env=self.environment,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        if done.returncode:
            raise RunError(f"`manage.py {command}` failed. The end of {self.log}:\n{tail(self.log, 12)}")
        return done.stdout


def portal(place: Place, environment: Mapping[str, str]) -> list[Part]:
    host = f"[{place.host}]" if ":" in place.host else place.host
    serving = ["-c", "python:cloudbroker.serving", "--graceful-timeout", "5"]
    gunicorn = ["gunicorn", *serving, "--bind", f"{host}:{place.port}", "cloudbroker.wsgi"]
    worker = ["worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = ["beat", "--schedule", str(place.home / "beat-schedule"), "--pidfile", ""]
    modules = {"web": gunicorn, "worker": [*CELERY, *worker], "beat": [*CELERY, *beat]}
    return [Part(name, [sys.executable, "-m", *module], environment) for name, module in modules.items()]


def stand_in(environment: Mapping[str, str]) -> list[Part]:
    """The one for Microsoft's Partner Center, unless the user named another or this is no demo."""
    if STAND_IN not in environment or os.environ.get(STAND_IN):
        return []
    port = str(urlsplit(environment[STAND_IN]).port)
    return [Part("partner-center", [sys.executable, "-m", "csp_link.fake", "--port", port], environment)]


CELERY = ["celery", "-A", "cloudbroker"]


@contextmanager
def supervised(supervisor: Supervisor, signals: Signals) -> Iterator[Supervisor]:
    try:
        yield supervisor
    finally:
        supervisor.stop(signals.hurry)


def await_answer(place: Place, supervisor: Supervisor) -> None:
    give_up = time.monotonic() + READY_WITHIN
    while not answers(place):
        supervisor.check()
        if (worst := supervisor.most_failures()).failures >= HOPELESS:
            raise RunError(f"{worst.part.name} doesn't start. The whole story is in {worst.log}.")
        if time.monotonic() > give_up:
            raise RunError(f"{place.url}/readyz gave no good answer in {READY_WITHIN:.0f} s. See {place.home / 'log'}.")
        time.sleep(0.1)


def answers(place: Place) -> bool:
    connection = http.client.HTTPConnection(place.reachable_host, place.port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{place.port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def welcome(place: Place, sign_ins: str) -> str:
    parts = (
        f"  Cloudbroker is at {place.url}",
        sign_ins.rstrip(),
        f"  Ctrl-C stops it. Its logs are in {place.home / 'log'}",
    )
    return "\n" + "\n\n".join(parts) + "\n"


def watch(supervisor: Supervisor, cluster: Cluster | None, parent: int | None) -> None:
    while parent in (None, os.getppid()):
        supervisor.check()
        if cluster:
            revive(cluster)
        time.sleep(0.2)
    raise Stopped


def revive(cluster: Cluster) -> None:
    """A server that dies again while it recovers is no reason to end everything else."""
    try:
        if cluster.revive():
            say("The database had died and was started again.")
    except EmbeddedError as error:
        say(f"{error}\nIt is tried again.")


def say(text: str) -> None:
    with suppress(OSError):  # a closed terminal is no reason to leave anything running
        print(text, flush=True)  # noqa: T201  this is a program for the terminal


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
