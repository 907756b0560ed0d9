"""Random kills on a running portal: what can be killed, the people who keep it busy, and what must hold afterwards."""

import random
import signal
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile

from cloudbroker.embedded import APP, DATABASE
from cloudbroker.processes import tail
from support.files import URL, numbered, table
from support.portal import Visitor, kill

IN_FLIGHT = 3
BAD_EVERY = 500  # rows


@dataclass
class File:
    """A file of a number of rows, of which every 500th is bad; its name and its customers are nobody else's."""

    number: int
    rows: int
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def name(self):
        return f"{self.tag}.csv"

    @property
    def bad(self):
        return self.rows // BAD_EVERY

    def content(self):
        return SimpleUploadedFile(self.name, table(*map(self._row, range(1, self.rows + 1))).encode())

    def _row(self, number):
        row = numbered(number)
        values = {"primary_domain": f"{number}.{self.tag}.example", "customer_number": f"{self.tag}-{number}"}
        return row | values | ({"notification_email": "bad"} if number % BAD_EVERY == 0 else {})


class Faults:
    """What is done to the portal, each by its name; chosen by a seeded generator."""

    def __init__(self, portal, rng):
        self.portal, self.rng = portal, rng

    def strike(self):
        """Does something; returns what."""
        what = self.rng.choice(FAULTS)
        with suppress(psycopg.Error):  # the database is down already
            what(self)
        return what.__name__

    def web(self):
        kill(self.portal.running("web")[:1])

    def web_worker(self):
        kill(self._one_of(self.portal.running("web")[1:]))

    def worker(self):
        kill(self.portal.running("worker")[:1])

    def worker_child(self):
        kill(self._one_of(self.portal.running("worker")[1:]))

    def worker_with_children(self):
        kill(self.portal.running("worker"))

    def worker_child_freezes(self):
        frozen = self._one_of(self.portal.running("worker")[1:])
        kill(frozen, signal.SIGSTOP)
        time.sleep(self.rng.uniform(0.5, 3))
        kill(frozen, signal.SIGCONT)

    def beat(self):
        kill(self.portal.running("beat"))

    def postmaster(self):
        kill(filter(None, [self.portal.postmaster()]))

    def backend(self):
        with self.portal.database() as database:
            found = database.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s ORDER BY pid", [APP])
            kill(self._one_of([pid for (pid,) in found]))

    def connections_cut(self):
        with self.portal.database() as database:
            database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [APP])

    def read_only_for_a_while(self):
        with self.portal.database() as database:
            database.execute(f"ALTER DATABASE {DATABASE} SET default_transaction_read_only = on")
        try:
            self.connections_cut()
            time.sleep(self.rng.uniform(0.5, 3))
        finally:
            with self.portal.database() as database:
                database.execute("SET default_transaction_read_only = off")
                database.execute(f"ALTER DATABASE {DATABASE} RESET default_transaction_read_only")
        self.connections_cut()

    def broker_emptied(self):
        self.portal.empty_queues()

    def broker_emptied_and_worker_killed(self):
        self.portal.empty_queues()
        self.worker_with_children()

    def all_parts(self):
        parts = [pid for part in ("web", "worker", "beat") for pid in self.portal.running(part)]
        kill([*parts, *filter(None, [self.portal.postmaster()])])

    def power_cut(self):
        self.portal.kill_everything()
        self.portal.start()

    def _one_of(self, pids):
        return [self.rng.choice(pids)] if pids else []


FAULTS = [
    Faults.web,
    Faults.web_worker,
    Faults.worker,
    Faults.worker_child,
    Faults.worker_with_children,
    Faults.worker_child_freezes,
    Faults.beat,
    Faults.postmaster,
    Faults.backend,
    Faults.connections_cut,
    Faults.read_only_for_a_while,
    Faults.broker_emptied,
    Faults.broker_emptied_and_worker_killed,
    Faults.all_parts,
    Faults.power_cut,
]


