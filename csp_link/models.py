"""A reseller's connection to Partner Center, the tenants found there, and each reading of their list."""

from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, GeneratedField, Q, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import ApiKey, Membership, Reseller, new_id
from accounts.roles import Permission
from accounts.sealed import SealedField
from csp_link.clouds import Cloud
from organizations.models import Organization


class Mode(models.TextChoices):
    APP_AND_USER = "app_and_user", _("App and user")
    APP_ONLY = "app_only", _("App only")


class CredentialKind(models.TextChoices):
    SECRET = "secret", _("Client secret")
    CERTIFICATE = "certificate", _("Certificate")


# A connection about which nothing bad is known.
UNTROUBLED: Final[dict[str, Any]] = {
    "trouble": "",
    "trouble_details": {},
    "trouble_since": None,
    "resumes_at": None,
}


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def permitted(self, actor: Actor | None) -> "ConnectionQuerySet":
        if actor is None or not actor.can(Permission.TENANTS_SEE):
            return self.none()
        return self.filter(reseller=actor.reseller)


class Connection(models.Model):
    """How a reseller reaches its Partner Center, and how that has gone lately. Columns are saved by name, never whole:
    workers write tokens and pace while people change settings."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    cloud = models.CharField(max_length=16, choices=Cloud, default=Cloud.COMMERCIAL)
    partner_id = models.UUIDField()
    app_id = models.UUIDField()
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.APP_AND_USER)
    credential_kind = models.CharField(max_length=16, choices=CredentialKind, default=CredentialKind.SECRET)
    sealed_credential = SealedField()
    credential_expires_on = models.DateField(null=True)

    consented_at = models.DateTimeField(null=True)
    consented_by = models.CharField(max_length=255, blank=True)  # the user at Microsoft
    sealed_refresh_token = SealedField()
    sealed_access_token = SealedField()
    access_expires_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)  # when Microsoft last gave us a token
    paced_until = models.DateTimeField(default=timezone.now)

    check_asked_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=32, blank=True)  # one of TROUBLES
    trouble_details = models.JSONField(default=dict)
    trouble_since = models.DateTimeField(null=True)
    resumes_at = models.DateTimeField(null=True)  # when a trouble that passes is looked at again
    is_mfa_compliant = models.BooleanField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", name="one_connection_per_reseller"),
            models.UniqueConstraint("reseller", "id", name="connection_target"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}"

    def set(self, **values: Any) -> None:
        """Write these columns and no other."""
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values) if self.pk else None)

    @property
    def needs_consent(self) -> bool:
        return self.mode == Mode.APP_AND_USER and not self.sealed_refresh_token

    @property
    def is_being_checked(self) -> bool:
        asked = self.check_asked_at
        return asked is not None and (self.checked_at is None or self.checked_at < asked)


class Standing(models.TextChoices):
    """How a tenant stands with the organizations; of an open one, what was found out about it."""

    UNLINKED = "unlinked", _("Not linked")
    SUGGESTED = "suggested", _("Suggestion")
    NEEDS_DECISION = "needs_decision", _("Needs a decision")
    INCOMPLETE = "incomplete", _("Missing data")
    LINKED = "linked", _("Linked")
    LINKED_TO_ARCHIVED = "linked_to_archived", _("Linked to an archived one")
    IGNORED = "ignored", _("Ignored")
    ENDED = "ended", _("Ended")


# Neither linked nor ignored nor ended: somebody may want to do something about it.
OPEN: Final = Q(ended_at=None, organization=None, ignored_at=None)
# With what the list's order begins: open ones first, those that have ended last.
_OPEN, _LINKED, _IGNORED, _ENDED = "0123"


def _placed(beginning: str) -> Q:
    """Where those stand in the list's order, so that its index leads there."""
    return Q(list_order__gte=beginning, list_order__lt=chr(ord(beginning) + 1))


_SETTLED: Final = {
    Standing.LINKED: _placed(_LINKED) & Q(ended_at=None, organization__isnull=False, organization__archived_at=None),
    Standing.LINKED_TO_ARCHIVED: _placed(_LINKED) & Q(ended_at=None, organization__archived_at__isnull=False),
    Standing.IGNORED: _placed(_IGNORED) & Q(ended_at=None, organization=None, ignored_at__isnull=False),
    Standing.ENDED: _placed(_ENDED) & Q(ended_at__isnull=False),
}


