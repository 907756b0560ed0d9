"""Migrations run while the version before serves: each is looked at for what would break it or make it wait."""

import sys

import psycopg
import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import connections, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Now, Random
from support import database
from support.migrating import Lint, all_migrations, is_wider, new_tables, texts_of

from cloudbroker.embedded import OWNER, SUPERUSER
from cloudbroker.management.commands import prepare_database
from cloudbroker.settings import database as address_parts
from organizations.models import Organization

# The first version, which is made in an empty database; what comes after is looked at. A new app begins at 0.
FIRST = {
    "accounts": 5,
    "api": 2,
    "csp_link": 8,
    "events": 9,
    "exports": 2,
    "groups": 5,
    "imports": 13,
    "jobs": 1,
    "organizations": 10,
    "people": 2,
    "webhooks": 2,
}


def later_ones():
    """{(app, name): migration} of what was added since the first version, ours alone."""
    ours = {key: migration for key, migration in all_migrations().items() if key[0] in APPS}
    return {key: migration for key, migration in ours.items() if int(key[1][:4]) > FIRST.get(key[0], 0)}


APPS = {module.partition(".")[0] for module in sys.modules if module.endswith(".models")} & {
    path.parent.parent.name for path in database.ROOT.glob("*/migrations/__init__.py")
}


def test_every_app_with_tables_is_looked_at():
    assert {"accounts", "organizations", "webhooks"} <= APPS
    assert set(FIRST) <= APPS


def test_the_version_before_works_on_with_every_migration_since_the_first():
    later, loader = later_ones(), MigrationLoader(None, ignore_no_migrations=True)
    new = frozenset(new_tables(later.values()))
    found = {}
    for key, migration in later.items():
        docstring = sys.modules[type(migration).__module__].__doc__ or ""
        lint = Lint(migration, docstring, new, loader.project_state(key, at_end=False))
        found |= {key: lint.faults} if lint.faults else {}
    assert found == {}, "see docs/upgrading.md"


def faults(*operations, docstring="", atomic=True, new=()):
    migration = migrations.Migration("probe", "organizations")
    migration.operations, migration.atomic = list(operations), atomic
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return Lint(migration, docstring, frozenset(new), loader.project_state()).faults


WAITS = "demands a value that the version before does not give"
INDEX = "makes an index that nobody may write beside"
GOES = "takes away what the version before may use"
CHECKS = "checks a whole table while it holds it"
ANEW = "writes a whole table anew while it holds it"
LATE = "demands a value of rows that have none"
TYPE = "changes the type of a column"
MODEL = "organization"
SECOND = "Second step: nothing has read or written this column since version 0.2."


def add(**options):
    return migrations.AddField(MODEL, "probe", models.IntegerField(**options))


def sql(text):
    return migrations.RunSQL(text, migrations.RunSQL.noop)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (add(), [WAITS]),
        (add(default=0), [WAITS]),
        (add(null=True), []),
        (add(db_default=0), []),
        (migrations.AddField(MODEL, "probe", models.DateTimeField(db_default=Now())), []),
        (migrations.AddField(MODEL, "probe", models.FloatField(db_default=Random())), [ANEW]),
        (add(null=True, db_index=True), [INDEX]),
        (add(null=True, unique=True), [INDEX]),
        (migrations.RemoveField(MODEL, "city"), [GOES]),
        (migrations.RenameField(MODEL, "city", "town"), [GOES]),
        (migrations.DeleteModel("Organization"), [GOES]),
        (migrations.RenameModel("Organization", "Customer"), [GOES]),
        (migrations.AlterField(MODEL, "city", models.CharField(max_length=2000)), []),
        (migrations.AlterField(MODEL, "city", models.TextField()), []),
        (migrations.AlterField(MODEL, "city", models.CharField(max_length=1)), [TYPE]),
        (migrations.AlterField(MODEL, "city", models.IntegerField()), [TYPE]),
        (migrations.AddIndex(MODEL, models.Index(fields=["reseller", "city"], name="probe")), [INDEX]),
        (AddIndexConcurrently(MODEL, models.Index(fields=["reseller", "city"], name="probe")), []),
        (
            migrations.AddConstraint(MODEL, models.CheckConstraint(condition=~models.Q(city="x"), name="probe")),
            [CHECKS],
        ),
        (migrations.CreateModel("Probe", [("id", models.BigAutoField(primary_key=True))]), []),
        (sql("CREATE INDEX probe ON organizations_organization (city)"), [INDEX]),
        (sql("create unique index probe\n on organizations_organization (city)"), [INDEX]),
        (sql("CREATE INDEX CONCURRENTLY probe ON organizations_organization (city)"), []),
        (sql('ALTER TABLE "organizations_organization" ADD CONSTRAINT "probe" CHECK (city <> \'x\')'), [CHECKS]),
        (sql("ALTER TABLE organizations_organization ADD CONSTRAINT probe CHECK (city <> 'x') NOT VALID"), []),
        (sql("ALTER TABLE organizations_organization ALTER COLUMN city SET NOT NULL"), [LATE]),
        (sql("ALTER TABLE organizations_organization DROP COLUMN city"), [GOES]),
        (sql("ALTER TABLE organizations_organization RENAME TO customers"), [GOES]),
        (sql("SELECT 1; -- CREATE INDEX probe ON organizations_organization (city)"), []),
        (sql("CREATE FUNCTION f() RETURNS void AS $$ CREATE INDEX probe ON organizations_organization (x) $$"), []),
        (migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField(MODEL, "city")]), []),
    ],
)
def test_what_would_break_the_version_before_or_make_it_wait_is_named(operation, expected):
    assert faults(operation) == expected


