"""What in a migration would stop the version before from working, or hold a table for longer than nobody notices."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.models import GeneratedField, Value
from django.db.models.functions import Now

# A line of the migration's docstring which says since when nothing uses what goes: the second of two steps.
SECOND_STEP = re.compile(r"^Second step: \S.{20,}", re.MULTILINE)
TAKES_AWAY = (ops.RemoveField, ops.DeleteModel, ops.RenameField, ops.RenameModel, ops.AlterModelTable)
TAKES_AWAY_IN_SQL = re.compile(
    r"\b(DROP (COLUMN|TABLE)|RENAME (TO|COLUMN|CONSTRAINT)|ALTER COLUMN \S+ (SET DATA )?TYPE)\b"
)
TABLE = r"(?P<table>\S+)"
HOLDS_IN_SQL = {
    "makes an index that nobody may write beside": r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)(IF NOT EXISTS )?\S+ ON "
    + TABLE,
    "checks a whole table while it holds it": rf"ALTER TABLE {TABLE} ADD (CONSTRAINT \S+ )?"
    r"(CHECK|FOREIGN KEY|UNIQUE|EXCLUDE)(?!.*\bNOT VALID\b)",
    "demands a value of rows that have none": rf"ALTER TABLE {TABLE} ALTER (COLUMN )?\S+ SET NOT NULL",
    "locks a table": rf"(LOCK TABLE|VACUUM FULL|CLUSTER) {TABLE}",
}


def all_migrations():
    """{(app, name): migration} of every app of ours."""
    return MigrationLoader(None, ignore_no_migrations=True).disk_migrations


def new_tables(migrations):
    """Tables that these make: nobody of the version before knows them, and they are empty."""
    return {
        (operation.options.get("db_table") or f"{migration.app_label}_{operation.name_lower}")
        for migration in migrations
        for operation in flat(migration.operations)
        if isinstance(operation, ops.CreateModel)
    }


def flat(operations):
    for operation in operations:
        if isinstance(operation, ops.SeparateDatabaseAndState):
            yield from flat(operation.database_operations)
        else:
            yield operation


@dataclass
class Lint:
    """`faults` names what is wrong, in the order of the operations."""

    migration: object
    docstring: str = ""
    new: frozenset = frozenset()
    before: object = None  # the project's state

    @cached_property
    def faults(self):
        return [fault for operation in flat(self.migration.operations) for fault in self.of(operation)]

    def of(self, operation):
        if isinstance(operation, ops.RunSQL):
            return self.of_sql(operation)
        if isinstance(operation, ops.RunPython):
            alone = len(self.migration.operations) == 1 and not self.migration.atomic
            return () if alone else ("works on rows in the transaction that changes tables",)
        model = getattr(operation, "model_name", getattr(operation, "name", ""))
        if f"{self.migration.app_label}_{model.lower()}" in self.new:
            return ()
        if isinstance(operation, TAKES_AWAY):
            return () if SECOND_STEP.search(self.docstring) else ("takes away what the version before may use",)
        return self.of_change(operation)

    def of_change(self, operation):
        if isinstance(operation, ops.AddField):
            return tuple(self.of_new_field(operation.field))
        if isinstance(operation, ops.AlterField):
            return tuple(self.of_altered_field(operation))
        if isinstance(operation, ops.AddIndex) and not isinstance(operation, AddIndexConcurrently):
            return ("makes an index that nobody may write beside",)
        if isinstance(operation, ops.AddConstraint) and not isinstance(operation, AddConstraintNotValid):
            return ("checks a whole table while it holds it",)
        return ()

    def of_new_field(self, field):
        if field.many_to_many:
            return
        if isinstance(field, GeneratedField):
            yield "writes a whole table anew while it holds it"
            return
        if not field.null and not field.has_db_default():
            yield "demands a value that the version before does not give"
        if field.has_db_default() and not isinstance(field.db_default, str | int | bool | dict | list | Value | Now):
            yield "writes a whole table anew while it holds it"
        if field.db_index or field.unique:
            yield "makes an index that nobody may write beside"

    def of_altered_field(self, operation):
        app = self.migration.app_label
        old = self.before.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
        if old.null and not operation.field.null:
            yield "demands a value of rows that have none"
        was, will = (field.db_parameters(connection)["type"] for field in (old, bound(operation.field, old)))
        if not is_wider(was, will):
            yield "changes the type of a column"

    def of_sql(self, operation):
        for text in texts_of(operation.sql):
            if TAKES_AWAY_IN_SQL.search(text) and not SECOND_STEP.search(self.docstring):
                yield "takes away what the version before may use"
            for fault, pattern in HOLDS_IN_SQL.items():
                for found in re.finditer(pattern, text):
                    if found["table"].strip('"').lower() not in self.new:
                        yield fault


def bound(field, old):
    """The field as a column of the old one's model."""
    copy = field.clone()
    copy.set_attributes_from_name(old.name)
    copy.model = old.model
    if copy.remote_field:
        copy.remote_field.model = old.remote_field.model
        copy.remote_field.field_name = getattr(old.remote_field, "field_name", None)
    return copy


def is_wider(was, will):
    """Whether every value of the old type is one of the new, and PostgreSQL doesn't look at any of them."""
    sizes = [re.fullmatch(r"varchar\((\d+)\)", kind) for kind in (was, will)]
    if all(sizes):
        return int(sizes[0][1]) <= int(sizes[1][1])
    return was == will or (sizes[0] is not None and will == "text")


def texts_of(sql):
    """The statements in capitals and with single spaces, without comments and bodies of functions."""
    parts = sql if isinstance(sql, list | tuple) else [sql]
    for part in parts:
        text = part[0] if isinstance(part, list | tuple) else part
        text = re.sub(r"--.*$", "", text, flags=re.MULTILINE)
        text = re.sub(r"\$(\w*)\$.*?\$\1\$", "", text, flags=re.DOTALL)
        for statement in text.split(";"):
            yield " ".join(statement.split()).upper()
