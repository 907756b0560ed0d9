"""The drill: what was backed up comes back whole, policies and rights too, and only where nothing is lost by it."""

import os
import subprocess

import psycopg
import pytest
from django.db import connection
from support import database
from support.cast import Cast

from accounts.tenancy import acting_for
from cloudbroker.embedded import APP, OWNER
from cloudbroker.embedded_places import programs_for

pytestmark = pytest.mark.django_db(transaction=True)
OPS = database.ROOT / "ops"
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
CATALOGUES = {
    "policies": "SELECT tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
    "enabled": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
    "owners": "SELECT relname, relowner::regrole::text, relkind::text FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    # Without their conditions, which are written differently after they were read back.
    "indexes": "SELECT indexname, split_part(indexdef, ' WHERE ', 1) FROM pg_indexes"
    " WHERE schemaname = 'public' ORDER BY 1",
    "functions": "SELECT proname, prosrc, prosecdef, proacl::text FROM pg_proc"
    f" WHERE proowner = '{OWNER}'::regrole ORDER BY 1",
    "rights": "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
    f" WHERE grantee = '{APP}' AND table_schema = 'public' AND privilege_type <> 'TRUNCATE' ORDER BY 1, 2, 3",
}


def script(name, file, database_name):
    server = database.cluster()
    programs = programs_for(server.account)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "DATABASE_OWNER_URL": server.url(database_name, OWNER),
    }
    return subprocess.run([OPS / name, file], env=environment, capture_output=True, text=True)


def state_of(name):
    """All rows of all tables, and what the catalogues say of them, as the owner sees it."""
    with psycopg.connect(database.cluster().url(name, OWNER)) as owner:
        tables = [table for (table,) in owner.execute(TABLES)]
        rows = {table: sorted(map(str, owner.execute(f'SELECT * FROM "{table}"'))) for table in tables}
        return rows, {what: owner.execute(sql).fetchall() for what, sql in CATALOGUES.items()}


@pytest.fixture
def backup(tmp_path):
    """A backup of two resellers' data, and the name of the database that it is of."""
    world = Cast()
    for reseller, actor in ((world.northwind, "admin"), (world.fabrikam, "neighbours_admin")):
        with acting_for(reseller.pk):
            world.create(getattr(world, actor), *(numbered(number) for number in range(20)))
    file, name = tmp_path / "cloudbroker.dump", connection.settings_dict["NAME"]
    done = script("backup.sh", file, name)
    assert done.returncode == 0, done.stderr
    return file, name


def numbered(number):
    domain = f"customer-{number}.example"
    return {"name": f"Customer {number}", "primary_domain": domain, "notification_email": f"it@{domain}"}


@pytest.fixture
def empty():
    """A database that has just been made, as ops/first-start.sh leaves it."""
    name = f"{connection.settings_dict['NAME']}_restored"
    database.cluster().create_database(name)
    yield name
    database.drop(name)


def test_a_restored_database_is_the_same_in_rows_policies_and_rights(backup, empty):
    file, name = backup
    done = script("restore.sh", file, empty)
    assert done.returncode == 0, done.stderr
    before, after = state_of(name), state_of(empty)
    assert len(before[0]["organizations_organization"]) == 40
    assert before[0] == after[0]
    for what in CATALOGUES:
        assert before[1][what] == after[1][what], what
    with psycopg.connect(database.cluster().url(empty, APP)) as app:
        assert app.execute("SELECT count(*) FROM organizations_organization").fetchone() == (0,)


def test_a_database_in_use_is_not_restored_over(backup):
    file, name = backup
    before = state_of(name)
    done = script("restore.sh", file, name)
    assert done.returncode == 1 and "Restore into an empty one" in done.stderr
    assert state_of(name) == before


def test_a_backup_that_was_cut_off_leaves_the_database_empty(backup, empty, tmp_path):
    file, _ = backup
    cut = tmp_path / "cut.dump"
    cut.write_bytes(file.read_bytes()[:-2000])
    assert script("restore.sh", cut, empty).returncode != 0
    assert state_of(empty)[0] == {}


def test_a_backup_that_fails_leaves_no_file_that_looks_like_one(tmp_path):
    done = script("backup.sh", tmp_path / "cloudbroker.dump", "no_such_database")
    assert done.returncode != 0
    assert not (tmp_path / "cloudbroker.dump").exists()
