"""Bring a database up to date: migrate as the owner, then grant the app role exactly what it needs."""

import time
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections, transaction

from accounts.tenancy import APPEND_ONLY, ERASING

OWNER = "owner"
# Whoever waits for a table makes everybody behind wait as well; so it is asked for briefly, and again after a pause.
LOCK_TIMEOUT: Final = "3s"
LOCK_NOT_AVAILABLE: Final = "55P03"
ATTEMPTS: Final = 40
PAUSE: Final = 3.0  # seconds


class Command(BaseCommand):
    help = "Migrate as the owner role and grant the app role its rights. Safe to run again, also while others work."

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set: only the owner role may migrate.")
        for attempt in range(1, ATTEMPTS + 1):
            if self._migrate(options["verbosity"]):
                break
            if attempt == ATTEMPTS:
                raise CommandError("A table has been in use all the time. Nothing is half done; try again later.")
            self.stdout.write("A table is in use; trying again.")
            time.sleep(PAUSE)
        grant(str(settings.DATABASES["default"]["USER"]))
        self.stdout.write("The database is up to date.")

    def _migrate(self, verbosity: int) -> bool:
        """Whether it came to its end; not, where a table was in use."""
        try:
            with connections[OWNER].cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
            drop_unfinished_indexes()
            call_command("migrate", database=OWNER, interactive=False, verbosity=verbosity)
            call_command("createcachetable", "cache", database=OWNER, verbosity=0)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            return False
        return True


def drop_unfinished_indexes() -> None:
    """What CREATE INDEX CONCURRENTLY leaves when it is interrupted; the migration makes it anew."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace AND relkind = 'i'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def grant(role: str) -> None:
    """Give the role rows to read and write in every table, and no more than reading and adding in append-only ones.

    At once: at no moment has it more.
    """
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        quoted = connections[OWNER].ops.quote_name(role)
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        for table in APPEND_ONLY:
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {quoted}')
        for function in ERASING:
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}")
