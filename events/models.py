"""The event log: every change, by whom, from which door; the app role may add and read, never alter."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Reseller


class Kind(models.TextChoices):
    ORGANIZATION_CREATED = "organization.created", _("created the organization")
    ORGANIZATION_CHANGED = "organization.changed", _("changed the organization")
    ORGANIZATION_ARCHIVED = "organization.archived", _("archived the organization")
    ORGANIZATION_RESTORED = "organization.restored", _("restored the organization")
    ORGANIZATION_REMOVED = "organization.removed", _("removed the organization %(name)s by undoing")
    ORGANIZATION_ERASED = "organization.erased", _("erased the organization's personal data")
    ORGANIZATIONS_EXPORTED = "organizations.exported", _("exported %(count)s organizations as %(format)s")
    SETTINGS_CHANGED = "reseller.settings_changed", _("changed the settings")
    ORGANIZATION_GROUPED = "organization.grouped", _("added the organization to %(group)s")
    ORGANIZATION_UNGROUPED = "organization.ungrouped", _("removed the organization from %(group)s")
    GROUP_CREATED = "group.created", _("created the group")
    GROUP_CHANGED = "group.changed", _("changed the group")
    GROUP_DELETED = "group.deleted", _("deleted the group %(name)s")
    GROUP_MEMBERS_ADDED = "group.members_added", _("added organizations to the group: %(count)s")
    GROUP_MEMBERS_REMOVED = "group.members_removed", _("removed organizations from the group: %(count)s")
    EVENTS_EXPORTED = "events.exported", _("exported the event log")
    VIEW_SHARED = "view.shared", _("shared the view %(name)s")
    VIEW_CHANGED = "view.changed", _("changed the shared view %(name)s")
    VIEW_DELETED = "view.deleted", _("deleted the shared view %(name)s")
    PERSON_INVITED = "person.invited", _("invited %(name)s")
    PERSON_INVITED_AGAIN = "person.invited_again", _("sent %(name)s the invitation again")
    PERSON_UNINVITED = "person.uninvited", _("withdrew the invitation of %(name)s")
    PERSON_ACCEPTED = "person.accepted", _("accepted the invitation by %(other)s")
    PERSON_ROLE_CHANGED = "person.role_changed", _("changed the role of %(name)s")
    PERSON_GROUPS_CHANGED = "person.groups_changed", _("changed the groups of %(name)s")
    PERSON_DEACTIVATED = "person.deactivated", _("deactivated %(name)s")
    PERSON_REACTIVATED = "person.reactivated", _("reactivated %(name)s")
    PERSON_REMOVED = "person.removed", _("removed %(name)s")
    PERSON_ERASED = "person.erased", _("erased the personal data of somebody who was removed")
    PERSON_HANDED_OVER = "person.handed_over", _("handed groups of %(name)s over to %(other)s: %(groups)s")
    PERSON_LENT = "person.lent", _("lent groups of %(name)s to %(other)s until %(until)s: %(groups)s")
    PERSON_LOAN_ENDED = "person.loan_ended", _("ended what %(name)s lent to %(other)s: %(groups)s")
    API_KEY_MADE = "api_key.made", _("made the API key %(name)s")
    API_KEY_ROLLED = "api_key.rolled", _("rolled the API key %(name)s")
    API_KEY_REVOKED = "api_key.revoked", _("revoked the API key %(name)s")
    WEBHOOK_MADE = "webhook.made", _("made the webhook %(name)s")
    WEBHOOK_CHANGED = "webhook.changed", _("changed the webhook %(name)s")
    WEBHOOK_ROLLED = "webhook.rolled", _("rolled the secret of the webhook %(name)s")
    WEBHOOK_SWITCHED_ON = "webhook.switched_on", _("switched on the webhook %(name)s")
    WEBHOOK_SWITCHED_OFF = "webhook.switched_off", _("switched off the webhook %(name)s")
    WEBHOOK_REMOVED = "webhook.removed", _("removed the webhook %(name)s")
    CONNECTION_CHANGED = "connection.changed", _("changed the connection to Partner Center")
    CONNECTION_CONSENTED = "connection.consented", _("let %(user)s sign in at Microsoft for the connection")
    CONNECTION_REMOVED = "connection.removed", _("removed the connection to Partner Center")
    CONNECTION_BROKEN = "connection.broken", _("could not use the connection to Partner Center (%(trouble)s)")
    CONNECTION_MENDED = "connection.mended", _("could use the connection to Partner Center again")
    TENANT_FOUND = "tenant.found", _("found the tenant")
    TENANT_CHANGED = "tenant.changed", _("noticed a change of the tenant")
    TENANT_ENDED = "tenant.ended", _("noticed that the relationship to the tenant has ended")
    TENANT_RETURNED = "tenant.returned", _("noticed that the tenant is back")
    TENANT_LINKED = "tenant.linked", _("linked the tenant to an organization")
    TENANT_UNLINKED = "tenant.unlinked", _("unlinked the tenant: %(reason)s")
    TENANT_IGNORED = "tenant.ignored", _("ignored the tenant: %(reason)s")
    TENANT_UNIGNORED = "tenant.unignored", _("no longer ignored the tenant")
    TENANT_REJECTED = "tenant.suggestion_rejected", _("said that a suggested organization is not the tenant's")
    ORGANIZATION_LINKED = "organization.tenant_linked", _("linked the Microsoft tenant %(tenant)s")
    ORGANIZATION_UNLINKED = "organization.tenant_unlinked", _("unlinked the Microsoft tenant %(tenant)s: %(reason)s")
    AUTO_LINK_STARTED = "tenants.auto_link_started", _("started Auto create and link")
    AUTO_LINK_FINISHED = (
        "tenants.auto_linked",
        _("finished Auto create and link: %(linked)s linked, %(created)s created, %(decided)s open, %(skipped)s left"),
    )
    SYNC_STARTED = "tenants.sync_started", _("started reading the tenants from Partner Center")
    SYNC_FINISHED = (
        "tenants.synced",
        _("read the tenants: %(found)s new, %(changed)s changed, %(ended)s ended, %(returned)s back"),
    )
    SYNC_FAILED = "tenants.sync_failed", _("could not read the tenants (%(trouble)s)")
    SYNC_HELD = "tenants.sync_held", _("read the tenants, and asks about %(count)s that were no longer listed")
    SYNC_CONFIRMED = "tenants.sync_confirmed", _("confirmed that the relationship to %(count)s tenants has ended")
    SYNC_DISMISSED = "tenants.sync_dismissed", _("kept %(count)s tenants that were no longer listed")
    IMPORT_READ = "import.read", _("read the file %(file)s")
    IMPORT_STARTED = "import.started", _("started the import")
    BATCH_UNDONE = "batch.undone", _("undid a batch: %(removed)s removed, %(restored)s restored, %(kept)s kept")
    IMPORT_FINISHED = "import.finished", _("finished the import: %(created)s created, %(failed)s failed")
    IMPORT_CANCELLED = "import.cancelled", _("cancelled the import")
    IMPORT_FAILED = "import.failed", _("could not go on with the import")


class TransactionId(Func):
    function = "pg_current_xact_id"
    template = "%(function)s()::text::bigint"


class Event(models.Model):
    """One change of one record. A creation stores no values; a change stores before and after per field."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(db_default=RandomUUID(), editable=False)
    kind = models.CharField(max_length=64)  # a Kind; not as choices, which would make every new kind a migration
    # The record's public id: the event outlives the record.
    subject_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=255)
    # The import (or other batch) of which the change was part.
    batch_id = models.UUIDField(null=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now, db_default=models.functions.Now())
    # Readers with a cursor wait for transactions older than the newest they saw: ids alone may commit out of order.
    transaction = models.BigIntegerField(db_default=TransactionId())

    class Meta:
        indexes = [
            models.Index("reseller", "subject_id", "id", name="event_timeline"),
            models.Index("reseller", "at", "public_id", name="event_by_age"),
            models.Index("reseller", "batch_id", condition=Q(batch_id__isnull=False), name="event_by_batch"),
            models.Index("reseller", "transaction", "id", name="event_outbox"),
            # But for what imports write by the hundred thousand.
            models.Index(
                "reseller", "kind", "at", "public_id", condition=~Q(kind="organization.created"), name="event_by_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
