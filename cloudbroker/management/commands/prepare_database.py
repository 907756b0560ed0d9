"""Bring a database up to date: migrate as the owner, then grant the app role exactly what it needs."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from accounts.tenancy import APPEND_ONLY, ERASING

OWNER = "owner"


class Command(BaseCommand):
    help = "Migrate as the owner role and grant the app role its rights. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set: only the owner role may migrate.")
        call_command("migrate", database=OWNER, interactive=False, verbosity=options["verbosity"])
        call_command("createcachetable", "cache", database=OWNER, verbosity=0)
        grant(str(settings.DATABASES["default"]["USER"]))
        self.stdout.write("The database is up to date.")


def grant(role: str) -> None:
    """Give the role rows to read and write in every table, and no more than reading and adding in append-only ones."""
    with connections[OWNER].cursor() as cursor:
        quoted = connections[OWNER].ops.quote_name(role)
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        for table in APPEND_ONLY:
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {quoted}')
        for function in ERASING:
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}")
