"""Resellers, people, and for whom they work. None of it is behind row-level security: signing in comes first."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.currencies import NAMES as CURRENCIES
from accounts.ids import new_id as new_id
from accounts.roles import Role
from accounts.scopes import Scope


def zone_of(name: str) -> ZoneInfo:
    """A time zone; UTC where this machine has never heard of it, for no page should fail over that."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


class Reseller(models.Model):
    """The tenant. Nothing is shared between two of them."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=255)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO code, for example SE."))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=8, default="en")
    mandatory_fields = ArrayField(models.CharField(max_length=64), default=list, blank=True, editable=False)
    demands_second_factor = models.BooleanField(_("demands a second factor"), default=False)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="reseller_name_is_unique")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        known = {"currency": CURRENCIES, "time_zone": available_timezones(), "language": dict(settings.LANGUAGES)}
        wrong = {name: UNKNOWN[name] for name, values in known.items() if getattr(self, name) not in values}
        if wrong:
            raise ValidationError(wrong)

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)

    @property
    def administrators(self) -> "models.QuerySet[Membership]":
        """Those Reseller Admins who can act: somebody must be able to, and is told when something is the matter."""
        return self.memberships.filter(role=Role.RESELLER_ADMIN, is_active=True, user__is_active=True)

    def today(self) -> date:
        """The day it is there; what is lent until a day ends by it."""
        return timezone.localdate(timezone=self.zone)


UNKNOWN = {
    "currency": _("This is not the ISO 4217 code of a currency, such as EUR."),
    "time_zone": _("This is not the name of a time zone, such as Europe/Stockholm."),
    "language": _("The portal does not speak this language."),
}


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Theme(models.TextChoices):
    SYSTEM = "system", _("Same as my device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail; what they may do is said by their memberships."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=255, blank=True)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    # Blank: as the browser or the reseller has it.
    language = models.CharField(_("language"), max_length=8, blank=True, default="", db_default="")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="", db_default="")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("platform operator"), default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_is_unique")]

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """One person's one role at one reseller."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=32, choices=Role)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Imports and events name who made them, so a membership is never deleted; an invitation brings it back.
    removed_at = models.DateTimeField(null=True, editable=False)
    # Since when `user` names nobody any more.
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(removed_at=None) | models.Q(is_active=False), name="who_was_removed_is_not_active"
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(removed_at__isnull=False),
                name="who_is_erased_was_removed",
            ),
            models.UniqueConstraint("reseller", "user", name="one_role_per_person_and_reseller"),
            models.UniqueConstraint("reseller", "id", name="membership_target"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.reseller}"

    @property
    def zone(self) -> ZoneInfo:
        """By which clocks the person reads times here."""
        return zone_of(self.user.time_zone) if self.user.time_zone else self.reseller.zone


class ApiKey(models.Model):
    """A program's way in: a role of its own, narrowed by scopes and perhaps groups. Only a hash of the key is kept.

    It belongs to the reseller: when its maker leaves, it lives on until it expires or is revoked.
    """

    reseller = models.ForeignKey(Reseller, models.PROTECT, related_name="api_keys")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    made_by = models.ForeignKey(Membership, models.PROTECT, related_name="api_keys")
    role = models.CharField(_("role"), max_length=32, choices=Role)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope))
    # The groups it is bound to; null where it isn't. They are behind row-level security and these rows are not.
    group_ids = ArrayField(models.BigIntegerField(), null=True)

    shown = models.CharField(max_length=12)  # how the key begins, so that people can tell keys apart
    hash = models.CharField(max_length=64, unique=True)
    # The key before the last roll works on for a while, so that programs can be changed over one by one.
    old_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - there may be none
    old_until = models.DateTimeField(null=True)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    # How many requests it may make at this moment; it fills up again with time (api/keys.py).
    allowance = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "id", name="api_key_target")]
        indexes = [models.Index("reseller", "created_at", name="api_key_by_age")]

    def __str__(self) -> str:
        return self.name
