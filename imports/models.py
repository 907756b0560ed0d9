"""An import and its staged rows. The import is the job: its state, its place and its counts commit with the rows."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import ApiKey, Membership, Reseller, new_id
from accounts.roles import Permission
from imports.checking import checked
from imports.headings import Columns, match_headings
from imports.readers.shape import Layout
from organizations.models import Organization


class State(models.TextChoices):
    READING = "reading", _("Reading")
    READY = "ready", _("Ready to import")
    IMPORTING = "importing", _("Importing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")


class Mode(models.TextChoices):
    CREATE = "create", _("Create only")
    UPDATE = "update", _("Create and update")


class Blanks(models.TextChoices):
    """What an empty cell does to a record that exists already."""

    KEEP = "keep", _("An empty cell keeps what the record has")
    CLEAR = "clear", _("An empty cell clears what the record has")


class ImportQuerySet(models.QuerySet["Import"]):
    def permitted(self, actor: Actor | None) -> "ImportQuerySet":
        """Imports are seen by who made them, and by those who may see everybody's."""
        if actor is None or not actor.can(Permission.ORGANIZATIONS_SEE):
            return self.none()
        rows = self.filter(reseller=actor.reseller)
        mine = rows.filter(membership=actor.membership, api_key=actor.key)
        sees_all = actor.can(Permission.IMPORTS_SEE_ALL) and not actor.is_group_bound
        return rows if sees_all else mine


class Import(models.Model):
    """One file on its way to becoming organizations."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    # Who acts when a worker goes on with it: the key if there is one, which that person made.
    membership = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, db_index=False)
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, db_constraint=False, db_index=False)
    group_public_ids = ArrayField(models.UUIDField(), default=list)

    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    upload = models.CharField(max_length=255)

    layout = models.JSONField(default=dict)
    headings = ArrayField(models.TextField(), default=list)
    # Per file column the name of its field, or null where it is ignored.
    columns = ArrayField(models.CharField(max_length=64, null=True), default=list)
    samples = models.JSONField(default=list)  # per file column some of its texts
    decimal_mark = models.CharField(max_length=16, blank=True)
    date_order = models.CharField(max_length=3, blank=True)
    # What somebody chose about how the file is read (imports/choosing.py); everything else was detected.
    chosen_layout = models.JSONField(default=dict)  # {encoding, delimiter, heading_row, sheet, date_order}
    chosen_columns = models.JSONField(default=dict)  # {place: name of a field or extra column, or null}

    mode = models.CharField(max_length=8, choices=Mode, default=Mode.CREATE)
    blanks = models.CharField(max_length=8, choices=Blanks, default=Blanks.KEEP)
    all_or_nothing = models.BooleanField(default=False)
    defaults = models.JSONField(default=dict)  # {field: text} for what new records would leave blank

    state = models.CharField(max_length=16, choices=State, default=State.READING)
    error = models.JSONField(null=True)
    cancel_requested = models.BooleanField(default=False)
    rows_total = models.PositiveIntegerField(null=True)  # unknown until the file was surveyed
    rows_read = models.PositiveIntegerField(default=0)
    rows_valid = models.PositiveIntegerField(default=0)
    rows_invalid = models.PositiveIntegerField(default=0)
    rows_warned = models.PositiveIntegerField(default=0)
    rows_to_update = models.PositiveIntegerField(default=0)  # of the valid ones, when they were checked
    rows_to_keep = models.PositiveIntegerField(default=0)  # … and those that would change nothing
    progress = models.PositiveIntegerField(default=0)  # rows done by a transaction that has not committed
    place = models.PositiveIntegerField(default=0)  # rows up to this number have been created or have failed
    rows_created = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_failed = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    is_quiet = models.BooleanField(default=False)  # no mail to the person when it has ended
    mailed_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)  # when its file and rows were deleted

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "public_id", name="import_public_id_is_unique"),
            models.UniqueConstraint("reseller", "id", name="import_target"),
        ]
        indexes = [
            models.Index("reseller", "created_at", "public_id", name="import_by_age"),
            models.Index("reseller", "sha256", name="import_by_content"),
            models.Index("reseller", "membership", "created_at", "public_id", name="import_by_person"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def rows_done(self) -> int:
        """Rows that a running or ended import has dealt with."""
        return self.rows_created + self.rows_updated + self.rows_unchanged + self.rows_failed

    @property
    def rows_to_create(self) -> int:
        return self.rows_valid - self.rows_to_update - self.rows_to_keep

    @property
    def matched(self) -> Columns:
        """Which column is which field: as was chosen, else by its heading."""
        return match_headings(self.headings, chosen={int(place): name for place, name in self.chosen_columns.items()})

    def place_of(self, row: "ImportRow") -> dict[str, Any]:
        """Where the row is in the file, as edits of rows know it."""
        layout = Layout.from_json(self.layout)
        return {"part": layout.part, "place": layout.place_of(row.number, row.line)}


class Portion(models.Model):
    """The ledger of a large import at work: rows `first` to `last` have been written, and are not counted on it yet."""

    pk = models.CompositePrimaryKey("reseller_id", "batch_id", "first")
    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    batch = models.ForeignKey(
        Import, models.CASCADE, db_column="import_id", db_constraint=False, db_index=False, related_name="portions"
    )
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    created = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.batch_id} {self.first}–{self.last}"


class Undo(models.Model):
    """A batch being taken back: a file's, a grid's or a program's. It is its own job, with place and counts."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    public_id = models.UUIDField(default=new_id, editable=False)
    batch_id = models.UUIDField()  # of the events; for a file the import's public id
    membership = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, db_index=False)
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, db_constraint=False, db_index=False)
    total = models.PositiveIntegerField()
    place = models.BigIntegerField(default=0)  # events up to this one have been dealt with
    removed = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    kept_first = models.JSONField(default=list)  # [public id, reason] of the first of them
    failed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("reseller", "batch_id", name="undone_once"),
            models.UniqueConstraint("reseller", "id", name="undo_target"),
        ]

    def __str__(self) -> str:
        return str(self.batch_id)

    @property
    def done(self) -> int:
        return self.removed + self.restored + self.kept


