"""Where it is measured: a private PostgreSQL that keeps its promises (fsync and all), with one reseller in it.

To be entered before Django is asked for anything.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from cloudbroker.embedded import APP, DATABASE, OWNER, QUEUE, QUEUE_DATABASE, SUPERUSER, Cluster
from cloudbroker.environment import OWNERS_ONLY, Place, assignments, for_commands

ROOT = Path(__file__).resolve().parents[1]
RESELLER = "Northwind Cloud"
TABLES = ("organizations_organization", "organizations_groupmembership", "events_event", "imports_importrow")


@contextmanager
def measured_in() -> Iterator[Cluster]:
    """A cluster of its own; this process and what it starts are told of it."""
    with tempfile.TemporaryDirectory(prefix="cloudbroker-bench-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "home")
        try:
            cluster.start()
            cluster.prepare()
            _tell_everybody(cluster)
            _fill(cluster)
            yield cluster
        finally:
            cluster.remove()


def _tell_everybody(cluster: Cluster) -> None:
    place = Place(cluster.home, "127.0.0.1", 8000)
    given = {"SECRET_KEY": "a key for benchmarks", "CLOUDBROKER_ENV": "test", "LOG_LEVEL": "WARNING"}
    os.environ.update(for_commands(assignments(place, cluster, {}), {}) | given)
    os.environ.pop(OWNERS_ONLY)


def _fill(cluster: Cluster) -> None:
    owner = {"DATABASE_OWNER_URL": cluster.url(DATABASE, OWNER)}
    command = [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | owner, check=True, stdout=subprocess.DEVNULL)
    with owner_of(cluster) as connection:  # django-import-export sets sequences back after its dry run
        connection.execute(f"GRANT UPDATE ON ALL SEQUENCES IN SCHEMA public TO {APP}".encode())
    import django

    django.setup()
    _create_reseller()


def _create_reseller() -> None:
    from accounts.models import Membership, Reseller, User
    from accounts.roles import Role

    reseller = Reseller.objects.create(name=RESELLER, country="SE", currency="SEK")
    user = User.objects.create_user("admin@northwind.example", name="Astrid Lindqvist")
    Membership.objects.create(reseller=reseller, user=user, role=Role.RESELLER_ADMIN)


@contextmanager
def owner_of(cluster: Cluster) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(cluster.url(DATABASE, OWNER), autocommit=True) as connection:
        yield connection


def emptied(cluster: Cluster) -> None:
    """Every measurement begins with empty tables and nothing left to write."""
    with owner_of(cluster) as owner:
        owner.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE".encode())
        owner.execute("DELETE FROM jobs_job")
    with psycopg.connect(cluster.url(QUEUE_DATABASE, QUEUE), autocommit=True) as queue:
        queue.execute("SELECT pgmq.purge_queue(queue_name) FROM pgmq.list_queues()")
    with psycopg.connect(cluster.url("postgres", SUPERUSER), autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")
