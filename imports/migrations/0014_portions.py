import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_erased_people"), ("imports", "0013_after")]

    operations = [
        migrations.CreateModel(
            name="Portion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "reseller_id",
                        "batch_id",
                        "first",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("first", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                ("created", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                (
                    "batch",
                    models.ForeignKey(
                        db_column="import_id",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portions",
                        to="imports.import",
                    ),
                ),
                (
                    "reseller",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.reseller"
                    ),
                ),
            ],
        ),
        protect("imports_portion"),
        same_reseller("imports_portion", "import_id", "imports_import"),
    ]
