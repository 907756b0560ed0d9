"""Encrypt every secret of the database anew with the current SECRET_KEY, so that the fallbacks can be removed."""

from collections.abc import Iterator
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from accounts.models import Reseller
from accounts.sealed import SealedField, Unsealable, reseal
from accounts.tenancy import acting_for

# What authenticator apps and recovery codes are made from lies inside a library's column.
SEALED_IN_FACTORS: Final = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Command(BaseCommand):
    help = "Encrypt every secret anew with SECRET_KEY; afterwards SECRET_KEY_FALLBACKS may be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        self.rotated, self.lost = 0, 0
        self.rotate_factors()
        for reseller in Reseller.objects.all():
            with acting_for(reseller.pk):
                for model, columns in sealed_columns():
                    self.rotate_rows(model, columns)
        self.stdout.write(f"{self.rotated} secrets were encrypted anew.")
        if self.lost:
            raise CommandError(
                f"{self.lost} can't be read with SECRET_KEY or its fallbacks and were left as they are. Put the old key"
                " into SECRET_KEY_FALLBACKS if you have it, and run this again."
            )

    def rotate_rows(self, model: type[Model], columns: list[str]) -> None:
        """Each row under its lock: a worker may be about to store a newer token."""
        for row in model._default_manager.select_for_update(no_key=True).order_by("pk"):
            kept = {name: getattr(row, name) for name in columns if getattr(row, name)}
            for name, sealed in kept.items():
                setattr(row, name, self.rotate(sealed))
            row.save(update_fields=list(kept))

    @transaction.atomic
    def rotate_factors(self) -> None:
        for row in Authenticator.objects.select_for_update().filter(type__in=SEALED_IN_FACTORS):
            name = SEALED_IN_FACTORS[Authenticator.Type(row.type)]
            if sealed := row.data.get(name):
                row.data[name] = self.rotate(sealed)
                row.save(update_fields=["data"])

    def rotate(self, sealed: str) -> str:
        try:
            anew = reseal(sealed)
        except Unsealable:
            self.lost += 1
            return sealed
        self.rotated += 1
        return anew


def sealed_columns() -> Iterator[tuple[type[Model], list[str]]]:
    """Every model with a SealedField, and the names of those columns. Their tables belong to resellers."""
    for model in apps.get_models():
        columns = [field.name for field in model._meta.fields if isinstance(field, SealedField)]
        if columns:
            yield model, columns
