"""Where a reseller's events are sent, and what became of each sending."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Reseller, new_id
from accounts.sealed import SealedField


class Off(models.TextChoices):
    """Why an endpoint is switched off."""

    BY_HAND = "by_hand", _("Switched off")
    FAILING = "failing", _("Switched off after failing for days")
    GONE = "gone", _("Switched off because it answered 410 Gone")


class Endpoint(models.Model):
    """An address that is sent events. Its place in the event log and its deliveries commit together."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=2000)
    kinds = ArrayField(models.CharField(max_length=64))
    each_organization = models.BooleanField(default=False)  # of large imports too
    sealed_secret = SealedField()
    # The secret before the last roll signs as well for a while, so that the receiver can be changed over.
    sealed_old_secret = SealedField()
    old_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, db_index=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    off_at = models.DateTimeField(null=True)
    off_reason = models.CharField(max_length=16, choices=Off, blank=True)
    is_mail_due = models.BooleanField(default=False)  # to say that it was switched off

    # The last event that was read, and the one up to which none is read after a restore (see outbox.py).
    read_transaction = models.BigIntegerField()
    read_id = models.BigIntegerField()
    begins_after = models.BigIntegerField(default=0)

    failed_rounds = models.PositiveIntegerField(default=0)  # since something was last delivered
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "public_id", name="endpoint_public_id_is_unique"),
            models.UniqueConstraint("reseller", "id", name="endpoint_target"),
            models.CheckConstraint(
                condition=Q(off_at=None, off_reason="") | Q(off_at__isnull=False) & ~Q(off_reason=""),
                name="an_endpoint_that_is_off_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.off_at is None


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class Delivery(models.Model):
    """One event for one endpoint. Its body is made when it is sent, so no customer's data lie here."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, db_constraint=False, db_index=False)
    event_id = models.BigIntegerField(null=True)  # none of a test; the event may expire before its delivery
    message_id = models.UUIDField()  # the event's public id, by which receivers know a message that comes again
    kind = models.CharField(max_length=64)
    subject_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)  # when it happened
    created_at = models.DateTimeField(default=timezone.now)

    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    # The last attempt: when, how long it took, and what came back.
    tried_at = models.DateTimeField(null=True)
    took = models.PositiveIntegerField(null=True)  # milliseconds
    status = models.PositiveSmallIntegerField(null=True)
    trouble = models.CharField(max_length=16, blank=True)  # one of TROUBLES
    excerpt = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "endpoint", "message_id", name="delivered_as_one_message"),
        ]
        indexes = [
            models.Index("reseller", "endpoint", "created_at", "public_id", name="delivery_by_age"),
            models.Index("reseller", "endpoint", "next_at", name="delivery_due", condition=Q(state="waiting")),
            models.Index(
                "reseller",
                "endpoint",
                "created_at",
                "public_id",
                name="delivery_failed",
                condition=Q(state="failed"),
            ),
            models.Index("reseller", "created_at", name="delivery_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"
