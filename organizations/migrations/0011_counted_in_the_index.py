from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organizations", "0010_listed_by_index")]
    operations = [
        AddIndexConcurrently(
            "organization",
            models.Index(
                models.F("reseller"),
                models.F("created_at"),
                models.F("public_id"),
                include=["archived_at"],
                name="organization_in_age",
            ),
        ),
        RemoveIndexConcurrently("organization", "organization_by_age"),
    ]
