"""Events get an id of their own, and an index by age for the page that lists them."""

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_kinds_and_erasing")]
    operations = [
        migrations.AddField(
            "event", "public_id", models.UUIDField(db_default=RandomUUID(), editable=False), preserve_default=False
        ),
        migrations.AddIndex("event", models.Index("reseller", "at", "public_id", name="event_by_age")),
    ]
