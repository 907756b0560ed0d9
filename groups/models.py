"""Named sets of a reseller's organizations, and who looks after them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Membership, Reseller, new_id
from accounts.roles import Permission


class GroupQuerySet(models.QuerySet["Group"]):
    def permitted(self, actor: Actor | None, permission: Permission) -> "GroupQuerySet":
        """The groups on which the actor may use the permission: none, unless something says yes."""
        if actor is None or not actor.can(permission):
            return self.none()
        groups = self.filter(reseller=actor.reseller, deleted_at=None)
        return groups if actor.group_ids is None else groups.filter(pk__in=actor.group_ids)


class DeletedManager(models.Manager["Group"]):
    """Groups that nobody sees any more, while workers take the organizations out of them."""

    def get_queryset(self) -> "models.QuerySet[Group]":
        return super().get_queryset().exclude(deleted_at=None)


class Group(models.Model):
    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    name = models.CharField(_("Group Name"), max_length=255)
    description = models.TextField(_("Description"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # A large group that was deleted stays until it is empty: since when, by whom as events tell it, and what it held.
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.JSONField(default=dict, editable=False)
    held_at_deletion = models.PositiveIntegerField(default=0, editable=False)
    # For lists: the database sorts by code points, in which every capital comes before every small letter.
    sort_name = models.GeneratedField(expression=Lower("name"), output_field=models.TextField(), db_persist=True)

    objects = GroupQuerySet.as_manager()
    deleted = DeletedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "reseller", Lower("name"), condition=Q(deleted_at=None), name="group_name_is_unique"
            ),
            models.UniqueConstraint("reseller", "public_id", name="group_public_id_is_unique"),
            models.UniqueConstraint("reseller", "id", name="group_target"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def key_of(cls, public_id: str) -> int | None:
        """For statements about its members; whether somebody may know of it is asked before."""
        return cls.objects.filter(public_id=public_id, deleted_at=None).values_list("pk", flat=True).first()


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def in_force(self, reseller: Reseller) -> "AssignmentQuerySet":
        """The reseller's assignments that count today: those for good, and loans up to and including their last day.

        A loan needs no job to end: the date is asked for whenever somebody's groups are.
        """
        return self.filter(Q(until=None) | Q(until__gte=reseller.today()), reseller=reseller)

    def for_good(self, reseller: Reseller) -> "AssignmentQuerySet":
        return self.filter(reseller=reseller, until=None)

    def lent(self, reseller: Reseller) -> "AssignmentQuerySet":
        """Loans that count today."""
        return self.in_force(reseller).exclude(until=None)


class Assignment(models.Model):
    """An administrator who looks after a group, for good or as a stand-in; for group-bound roles, all that they see."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, db_constraint=False, db_index=False, related_name="assignments")
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    # A loan: its last day, in the reseller's time zone, and for whom the stand-in stands in.
    until = models.DateField(null=True)
    lent_by = models.ForeignKey(
        Membership, models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="lent"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "reseller", "membership", "group", condition=Q(until=None), name="one_assignment_per_group"
            ),
            models.UniqueConstraint(
                "reseller", "membership", "group", "lent_by", condition=~Q(until=None), name="one_loan_per_lender"
            ),
            models.CheckConstraint(
                condition=Q(until=None, lent_by=None) | Q(until__isnull=False, lent_by__isnull=False),
                name="a_loan_has_an_end_and_a_lender",
            ),
        ]
        indexes = [
            models.Index("reseller", "group", name="assignment_group"),
            models.Index("reseller", "membership", name="assignment_person"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} › {self.group}"
