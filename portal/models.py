"""What a person has asked the portal for beyond any one app: the weekly mail."""

from django.db import models

from accounts.models import Membership, Reseller


class WeeklyMail(models.Model):
    """Somebody who wants the weekly mail of what will not be billed, and for which week they had the last one."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    week = models.DateField()  # its Monday, at the reseller's place

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "membership", name="one_weekly_mail_per_person")]

    def __str__(self) -> str:
        return f"{self.membership} {self.week}"
