"""How organizations are stored: columns, constraints, and who may see which rows. What a value may be is fields/."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import ApiKey, Membership, Reseller, User, new_id
from accounts.roles import Permission
from groups.models import Group
from organizations.fields import BY_NAME


class Source(models.TextChoices):
    """The doors. Each one has its driver in tests/test_every_door.py."""

    FORM = "form", _("Form")
    GRID = "grid", _("Grid")
    IMPORT = "import", _("File import")
    API = "api", _("API")
    CSP = "csp", _("Microsoft")


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def permitted(self, actor: Actor | None, permission: Permission) -> "OrganizationQuerySet":
        """The organizations on which the actor may use the permission: none, unless something says yes."""
        if actor is None or not actor.can(permission):
            return self.none()
        rows = self.filter(reseller=actor.reseller)
        if actor.group_ids is None:
            return rows
        mine = GroupMembership.objects.filter(reseller=actor.reseller, group_id__in=actor.group_ids)
        return rows.filter(pk__in=mine.values("organization_id"))


# Fields whose absence is worth looking for. Where it is rare, an index of only those finds them; the customer number's
# own order begins with them.
LOOKED_FOR: Final = {
    "registration_number": Q(registration_number=""),
    "billing_start_date": Q(billing_start_date=None),
    "country": Q(country=""),
    "contact_name": Q(contact_name=""),
    "contact_phone": Q(contact_phone=""),
    "contact_email": Q(contact_email=""),
}


def _text(name: str) -> "models.CharField[str, str]":
    field = BY_NAME[name]
    return models.CharField(field.heading, max_length=field.max_length, blank=not field.mandatory, default="")


class Organization(models.Model):
    """A reseller's customer."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)

    name = _text("name")
    primary_domain = _text("primary_domain")
    registration_number = _text("registration_number")
    notification_email = _text("notification_email")
    approval_process = models.BooleanField(BY_NAME["approval_process"].heading, default=False)
    approval_limit = models.DecimalField(
        BY_NAME["approval_limit"].heading, max_digits=12, decimal_places=2, null=True, blank=True
    )
    billing_start_date = models.DateField(BY_NAME["billing_start_date"].heading, null=True, blank=True)
    customer_number = _text("customer_number")
    street_address = _text("street_address")
    postal_code = _text("postal_code")
    city = _text("city")
    state = _text("state")
    country = _text("country")
    contact_name = _text("contact_name")
    contact_phone = _text("contact_phone")
    contact_email = _text("contact_email")
    contact_cell_phone = _text("contact_cell_phone")

    # Folded by fields.derived(): for sorting, for uniqueness in any case, and for searching.
    sort_name = models.CharField(max_length=255, editable=False)
    customer_number_key = models.CharField(max_length=255, blank=True, editable=False)
    search_text = models.TextField(editable=False)

    source = models.CharField(max_length=16, choices=Source, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, db_index=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    groups = models.ManyToManyField(Group, through="GroupMembership", related_name="organizations")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "primary_domain", name="primary_domain_is_unique"),
            models.UniqueConstraint(
                F("reseller"),
                F("customer_number_key"),
                condition=~Q(customer_number_key=""),
                name="customer_number_is_unique",
            ),
            models.UniqueConstraint("reseller", "public_id", name="organization_public_id_is_unique"),
            models.UniqueConstraint("reseller", "id", name="organization_target"),
            models.CheckConstraint(condition=~Q(name=""), name="organization_has_a_name"),
            models.CheckConstraint(condition=~Q(primary_domain=""), name="organization_has_a_domain"),
            models.CheckConstraint(condition=Q(approval_limit__gte=0), name="approval_limit_is_not_negative"),
        ]
        indexes = [
            models.Index("reseller", "sort_name", "public_id", name="organization_by_name"),
            # With what nearly every count leaves out, so that it looks at no row of the table.
            models.Index("reseller", "created_at", "public_id", include=["archived_at"], name="organization_in_age"),
            models.Index("reseller", "updated_at", "public_id", name="organization_by_change"),
            models.Index("reseller", "customer_number_key", "public_id", name="organization_by_number"),
            # Few are archived: what is counted without them is counted with them first.
            models.Index("reseller", "id", name="organization_archived", condition=Q(archived_at__isnull=False)),
            models.Index("reseller", "source", "approval_process", name="organization_by_source"),
            *(models.Index("reseller", "id", name=f"no_{name}", condition=LOOKED_FOR[name]) for name in LOOKED_FOR),
            GinIndex(F("reseller"), OpClass(F("search_text"), name="gin_trgm_ops"), name="organization_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def all_of(cls, reseller: Reseller) -> OrganizationQuerySet:
        """For lists to look among for those that are permitted; nobody is shown what else is there."""
        return cls.objects.filter(reseller=reseller)


class GroupMembership(models.Model):
    """One organization in one group."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    organization = models.ForeignKey(Organization, models.CASCADE, db_constraint=False, db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, db_constraint=False, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "group", "organization", name="once_in_a_group"),
        ]
        indexes = [models.Index("reseller", "organization", name="group_membership_organization")]

    def __str__(self) -> str:
        return f"{self.organization} › {self.group}"


class WrittenBatchQuerySet(models.QuerySet["WrittenBatch"]):
    def permitted(self, actor: Actor | None) -> "WrittenBatchQuerySet":
        """As with imports: seen by who made them, and by those who may see everybody's."""
        if actor is None or not actor.can(Permission.ORGANIZATIONS_SEE):
            return self.none()
        rows = self.filter(reseller=actor.reseller)
        sees_all = actor.can(Permission.IMPORTS_SEE_ALL) and not actor.is_group_bound
        return rows if sees_all else rows.filter(membership=actor.membership, api_key=actor.key)


class WrittenBatch(models.Model):
    """A grid or a program's bulk call that has written something, for the history; what it did is in the event log."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField()  # the events' batch
    source = models.CharField(max_length=16, choices=Source)
    membership = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, db_index=False)
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, db_constraint=False, db_index=False)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WrittenBatchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "public_id", name="batch_written_once")]
        indexes = [
            models.Index("reseller", "created_at", "public_id", name="batch_by_age"),
            models.Index("reseller", "membership", "created_at", "public_id", name="batch_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.public_id}"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def permitted(self, actor: Actor | None) -> "SavedViewQuerySet":
        """A person's own and those that are shared with the reseller; a program has none."""
        if actor is None or actor.key or not actor.can(Permission.ORGANIZATIONS_SEE):
            return self.none()
        return self.filter(Q(is_shared=True) | Q(membership=actor.membership), reseller=actor.reseller)


class SavedView(models.Model):
    """The list of organizations as somebody wants to find it again. It says what is asked, never what is answered."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    name = models.CharField(max_length=100)
    is_shared = models.BooleanField(default=False)
    asked = models.JSONField(default=dict)  # search, filters and sort, as the list's address says them
    columns = ArrayField(models.CharField(max_length=32), default=list)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "public_id", name="saved_view_public_id_is_unique"),
            models.UniqueConstraint(
                "reseller",
                "membership",
                Lower("name"),
                condition=Q(is_shared=False),
                name="own_view_has_a_name_of_its_own",
            ),
            models.UniqueConstraint(
                "reseller", Lower("name"), condition=Q(is_shared=True), name="shared_view_has_a_name_of_its_own"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """How one person wants the list of organizations when nothing else is asked for."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    columns = ArrayField(models.CharField(max_length=32), default=list)  # none: the usual ones
    default_view = models.UUIDField(null=True)  # a view's public id; one that is gone counts as none
    is_compact = models.BooleanField(default=False, db_default=False)  # rows as low as they go

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "membership", name="one_list_choice_per_person")]

    def __str__(self) -> str:
        return f"{self.membership}"
