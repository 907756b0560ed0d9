"""Create a reseller and its first Reseller Admin."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Membership, Reseller, User
from accounts.roles import Role


class Command(BaseCommand):
    help = "Create a reseller and its first Reseller Admin. The password is asked for, or read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the reseller's name")
        parser.add_argument("--email", required=True, help="e-mail address of the first administrator")
        parser.add_argument("--person", default="", help="the administrator's full name")
        parser.add_argument("--country", default="", help="ISO code, for example SE; used to read phone numbers")
        parser.add_argument("--currency", default="EUR", help="ISO code of the currency of approval limits")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        reseller = Reseller(name=options["name"], country=options["country"], currency=options["currency"])
        user = User.objects.filter(email__iexact=options["email"]).first()
        try:
            reseller.full_clean()
            reseller.save()
            user = user or self.new_user(options["email"], options["person"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        Membership.objects.create(reseller=reseller, user=user, role=Role.RESELLER_ADMIN)
        self.stdout.write(f"Created {reseller.name}. {user.email} signs in as Reseller Admin.")

    def new_user(self, email: str, name: str) -> User:
        user = User(email=email.strip().lower(), name=name)
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user
