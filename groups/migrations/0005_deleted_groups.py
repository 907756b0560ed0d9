import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0004_version_and_order")]

    operations = [
        migrations.AddField("group", "deleted_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("group", "deleted_by", models.JSONField(default=dict, editable=False)),
        migrations.AddField("group", "held_at_deletion", models.PositiveIntegerField(default=0, editable=False)),
        migrations.RemoveConstraint("group", "group_name_is_unique"),
        migrations.AddConstraint(
            "group",
            models.UniqueConstraint(
                models.F("reseller"),
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("deleted_at", None)),
                name="group_name_is_unique",
            ),
        ),
    ]
