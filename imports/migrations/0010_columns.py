import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Edits were kept under the numbers of rows; now they belong to places in the file.
PLACES = """
UPDATE imports_rowedit AS edit
SET part = left(coalesce(job.layout ->> 'sheet', ''), 255),
    place = CASE WHEN job.layout ->> 'format' = 'xml' THEN edit.place ELSE staged.line END
FROM imports_import AS job
JOIN imports_importrow AS staged ON staged.reseller_id = job.reseller_id AND staged.import_id = job.id
WHERE edit.reseller_id = job.reseller_id AND edit.import_id = job.id AND staged.number = edit.place
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_api_keys"),
        ("imports", "0009_keys_protected"),
    ]

    operations = [
        migrations.AddField("import", "samples", models.JSONField(default=list)),
        migrations.AddField("import", "date_order", models.CharField(blank=True, max_length=3, default=""), False),
        migrations.AddField("import", "chosen_layout", models.JSONField(default=dict)),
        migrations.AddField("import", "chosen_columns", models.JSONField(default=dict)),
        migrations.RemoveConstraint("rowedit", "one_edit_per_row"),
        migrations.AddField("rowedit", "part", models.CharField(blank=True, max_length=255, default=""), False),
        migrations.RenameField("rowedit", "number", "place"),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "rowedit",
            models.UniqueConstraint("reseller", "batch", "part", "place", name="one_edit_per_row"),
        ),
        migrations.CreateModel(
            name="RememberedColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("headings", models.CharField(max_length=64)),
                ("columns", models.JSONField()),
                ("date_order", models.CharField(blank=True, max_length=3)),
                ("chosen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.membership",
                    ),
                ),
                (
                    "reseller",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.reseller"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint("reseller", "headings", "membership", name="one_memory_per_person")
                ]
            },
        ),
    ]