class People(threading.Thread):
    """They hand in files until they are told to stop, and start every import that is ready, again and again."""

    def __init__(self, portal, rng, most_rows):
        super().__init__(daemon=True)
        self.portal, self.rng, self.most_rows = portal, rng, most_rows
        self.visitor = Visitor(portal.url)
        self.files, self.lost_answers = [], []
        self.hand_in, self.done, self.failure = True, False, None

    def run(self):
        try:
            while not self.done:
                with suppress(psycopg.Error):
                    self._get_on()
                time.sleep(0.1)
        except Exception as error:
            self.failure = error

    def _get_on(self):
        imports = look(self.portal)
        for found in imports.values():
            if found.state == "ready":
                self._try(lambda found=found: self.visitor.post(f"/organizations/imports/{found.public_id}/start/"))
        missing = [file for file in self.files if file.name not in imports]
        if missing:
            self._upload(missing[0])
        elif self.hand_in and sum(found.is_going for found in imports.values()) < IN_FLIGHT:
            self.files.append(File(len(self.files), self.rng.randint(1, self.most_rows)))

    def _upload(self, file):
        group = self._group()
        self._try(lambda: self.visitor.post(URL, file=file.content(), group=group))

    def _group(self):
        """Every organization is to belong to one group: memberships are counted too."""
        with self.portal.database() as database:
            found = database.execute(
                "SELECT groups_group.public_id FROM groups_group JOIN accounts_reseller ON accounts_reseller.id ="
                " reseller_id WHERE groups_group.name = 'Nordics' ORDER BY groups_group.id LIMIT 1"
            ).fetchone()
        return str(found[0])

    def _try(self, call):
        """An answer that was lost says nothing: whether the file is there is seen in the next round, when a request
        that outlived its answer has ended too.
        """
        try:
            call()
        except (OSError, HTTPException) as error:
            self.lost_answers.append(error)
            time.sleep(0.5)


@dataclass
class Found:
    """An import as the database has it."""

    public_id: str
    state: str
    rows_total: int | None
    rows_read: int
    place: int
    rows_created: int

    @property
    def is_going(self):
        return self.state in ("reading", "ready", "importing")

    @property
    def is_midway(self):
        return 0 < self.rows_read < (self.rows_total or 0) or (self.state == "importing" and self.place > 0)

    @property
    def progress(self):
        return (self.state, self.rows_total, self.rows_read, self.place)


def look(portal):
    """The imports by file name."""
    with portal.database() as database:
        rows = database.execute(
            "SELECT file_name, public_id, state, rows_total, rows_read, place, rows_created FROM imports_import"
        ).fetchall()
    return {name: Found(str(public_id), *facts) for name, public_id, *facts in rows}


class Watch(threading.Thread):
    """Notes for how long an import that had something to do made no progress though nothing was killed."""

    def __init__(self, portal):
        super().__init__(daemon=True)
        self.portal, self.done = portal, False
        self.longest, self.seen, self.disturbed_at = 0.0, {}, 0.0

    def run(self):
        while not self.done:
            with suppress(psycopg.Error):
                for name, found in look(self.portal).items():
                    self._note(name, found)
            time.sleep(0.2)

    def _note(self, name, found):
        before, since = self.seen.get(name, (None, 0))
        if before == found.progress:
            if found.is_going:
                self.longest = max(self.longest, time.monotonic() - max(since, self.disturbed_at))
        else:
            self.seen[name] = found.progress, time.monotonic()


@contextmanager
def busy(portal, rng, most_rows):
    """People at work and somebody watching."""
    people, watch = People(portal, rng, most_rows), Watch(portal)
    people.start()
    watch.start()
    try:
        yield people, watch
    finally:
        people.done = watch.done = True
        people.join(30)
        watch.join(10)


