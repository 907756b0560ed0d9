"""The private PostgreSQL: in awkward places, after a crash, and with no more rights than it needs."""

import os
import signal

import psycopg
import pytest

from cloudbroker import embedded, run
from cloudbroker.embedded import APP, DATABASE, OWNER, QUEUE, QUEUE_DATABASE, SUPERUSER, Cluster

pytestmark = pytest.mark.processes


@pytest.fixture
def make():
    made = []

    def cluster(home, *, durable=False):
        found = Cluster(home, durable=durable)
        made.append(found)
        found.start()
        found.prepare()
        return found

    yield cluster
    for found in made:
        found.remove()


def answer(server):
    with psycopg.connect(server.url(DATABASE, APP)) as app:
        return app.execute("SELECT 1").fetchone()


def test_it_starts_in_a_home_that_nobody_else_may_enter(make, tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = make(private / "var")
    assert answer(server) == (1,)
    assert private.stat().st_mode & 0o777 == 0o700, "nobody's folders were opened for it"


def test_it_starts_under_a_path_longer_than_a_socket_may_have(make, tmp_path):
    home = tmp_path / ("long-" * 24)
    assert len(str(home)) > 120
    server = make(home)
    assert answer(server) == (1,)
    assert len(str(server.socket)) < 90


def test_what_was_committed_survives_a_kill(make, tmp_path):
    server = make(tmp_path / "home", durable=True)
    with psycopg.connect(server.url(DATABASE, OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE kept (n int)")
        owner.execute("INSERT INTO kept VALUES (4711)")
    os.kill(server.server_pid(), signal.SIGKILL)
    server.process.wait(10)
    server.process = None
    server.start()
    with psycopg.connect(server.url(DATABASE, OWNER)) as owner:
        assert owner.execute("SELECT n FROM kept").fetchone() == (4711,)


def test_one_that_dies_again_while_it_starts_is_tried_again(make, tmp_path, monkeypatch, capsys):
    server = make(tmp_path / "home")
    monkeypatch.setattr(embedded, "PATIENCE_AFTER_A_CRASH", 0.1)
    os.kill(server.server_pid(), signal.SIGKILL)
    server.process.wait(10)
    needed = server.data / "global" / "pg_control"
    needed.rename(needed.with_suffix(".away"))
    for _ in range(2):
        run.revive(server)
        assert "PostgreSQL doesn't start" in capsys.readouterr().out
    needed.with_suffix(".away").rename(needed)
    monkeypatch.undo()
    run.revive(server)
    assert "was started again" in capsys.readouterr().out
    assert answer(server) == (1,)


def test_roles_may_do_what_they_are_for_and_enter_where_they_belong(make, tmp_path):
    server = make(tmp_path / "home")
    with psycopg.connect(server.url("postgres", SUPERUSER)) as superuser:
        rights = (
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = ANY(%s)"
        )
        found = superuser.execute(rights, [[APP, OWNER, QUEUE]]).fetchall()
    assert sorted(found) == sorted((role, False, False, False, False) for role in (APP, OWNER, QUEUE))
    for database, role in ((DATABASE, QUEUE), (QUEUE_DATABASE, APP), (QUEUE_DATABASE, OWNER)):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(server.url(database, role))
    with psycopg.connect(server.url(DATABASE, APP)) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine (n int)")