class TenantQuerySet(models.QuerySet["Tenant"]):
    def open(self) -> "TenantQuerySet":
        return self.filter(OPEN)

    def standing(self, standing: Standing) -> "TenantQuerySet":
        return self.filter(_SETTLED.get(standing) or OPEN & Q(finding=standing))

    def permitted(self, actor: Actor | None, permission: Permission = Permission.TENANTS_SEE) -> "TenantQuerySet":
        """The tenants on which the actor may use the permission: none, unless something says yes.

        Whoever is bound to groups has none: a tenant without an organization is in no group.
        """
        if actor is None or actor.group_ids is not None or not actor.can(permission):
            return self.none()
        return self.filter(reseller=actor.reseller)


class Tenant(models.Model):
    """A customer's tenant at Microsoft, known by its GUID; never deleted, for its history and its link stay."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False, db_constraint=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    tenant_id = models.UUIDField()
    name = models.CharField(max_length=255, blank=True)
    domain = models.CharField(max_length=255, blank=True)  # the default one, as the list has it
    domains = ArrayField(models.CharField(max_length=255), default=list)  # all of them, where we may see them
    relationship = models.CharField(max_length=32, blank=True)
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # since when it is missing from complete lists
    # At most one organization for a tenant; an organization may have many.
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="tenants"
    )
    linked_at = models.DateTimeField(null=True)
    ignored_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # why it was unlinked or ignored last
    # What Partner Center tells of one customer, as the texts of an organization; asked for when it is needed.
    profile = models.JSONField(default=dict)
    profile_at = models.DateTimeField(null=True)
    profile_asked_at = models.DateTimeField(null=True)
    profile_trouble = models.CharField(max_length=32, blank=True)
    # What assessing.py found out while the tenant was open, and in which version of the assessment: in none since it
    # has changed.
    finding = models.CharField(max_length=32, choices=Standing, default=Standing.UNLINKED)
    candidates = models.JSONField(default=list)  # [organization's public id, reason, value] each
    missing = ArrayField(models.CharField(max_length=32), default=list)
    assessed_version = models.PositiveIntegerField(null=True)
    rejected = ArrayField(models.UUIDField(), default=list)  # organizations that a person said it is not
    sort_name = models.CharField(max_length=255, editable=False)
    search_text = models.TextField(editable=False)
    list_order = GeneratedField(
        expression=Concat(
            Case(
                When(ended_at__isnull=False, then=Value(_ENDED)),
                When(organization__isnull=False, then=Value(_LINKED)),
                When(ignored_at__isnull=False, then=Value(_IGNORED)),
                default=Value(_OPEN),
            ),
            F("sort_name"),
        ),
        output_field=models.CharField(max_length=256),
        db_persist=True,
    )

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "tenant_id", name="tenant_id_is_unique"),
            models.UniqueConstraint("reseller", "public_id", name="tenant_public_id_is_unique"),
        ]
        indexes = [
            models.Index("reseller", "organization", name="tenant_organization"),
            models.Index("reseller", "list_order", "public_id", name="tenant_in_order"),
            models.Index("reseller", name="tenant_open", condition=OPEN),
        ]

    def __str__(self) -> str:
        return self.name or str(self.tenant_id)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.organization_id is None and self.ignored_at is None

    @property
    def standing(self) -> Standing:
        if self.ended_at is not None:
            return Standing.ENDED
        if self.organization is not None:
            return Standing.LINKED if self.organization.archived_at is None else Standing.LINKED_TO_ARCHIVED
        return Standing.IGNORED if self.ignored_at is not None else Standing(self.finding)


class Assessment(models.Model):
    """As of when the open tenants of a reseller are compared with its organizations; a new version for every moment."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    at = models.DateTimeField(null=True)  # None: what was found before counts no more
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("reseller", name="one_assessment_per_reseller")]

    def __str__(self) -> str:
        return f"{self.reseller} {self.at}"