def run(portal, *, kills, seed, most_rows, say, patience):
    """The whole story; returns the people and the watch when everything they handed in is done."""
    rng = random.Random(seed)
    faults, midway = Faults(portal, rng), 0
    with busy(portal, random.Random(seed + 1), most_rows) as (people, watch):
        for number in range(1, kills + 1):
            await_a_moment(portal, rng, patience)
            going = going_now(portal)
            midway += any(found.is_midway for found in going)
            say(f"{number:4} {faults.strike():34} while {', '.join(map(told, going)) or 'nothing runs'}")
            watch.disturbed_at = time.monotonic()
            assert portal.process.poll() is None, f"make run ended by itself: {portal.output.read_text()}"
        people.hand_in = False
        settled = seconds_until_settled(portal, people, watch, patience)
        say(
            f"{kills} kills, {midway} midway; {len(people.files)} files, {len(people.lost_answers)} lost answers;"
            f" longest without progress {watch.longest:.1f} s; settled {settled:.1f} s after the last kill"
        )
    return people, watch


def await_a_moment(portal, rng, patience):
    """Mostly one in which work gets on and something is half done; now and then any: what is just starting must bear it
    too.
    """
    if rng.random() < 0.75:
        before, began = progress_of(going_now(portal)), time.monotonic()
        while not is_getting_on(going_now(portal), before):
            assert time.monotonic() - began < patience, ["nothing gets on", *map(told, going_now(portal))]
            time.sleep(0.02)
    time.sleep(rng.uniform(0, 0.7))


def is_getting_on(going, before):
    return progress_of(going) - before and any(found.is_midway for found in going)


def progress_of(going):
    return {(found.public_id, *found.progress) for found in going}


def going_now(portal):
    with suppress(psycopg.Error):
        return [found for found in look(portal).values() if found.is_going]
    return []


def told(found):
    return f"{found.state} {found.place if found.state == 'importing' else found.rows_read}/{found.rows_total}"


def seconds_until_settled(portal, people, watch, patience):
    """However long everything together takes: no import may stand still for longer than `patience`."""
    began = time.monotonic()
    while not is_settled(portal, people):
        if people.failure:
            raise people.failure
        waited = time.monotonic() - began
        going = [*map(told, going_now(portal))]
        assert watch.longest < patience and waited < patience * IN_FLIGHT, [
            going,
            people.lost_answers[-3:],
            ends(portal),
        ]
        time.sleep(0.2)
    return time.monotonic() - began


def ends(portal):
    """What each part said last."""
    return {log.name: tail(log, 12) for log in sorted((portal.home / "log").glob("*.log"))}


def is_settled(portal, people):
    with suppress(psycopg.Error):
        imports = look(portal)
        there = all(file.name in imports for file in people.files)
        return there and not any(found.is_going for found in imports.values())
    return False


def check(portal, people):
    """Every row exactly once, every count right, each event exactly once, nothing left over."""
    with portal.database() as database:
        by_name = {
            row[0]: row[1:]
            for row in database.execute(
                "SELECT file_name, state, rows_total, rows_read, rows_valid, rows_invalid, rows_created, rows_failed,"
                " (SELECT count(*) FROM imports_importrow AS r WHERE r.import_id = i.id),"
                " (SELECT count(*) FROM organizations_organization AS o WHERE o.customer_number LIKE"
                "  replace(file_name, '.csv', '') || '-%'),"
                " (SELECT count(DISTINCT subject_id) FROM events_event AS e WHERE e.batch_id = i.public_id),"
                " (SELECT count(*) FROM events_event AS e WHERE e.batch_id = i.public_id),"
                " (SELECT array_agg(kind ORDER BY kind) FROM events_event AS e WHERE e.subject_id = i.public_id)"
                " FROM imports_import AS i"
            )
        }
        lonely = database.execute(
            "SELECT count(*) FROM organizations_organization AS o JOIN events_event AS e ON e.subject_id = o.public_id"
            " LEFT JOIN organizations_groupmembership AS m ON m.organization_id = o.id"
            " WHERE e.batch_id IS NOT NULL AND m.id IS NULL"
        ).fetchone()[0]
        jobs = database.execute("SELECT count(*) FROM jobs_job").fetchone()[0]
    expected = {file.name: facts(file) for file in people.files}
    assert by_name == expected
    assert (lonely, jobs) == (0, 0)


def facts(file):
    good = file.rows - file.bad
    told = ["import.finished", "import.read", "import.started"]
    return ("done", file.rows, file.rows, good, file.bad, good, 0, file.rows, good, good, good, told)
