"""Background work as rows, so that no broker has to be believed: a job may be delivered twice, late or never."""

from django.db import models
from django.utils import timezone

from accounts.models import Reseller


class Job(models.Model):
    """Work that is not finished. The row holds ids only: sweeps read it for every reseller."""

    reseller = models.ForeignKey(Reseller, models.CASCADE)
    task = models.CharField(max_length=128)
    object_id = models.BigIntegerField()
    # When nobody has moved the job until then, the sweep sends it again.
    due_at = models.DateTimeField()
    # Since when it waits for a worker; none has it when one is at work, or it rests.
    waits_since = models.DateTimeField(null=True)
    # Runs that ended in an unexpected error since the last progress.
    failures = models.PositiveSmallIntegerField(default=0)
    # Turns that were begun since then and came to no end: at work at this moment, or killed with their worker.
    unended = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("task", "object_id", name="one_job_per_object")]
        indexes = [models.Index("due_at", name="job_due")]

    def __str__(self) -> str:
        return f"{self.task} {self.object_id}"