def test_a_column_that_had_no_value_may_not_be_demanded_at_once():
    nullable = next(field for field in Organization._meta.fields if field.null and not field.is_relation)
    demanded = nullable.clone()
    demanded.null = False
    assert LATE in faults(migrations.AlterField(MODEL, nullable.name, demanded))


def test_what_is_new_is_nobodys_yet():
    index = migrations.AddIndex(MODEL, models.Index(fields=["city"], name="probe"))
    raw = sql("CREATE INDEX probe ON organizations_organization (city)")
    assert faults(add(), index, raw, new={"organizations_organization"}) == []


def test_what_nobody_uses_any_more_goes_in_a_second_step_that_says_so():
    assert faults(migrations.RemoveField(MODEL, "city"), docstring=SECOND) == []
    assert faults(sql("ALTER TABLE organizations_organization DROP COLUMN city"), docstring=SECOND) == []
    assert faults(migrations.RemoveField(MODEL, "city"), docstring="Second step: yes.") == [GOES]


def test_rows_are_worked_on_apart():
    work = migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)
    assert faults(work, add(null=True)) == ["works on rows in the transaction that changes tables"]
    assert faults(work) != [] and faults(work, atomic=False) == []


def test_types_that_take_every_old_value():
    assert is_wider("varchar(10)", "varchar(20)") and is_wider("varchar(10)", "text") and is_wider("date", "date")
    assert not is_wider("varchar(20)", "varchar(10)") and not is_wider("integer", "bigint")


def test_statements_are_told_apart():
    assert [text for text in texts_of("a b;\n c -- d;\n") if text] == ["A B", "C"]
    assert list(texts_of([("x", ["y"]), "z"])) == ["X", "Z"]


# How they are run


@pytest.fixture
def owner(transactional_db, monkeypatch):
    """The owner's connection beside ours, as `prepare_database` has it."""
    address = database.cluster().url(connections["default"].settings_dict["NAME"], OWNER)
    monkeypatch.setitem(connections.settings, "owner", connections.settings["default"] | address_parts(address, ""))
    connections["owner"].connect()
    # Tests empty tables afterwards, which the app role may not do elsewhere.
    monkeypatch.setattr(prepare_database, "grant", lambda role: None)
    yield connections["owner"]
    connections["owner"].close()
    del connections["owner"]


@pytest.fixture
def held(owner):
    """A table that somebody holds, and the way to let go of it."""
    with psycopg.connect(database.cluster().url(connections["default"].settings_dict["NAME"], OWNER)) as other:
        other.execute("LOCK TABLE jobs_job IN ACCESS SHARE MODE")
        yield other.rollback


def lock_jobs(*args, **kwargs):
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("LOCK TABLE jobs_job IN ACCESS EXCLUSIVE MODE")


def test_a_table_that_is_in_use_is_waited_for_briefly_and_asked_for_again(held, monkeypatch):
    attempts = []

    def migrate(name, *rest, **options):
        if name == "migrate":
            attempts.append(name)
            if len(attempts) == 3:
                held()
            lock_jobs()

    monkeypatch.setattr(prepare_database, "call_command", migrate)
    monkeypatch.setattr(prepare_database, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(prepare_database, "PAUSE", 0)
    call_command("prepare_database", verbosity=0)
    assert len(attempts) == 3


def test_one_that_stays_in_use_ends_it_with_a_sentence(held, monkeypatch):
    monkeypatch.setattr(prepare_database, "call_command", lock_jobs)
    monkeypatch.setattr(prepare_database, "LOCK_TIMEOUT", "10ms")
    monkeypatch.setattr(prepare_database, "PAUSE", 0)
    with pytest.raises(CommandError, match="in use"):
        call_command("prepare_database", verbosity=0)


def test_an_index_that_was_left_unfinished_goes_before_it_is_made_anew(owner, monkeypatch):
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE INDEX probe_unfinished ON jobs_job (task)")
    name = connections["default"].settings_dict["NAME"]
    try:
        with psycopg.connect(database.cluster().url(name, SUPERUSER), autocommit=True) as superuser:
            superuser.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'probe_unfinished'::regclass")
        monkeypatch.setattr(prepare_database, "call_command", lambda *args, **options: None)
        call_command("prepare_database", verbosity=0)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT to_regclass('probe_unfinished')")
            assert cursor.fetchone() == (None,)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS probe_unfinished")
