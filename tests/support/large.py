"""Very many rows, made inside a database that is one module's own."""

from contextlib import contextmanager

import psycopg
from django.db import connection
from django.db.models import GeneratedField

from cloudbroker.embedded import OWNER
from support import database


@contextmanager
def filled(made, blocker):
    """What is `made`, after it has filled a database of its own with the owner's hands."""
    with _own_database(blocker) as name:
        found = made()
        with psycopg.connect(database.cluster().url(name, OWNER), autocommit=True) as owner:
            found.fill(owner)
        yield found


@contextmanager
def _own_database(blocker):
    """A database that is there while a module is: what is committed in it, nobody else meets."""
    settings, usual = connection.settings_dict, connection.settings_dict["NAME"]
    name = f"{usual}_large"
    with blocker.unblock():
        database.clone(name)
        connection.close()
        settings["NAME"] = name
        try:
            yield name
        finally:
            connection.close()
            settings["NAME"] = usual
            database.drop(name)


def multiply(owner, row, count, **made):
    """So many rows like this one. `made` has SQL over n, from 1 on, for the columns in which they differ."""
    model = type(row)
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, GeneratedField)]
    columns = [field.column for field in fields if field.column != "id"]
    taken = ", ".join(f"({made[column]})" if column in made else f'one."{column}"' for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    where = " AND ".join(f'one."{field.column}" = %s' for field in model._meta.pk_fields)
    owner.execute(
        f'INSERT INTO "{model._meta.db_table}" ({named}) SELECT {taken.replace("%", "%%")} '
        f'FROM "{model._meta.db_table}" AS one, generate_series(1, %s) AS n WHERE {where}'.encode(),
        [count, *(getattr(row, field.attname) for field in model._meta.pk_fields)],
    )