class RowEdit(models.Model):
    """What a person wrote into the cells of a row: it outlives the staged row, which may be read anew.

    It belongs to a place in the file, which stays the same when the rows are counted from another heading: the line in
    which the row begins, and as its part the sheet. XML may have many rows in a line; its places are the rows' numbers.
    """

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    batch = models.ForeignKey(
        Import, models.CASCADE, db_column="import_id", db_constraint=False, db_index=False, related_name="edits"
    )
    part = models.CharField(max_length=255, blank=True)
    place = models.PositiveIntegerField()
    texts = models.JSONField()  # {field: text}

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "batch", "part", "place", name="one_edit_per_row")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.part} {self.place}"


class RememberedColumns(models.Model):
    """What a person chose when a file with these headings came; it is chosen for the next one that has them."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    headings = models.CharField(max_length=64)  # a hash of the set
    columns = models.JSONField()  # {key of a heading: name of a field or extra column, or null}
    date_order = models.CharField(max_length=3, blank=True)
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "headings", "membership", name="one_memory_per_person")]

    def __str__(self) -> str:
        return self.headings


class KnownTenant(models.Model):
    """Microsoft's id of a customer, as a file gave it: by it the tenant is told to be the organization's."""

    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, db_constraint=False, db_index=False, related_name="known_tenants"
    )
    tenant_id = models.UUIDField()
    batch_id = models.UUIDField()  # the public id of the import
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("reseller", "organization", "tenant_id", name="tenant_known_once")]

    def __str__(self) -> str:
        return str(self.tenant_id)


class Action(models.TextChoices):
    """What a valid row does, or did."""

    CREATE = checked.CREATE, _("Created")
    UPDATE = "updated", _("Updated")
    KEEP = "unchanged", _("Unchanged")


class Verdict(models.TextChoices):
    """What became of a row; a valid row up to the import's place has been created."""

    VALID = checked.VALID, _("Valid")
    INVALID = checked.INVALID, _("Has errors")
    FAILED = "failed", _("Not created")


def _like(name: str) -> models.Field:  # type: ignore[type-arg]
    """A column that holds what the organization's column of that name will hold."""
    column: models.Field = Organization._meta.get_field(name).clone()  # type: ignore[union-attr,type-arg]
    column.blank = True
    return column


class ImportRow(models.Model):
    """One data row of the file, read and checked, with the public id that its organization has or will have."""

    pk = models.CompositePrimaryKey("reseller_id", "batch_id", "number")
    reseller = models.ForeignKey(Reseller, models.PROTECT, db_index=False, db_constraint=False)
    batch = models.ForeignKey(
        Import, models.CASCADE, db_column="import_id", db_constraint=False, db_index=False, related_name="rows"
    )
    number = models.PositiveIntegerField()  # 1 is the first row under the heading
    line = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    action = models.CharField(max_length=9, choices=Action, default=Action.CREATE)
    errors = models.JSONField(null=True)  # {field: [{"code", "params"}]}
    warnings = models.JSONField(null=True)
    # The texts that were read (imports/beside.py), where a row has errors, may update, or says more than its fields.
    raw = ArrayField(models.TextField(), null=True)

    public_id = models.UUIDField()
    name = _like("name")
    primary_domain = _like("primary_domain")
    registration_number = _like("registration_number")
    notification_email = _like("notification_email")
    approval_process = _like("approval_process")
    approval_limit = _like("approval_limit")
    billing_start_date = _like("billing_start_date")
    customer_number = _like("customer_number")
    street_address = _like("street_address")
    postal_code = _like("postal_code")
    city = _like("city")
    state = _like("state")
    country = _like("country")
    contact_name = _like("contact_name")
    contact_phone = _like("contact_phone")
    contact_email = _like("contact_email")
    contact_cell_phone = _like("contact_cell_phone")
    sort_name = _like("sort_name")
    customer_number_key = _like("customer_number_key")
    search_text = _like("search_text")

    class Meta:
        indexes = [
            models.Index(
                "reseller",
                "batch",
                "verdict",
                "number",
                name="import_row_not_valid",
                condition=~models.Q(verdict="valid"),
            ),
            models.Index(
                "reseller",
                "batch",
                "action",
                "number",
                name="import_row_not_to_create",
                condition=~models.Q(action=checked.CREATE),
            ),
            models.Index(
                "reseller",
                "batch",
                "number",
                name="import_row_warned",
                condition=models.Q(warnings__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"
