"""A database that is full, read-only or cut off for a while: work waits, however long, and then goes on."""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from support import database
from support.files import newest, organizations, staged, table, upload, work_on

from cloudbroker.embedded import SUPERUSER
from imports.tasks import create, read
from jobs import work
from jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
LONGER_THAN_PATIENCE = work.MOST_FAILURES + 1


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch):
    monkeypatch.setattr(work.current_app, "send_task", lambda *args, **kwargs: None)


@pytest.fixture
def superuser(db):
    with psycopg.connect(database.cluster().url(connection.settings_dict["NAME"], SUPERUSER), autocommit=True) as found:
        yield found


@contextmanager
def failing_with(superuser, sqlstate, table):
    """Whoever inserts into the table gets this error from the server."""
    superuser.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        f" 'BEGIN RAISE EXCEPTION USING ERRCODE = ''{sqlstate}''; END'"
    )
    superuser.execute(f"CREATE TRIGGER fail BEFORE INSERT ON {table} EXECUTE FUNCTION fail()")
    try:
        yield
    finally:
        superuser.execute("DROP FUNCTION fail CASCADE")


@contextmanager
def read_only(superuser, sqlstate, table):
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        try:
            yield
        finally:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")


@contextmanager
def cut_off(superuser, sqlstate, table):
    """Every connection is lost as soon as it writes to the table."""
    superuser.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
    )
    superuser.execute(f"CREATE TRIGGER fail BEFORE INSERT ON {table} EXECUTE FUNCTION fail()")
    try:
        yield
    finally:
        superuser.execute("DROP FUNCTION fail CASCADE")
        connection.close()


def forget_dead_connection():
    """As Django does between requests, and Celery's workers between tasks."""
    connection.close_if_unusable_or_obsolete()


OUTAGES = [(failing_with, "53100"), (read_only, None), (cut_off, None)]


@pytest.mark.parametrize(("outage", "sqlstate"), OUTAGES, ids=["full", "read-only", "cut-off"])
def test_an_outage_is_waited_out_while_rows_are_read_and_while_they_are_created(cast, superuser, outage, sqlstate):
    client = cast.sign_in()
    address = upload(client, table(count=2_500)).url
    job = newest(cast)
    with outage(superuser, sqlstate, "imports_importrow"):
        for _ in range(LONGER_THAN_PATIENCE):
            read(cast.northwind.pk, job.pk)
            forget_dead_connection()
    job = newest(cast)
    assert (job.state, job.rows_read, staged(cast, job)) == ("reading", 0, {})
    assert work_on(cast, read).state == "ready"

    client.post(f"{address}start/")
    with outage(superuser, sqlstate, "events_event"):
        for _ in range(LONGER_THAN_PATIENCE):
            create(cast.northwind.pk, job.pk)
            forget_dead_connection()
    job = newest(cast)
    assert (job.state, job.place, organizations(cast)) == ("importing", 0, {})
    job = work_on(cast, create)
    assert (job.state, job.rows_created, len(organizations(cast))) == ("done", 2_500, 2_500)
    assert not Job.objects.exclude(task="imports.mail").exists()


def test_an_error_that_comes_from_the_work_itself_ends_it(cast, superuser):
    upload(cast.sign_in(), table(count=3))
    with failing_with(superuser, "22012", "imports_importrow"):
        for _ in range(work.MOST_FAILURES):
            read(cast.northwind.pk, newest(cast).pk)
    assert (newest(cast).state, newest(cast).error["code"]) == ("failed", "internal")
