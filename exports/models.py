"""An export that is made in the background. It is its own job: place, counts and state commit together."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Membership, Reseller, new_id
from accounts.roles import Permission

KEPT_FOR: Final = timedelta(hours=24)


class State(models.TextChoices):
    GATHERING = "gathering", _("Collecting")
    WRITING = "writing", _("Writing the file")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


UNFINISHED: Final = (State.GATHERING, State.WRITING)


class ExportQuerySet(models.QuerySet["Export"]):
    def permitted(self, actor: Actor | None) -> "ExportQuerySet":
        """An export holds what one person may see, so it is seen by that person alone, and by no key of theirs."""
        if actor is None or actor.key or not actor.can(Permission.ORGANIZATIONS_SEE):
            return self.none()
        return self.filter(reseller=actor.reseller, membership=actor.membership)


class Export(models.Model):
    """The organizations that a list showed, on their way into one file."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    # Who acts when a worker goes on with it.
    membership = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, db_index=False)
    # The groups that this person had; null for a role that is not bound to groups.
    group_ids = ArrayField(models.BigIntegerField(), null=True)
    format = models.CharField(max_length=8)
    columns = ArrayField(models.CharField(max_length=32), null=True)  # of the list; null: all that the format has
    asked = models.JSONField(default=dict)  # search and filters, as the list's address says them

    state = models.CharField(max_length=16, choices=State, default=State.GATHERING)
    error = models.CharField(max_length=32, blank=True)
    total = models.PositiveIntegerField(null=True)  # unknown until the first step
    place = models.BigIntegerField(default=0)  # organizations up to this key have been gathered
    gathered = models.PositiveIntegerField(default=0)
    spooled = models.BigIntegerField(default=0)  # bytes of the spool that count
    written = models.PositiveIntegerField(default=0)  # rows of the spool that are in the file
    file_size = models.BigIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "public_id", name="export_public_id_is_unique"),
            models.UniqueConstraint("reseller", "id", name="export_target"),
        ]
        indexes = [
            models.Index("reseller", "membership", "created_at", "public_id", name="export_by_age"),
            models.Index("reseller", "state", name="export_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.public_id}"

    @property
    def expires_at(self) -> datetime | None:
        return self.finished_at and self.finished_at + KEPT_FOR

    @property
    def is_kept(self) -> bool:
        return self.state == State.DONE and self.expires_at is not None and timezone.now() < self.expires_at