class State(models.TextChoices):
    QUEUED = "queued", _("Waiting to start")
    RUNNING = "running", _("Reading")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    HELD = "held", _("Waiting for an answer")


class SyncQuerySet(models.QuerySet["Sync"]):
    def permitted(self, actor: Actor | None) -> "SyncQuerySet":
        if actor is None or not actor.can(Permission.TENANTS_SEE):
            return self.none()
        return self.filter(reseller=actor.reseller)


class Sync(models.Model):
    """One reading of the list. Pages are staged; nothing about a tenant changes before the last one was read."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    # Who asked for it; nobody where the schedule did.
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, db_constraint=False, db_index=False)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    pages = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    following = models.TextField(blank=True)  # the token of the page that comes next
    is_complete = models.BooleanField(default=False)  # the list ended in a way that proves it
    attempts = models.PositiveSmallIntegerField(default=0)  # in vain, since the last page
    resumes_at = models.DateTimeField(null=True)
    found = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)  # where it is held: how many the list no longer had
    trouble = models.CharField(max_length=32, blank=True)
    trouble_details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = SyncQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "public_id", name="sync_public_id_is_unique"),
            models.UniqueConstraint("reseller", "id", name="sync_target"),
            models.UniqueConstraint(
                "reseller", condition=Q(state__in=["queued", "running"]), name="one_sync_at_a_time"
            ),
        ]
        indexes = [models.Index("reseller", "created_at", name="sync_by_age")]

    def __str__(self) -> str:
        return f"{self.state} {self.created_at:%Y-%m-%d %H:%M}"


class StagedTenant(models.Model):
    """An item of the list that is being read."""

    pk = models.CompositePrimaryKey("reseller_id", "sync_id", "tenant_id")
    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    sync = models.ForeignKey(Sync, models.CASCADE, db_constraint=False, db_index=False, related_name="staged")
    tenant_id = models.UUIDField()
    public_id = models.UUIDField(default=new_id)  # the one it gets if it is new
    name = models.CharField(max_length=255, blank=True)
    domain = models.CharField(max_length=255, blank=True)
    relationship = models.CharField(max_length=32, blank=True)
    sort_name = models.CharField(max_length=255)
    search_text = models.TextField()

    def __str__(self) -> str:
        return f"{self.sync_id} {self.tenant_id}"


class AutoState(models.TextChoices):
    PREPARING = "preparing", _("Preparing the preview")
    READY = "ready", _("Waiting for your word")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class AutoLinkQuerySet(models.QuerySet["AutoLink"]):
    def permitted(self, actor: Actor | None) -> "AutoLinkQuerySet":
        if actor is None or not actor.can(Permission.TENANTS_SEE):
            return self.none()
        return self.filter(reseller=actor.reseller)


class AutoLink(models.Model):
    """One run of Auto create and link: what it would do, then what it did. Its place is the last tenant it has seen."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    membership = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, db_index=False)
    # Who acts when a worker goes on with it: the key if there is one, which that person made.
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, db_constraint=False, db_index=False)
    state = models.CharField(max_length=16, choices=AutoState, default=AutoState.PREPARING)
    groups = ArrayField(models.UUIDField(), default=list)  # of the organizations that are created
    place = models.BigIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # The preview.
    to_link = models.PositiveIntegerField(default=0)
    to_create = models.PositiveIntegerField(default=0)
    to_decide = models.PositiveIntegerField(default=0)
    to_skip = models.PositiveIntegerField(default=0)
    lent = models.PositiveIntegerField(default=0)  # of those to create: with a domain that Microsoft lent
    # What came of it.
    linked = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)  # in vain, since the last answer
    resumes_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=32, blank=True)
    trouble_details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = AutoLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "public_id", name="auto_link_public_id_is_unique"),
            models.UniqueConstraint(
                "reseller", condition=Q(state__in=["preparing", "running"]), name="one_auto_link_at_a_time"
            ),
        ]
        indexes = [models.Index("reseller", "created_at", name="auto_link_by_age")]

    def __str__(self) -> str:
        return f"{self.state} {self.created_at:%Y-%m-%d %H:%M}"
