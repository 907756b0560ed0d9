"""Make an API key for a person who works for a reseller, and print it once."""

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership
from accounts.refusals import Refused
from accounts.roles import Role
from accounts.scopes import Scope
from accounts.tenancy import acting_for
from api.keys import Wanted, end_of, make_key_for
from groups.access import actor_of, get_groups
from groups.models import Group


class Command(BaseCommand):
    help = "Make an API key with a person's role, and print it. It is shown this once: only a hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--email", required=True, help="the person for whom the key is made; their role is the key's"
        )
        parser.add_argument("--reseller", default="", help="its name, for a person who works for several")
        parser.add_argument("--name", default="Command line", help="what people call the key")
        parser.add_argument("--scopes", default="", help="comma-separated; default: all. " + ", ".join(Scope.values))
        parser.add_argument("--groups", default="", help="names of groups, comma-separated, to which it is bound")
        parser.add_argument("--expires", default="", help="its last day, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        member = _member(options["email"], options["reseller"])
        with acting_for(member.reseller_id):
            actor = actor_of(member)
            names = [name.strip() for name in options["groups"].split(",") if name.strip()]
            groups = _groups(list(get_groups(actor)), names) if names or actor.is_group_bound else None
            wanted = Wanted(
                options["name"][:100], Role(member.role), _scopes(options["scopes"]), groups, _end(options["expires"])
            )
            try:
                key, secret = make_key_for(actor, wanted)
            except Refused as refused:
                raise CommandError(refused.sentence) from refused
        self.stderr.write(f"{key.name} for {member.reseller}, {key.get_role_display()}: {', '.join(key.scopes)}")
        self.stdout.write(secret)


def _member(email: str, reseller: str) -> Membership:
    found = Membership.objects.filter(user__email__iexact=email, user__is_active=True, is_active=True)
    members = list(
        (found.filter(reseller__name__iexact=reseller) if reseller else found).select_related("user", "reseller")
    )
    if not members:
        raise CommandError(
            f"{email} works for no reseller of that name." if reseller else f"{email} works for no reseller."
        )
    if len(members) > 1:
        raise CommandError(f"{email} works for several resellers: say which with --reseller.")
    return members[0]


def _groups(known: list[Group], names: list[str]) -> tuple[Group, ...]:
    by_name = {group.name.casefold(): group for group in known}
    unknown = [name for name in names if name.casefold() not in by_name]
    if unknown:
        raise CommandError(f"No such group, or not theirs: {', '.join(unknown)}.")
    return tuple(by_name[name.casefold()] for name in names) if names else tuple(known)


def _scopes(text: str) -> frozenset[Scope]:
    names = {name.strip() for name in text.split(",") if name.strip()} or set(Scope.values)
    unknown = names - set(Scope.values)
    if unknown:
        raise CommandError(f"No such scope: {', '.join(sorted(unknown))}. There are {', '.join(Scope.values)}.")
    return frozenset(map(Scope, names))


def _end(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return end_of(date.fromisoformat(text))
    except ValueError as error:
        raise CommandError(f"“{text}” is not a date such as 2027-01-31.") from error
    except Refused as refused:
        raise CommandError(refused.sentence) from refused
