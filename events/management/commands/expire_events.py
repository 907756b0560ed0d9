"""Retention: the one way in which events leave the log, and only as the owner, who serves nobody."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from events.models import Event

OWNER = "owner"
AT_ONCE = 10_000


class Command(BaseCommand):
    help = "Delete events older than a number of days, of every reseller. Needs DATABASE_OWNER_URL. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=int, required=True, metavar="DAYS", help="at least 90")

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set: only the owner role may delete events.")
        if options["older_than"] < 90:
            raise CommandError("Undo and other parts of the portal read the log: keep at least 90 days.")
        before = timezone.now() - timedelta(days=options["older_than"])
        self.stdout.write(f"Deleted {self._delete(Event.objects.using(OWNER).filter(at__lt=before))} events.")

    def _delete(self, old: "QuerySet[Event]") -> int:
        total = 0
        while keys := list(old.values_list("pk", flat=True)[:AT_ONCE]):
            total += Event.objects.using(OWNER).filter(pk__in=keys).delete()[0]
        return total
