"""The one clock that all processes share: a machine whose own is wrong must not put work off for hours."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """By the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found
