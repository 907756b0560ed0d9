"""What programs were answered, kept for a day: a request sent again gets the same answer and no second effect."""

from django.db import models
from django.utils import timezone

from accounts.models import ApiKey, Reseller


class Answer(models.Model):
    """The answer to one Idempotency-Key of one API key; its row commits together with the effect of the request."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    key = models.ForeignKey(ApiKey, models.CASCADE, db_constraint=False, db_index=False)
    name = models.CharField(max_length=255)  # the Idempotency-Key
    asked = models.CharField(max_length=64)  # a hash of method, address and body
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "key", "name", name="answered_once")]
        indexes = [models.Index("reseller", "at", name="answer_by_age")]

    def __str__(self) -> str:
        return self.name
