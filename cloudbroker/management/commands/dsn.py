"""Print the database's address, for psql and other programs of one's own."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

VARIABLES = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}


class Command(BaseCommand):
    help = "Print the address of the database that this checkout uses."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=list(VARIABLES), default="app", help="as whom to connect (default: app)")

    def handle(self, *args: Any, **options: Any) -> None:
        variable = VARIABLES[options["role"]]
        if not (address := os.environ.get(variable)):
            raise CommandError(f"{variable} is not set. Start `make run` first, or set it.")
        self.stdout.write(address)
