"""What machines are told about a web process, whoever they are and whatever they call it."""

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from support import database

from cloudbroker import health
from cloudbroker.embedded import SUPERUSER


@pytest.fixture(autouse=True)
def _fresh():
    yield
    health.draining.clear()
    health._migrated.clear()


def ask(path, **options):
    return Client(raise_request_exception=False).get(path, **options)


def test_it_lives_even_without_a_database():
    """No query: a process must not be restarted because its database is."""
    assert ask("/livez").content == b"alive\n"


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "web-a", "evil.example"])
def test_it_is_ready_by_any_name_and_without_tls(host, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = ask("/readyz", headers={"host": host})
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    assert ask("/", headers={"host": host}).status_code in (301, 400)


@pytest.mark.django_db
def test_it_is_not_ready_while_the_database_lacks_a_migration():
    rename = "UPDATE django_migrations SET app = %s WHERE app = %s"
    address = database.cluster().url(connection.settings_dict["NAME"], SUPERUSER)
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute(rename, ["elsewhere", "imports"])
        lacking = ask("/readyz")
        superuser.execute(rename, ["imports", "elsewhere"])
    assert (lacking.status_code, lacking.content) == (503, b"the database is not migrated\n")
    assert ask("/readyz").status_code == 200


@pytest.mark.django_db
def test_the_version_before_is_ready_beside_migrations_that_it_does_not_know():
    address = database.cluster().url(connection.settings_dict["NAME"], SUPERUSER)
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('imports', '9999_later', now())")
        try:
            assert ask("/readyz").status_code == 200
        finally:
            superuser.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


@pytest.mark.django_db
def test_it_is_not_ready_without_its_database(monkeypatch):
    def gone():
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", gone)
    answer = ask("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")


@pytest.mark.django_db
def test_one_that_is_stopping_turns_others_away_and_still_lives():
    health.draining.set()
    assert ask("/readyz").status_code == 503
    assert ask("/livez").status_code == 200
