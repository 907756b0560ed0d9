from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_api_keys"),
        ("groups", "0004_version_and_order"),
        ("organizations", "0005_api_door"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="organization",
            index=models.Index(
                models.F("reseller"),
                models.F("id"),
                condition=models.Q(("archived_at__isnull", False)),
                name="organization_archived",
            ),
        ),
    ]
