"""What a fresh private PostgreSQL must be told: roles, who may enter which database, extensions, the queue's schema."""

import psycopg
from pgmq.install import get_embedded_install_sql, get_embedded_sql_version
from psycopg import sql

SUPERUSER = "cloudbroker_super"
OWNER = "cloudbroker_owner"
APP = "cloudbroker_app"
QUEUE = "cloudbroker_queue"
DATABASE = "cloudbroker"
QUEUE_DATABASE = "cloudbroker_queue"

Connection = psycopg.Connection[tuple[object, ...]]

# Row-level security lets an index be used only by functions that can't leak what they compare; LIKE and icontains
# need these two, and without them a search reads the whole table.
ALLOWED = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
ALTER FUNCTION pg_catalog.upper(text) LEAKPROOF;
"""


def make_roles(connection: Connection) -> None:
    for role in (OWNER, APP, QUEUE):
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        rights = "ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
        connection.execute(sql.SQL(rights).format(sql.Identifier(role)))


def make_database(connection: Connection, name: str, *, owner: str, guests: tuple[str, ...], template: str) -> None:
    """A database that only its owner and the guests may enter; one that is there keeps its content."""
    names = {"name": sql.Identifier(name), "owner": sql.Identifier(owner), "template": sql.Identifier(template)}
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}").format(**names))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**names))
    for guest in guests:
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {guest}").format(
                guest=sql.Identifier(guest), **names
            )
        )


def prepare_data(connection: Connection) -> None:
    """In the database that holds the application's tables, as the superuser; safely repeated."""
    owner, app = sql.Identifier(OWNER), sql.Identifier(APP)
    connection.execute(ALLOWED)
    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))


def prepare_queue(connection: Connection) -> None:
    """In the queue's database, as its role. Another version starts empty: jobs are rows elsewhere, sent again."""
    version = get_embedded_sql_version()
    found = connection.execute("SELECT obj_description(to_regnamespace('pgmq'), 'pg_namespace')").fetchone()
    if found == (version,):
        return
    with connection.transaction():
        connection.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
        connection.execute(get_embedded_install_sql().encode())
        connection.execute(sql.SQL("COMMENT ON SCHEMA pgmq IS {}").format(sql.Literal(version)))
