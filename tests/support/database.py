"""The test run's own PostgreSQL: a server for the run, a migrated template, a clone for each process."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from cloudbroker.embedded import APP, OWNER, SUPERUSER, Cluster

ROOT = Path(__file__).resolve().parents[2]
HOME = "CLOUDBROKER_TEST_HOME"
TEMPLATE = "test_template"


def cluster() -> Cluster:
    return Cluster(Path(os.environ[HOME]), durable=False, max_connections=100)


def start() -> Cluster:
    """A server for this run with a migrated template in it."""
    home = Path(tempfile.mkdtemp(prefix="cloudbroker-test-"))
    home.chmod(0o755)
    os.environ[HOME] = str(home)
    server = cluster()
    try:
        server.start()
        _make_template(server)
    except BaseException:
        stop(server)
        raise
    return server


def _make_template(server: Cluster) -> None:
    server.prepare()
    server.create_database(TEMPLATE)
    command = [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"]
    owner = {"DATABASE_OWNER_URL": server.url(TEMPLATE, OWNER)}
    subprocess.run(command, cwd=ROOT, env=os.environ | environment(TEMPLATE) | owner, check=True)
    with psycopg.connect(server.url(TEMPLATE, SUPERUSER), autocommit=True) as connection:
        connection.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APP}")


def stop(server: Cluster) -> None:
    server.remove()
    shutil.rmtree(os.environ[HOME], ignore_errors=True)


def environment(database: str) -> dict[str, str]:
    return {
        "CLOUDBROKER_ENV": "test",
        "CLOUDBROKER_HOME": os.environ[HOME],
        "DATABASE_URL": cluster().url(database, APP),
        "BROKER_URL": "memory://",
        "SECRET_KEY": "a key for tests",
        "DJANGO_SETTINGS_MODULE": "cloudbroker.settings",
    }


def name_for(worker: str) -> str:
    return f"test_{worker}"


def clone(name: str) -> None:
    server = cluster()
    server.drop_database(name)
    server.create_database(name, TEMPLATE)


def drop(name: str) -> None:
    cluster().drop_database(name)
