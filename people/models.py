"""Invitations: who was asked to join a reseller, with which role, and by a link of which only the hash is kept.

Inside row-level security, unlike memberships: the link names the reseller, so that following it can enter it first.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Membership, Reseller, User, new_id
from accounts.roles import Permission, Role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def permitted(self, actor: Actor | None, permission: Permission = Permission.PEOPLE_SEE) -> "InvitationQuerySet":
        """The reseller's invitations, for those who may see its people."""
        if actor is None or not actor.can(permission):
            return self.none()
        return self.filter(reseller=actor.reseller)

    def open(self) -> "InvitationQuerySet":
        """Neither accepted nor withdrawn; the link may have expired, and can be sent again."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Link(StrEnum):
    """Where an invitation's link leads."""

    WORKS = "works"
    EXPIRED = "expired"
    USED = "used"
    WITHDRAWN = "withdrawn"


class Invitation(models.Model):
    """One person asked to work for a reseller. Becoming a member makes a user of this public id, if one is made."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)  # in lower case
    name = models.CharField(_("name"), max_length=255)
    role = models.CharField(_("role"), max_length=32, choices=Role)
    group_public_ids = ArrayField(models.UUIDField(), default=list)
    invited_by = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    # The worker that sends the mail makes the link's secret, so that it lies in no queue and in no table.
    token_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001 (unique, and missing until the mail goes)
    is_mail_due = models.BooleanField(default=True)
    mail_failed = models.BooleanField(default=False)
    mails = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "public_id", name="invitation_public_id_is_unique"),
            models.UniqueConstraint("reseller", "token_hash", name="invitation_token_is_unique"),
            models.UniqueConstraint(
                "reseller",
                "email",
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def link(self) -> Link:
        if self.accepted_at is not None:
            return Link.USED
        if self.withdrawn_at is not None:
            return Link.WITHDRAWN
        return Link.EXPIRED if timezone.now() > self.link_ends else Link.WORKS

    @property
    def link_ends(self) -> datetime:
        return (self.sent_at or self.created_at) + timedelta(days=settings.INVITATION_DAYS)
