from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_api_keys")]

    operations = [
        migrations.AddField("membership", "erased_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(("erased_at", None), ("removed_at__isnull", False), _connector="OR"),
                name="who_is_erased_was_removed",
            ),
        ),
    ]
