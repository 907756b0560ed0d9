"""Named sets of a reseller's organizations, and who looks after them."""

from django.db import models
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
        groups = self.filter(reseller=actor.reseller)
        return groups if actor.group_ids is None else groups.filter(pk__in=actor.group_ids)


class Group(models.Model):
    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    name = models.CharField(_("Group Name"), max_length=255)
    description = models.TextField(_("Description"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", Lower("name"), name="group_name_is_unique"),
            models.UniqueConstraint("reseller", "public_id", name="group_public_id_is_unique"),
            models.UniqueConstraint("reseller", "id", name="group_target"),
        ]

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """An administrator who looks after a group; for group-bound roles, all that they see."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, db_constraint=False, db_index=False, related_name="assignments")
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "membership", "group", name="one_assignment_per_group"),
        ]
        indexes = [models.Index("reseller", "group", name="assignment_group")]

    def __str__(self) -> str:
        return f"{self.membership} › {self.group}"
