"""What a fresh private PostgreSQL must be told: roles, who may enter which database, extensions, the queue's schema."""

from pathlib import Path

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
SQL = Path(__file__).with_name("sql")


def make_roles(connection: Connection) -> None:
    connection.execute((SQL / "roles.sql").read_bytes())
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [QUEUE]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(QUEUE)))


def make_database(connection: Connection, name: str, *, owner: str, template: str) -> None:
    """One that is there keeps its content. Whoever may enter it is said inside it."""
    names = {"name": sql.Identifier(name), "owner": sql.Identifier(owner), "template": sql.Identifier(template)}
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}").format(**names))


def prepare_data(connection: Connection) -> None:
    """In the database that holds the application's tables, as the superuser; safely repeated."""
    connection.execute((SQL / "database.sql").read_bytes())


def prepare_queue(connection: Connection) -> None:
    """In the queue's database, as its role. Another version starts empty: jobs are rows elsewhere, sent again."""
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(QUEUE_DATABASE)))
    version = get_embedded_sql_version()
    found = connection.execute("SELECT obj_description(to_regnamespace('pgmq'), 'pg_namespace')").fetchone()
    if found == (version,):
        return
    with connection.transaction():
        connection.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
        connection.execute(get_embedded_install_sql().encode())
        connection.execute(sql.SQL("COMMENT ON SCHEMA pgmq IS {}").format(sql.Literal(version)))
