"""An index in the order in which transactions settle, for webhooks that follow the log."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0007_event_by_batch")]

    operations = [
        migrations.AddIndex("event", models.Index("reseller", "transaction", "id", name="event_outbox")),
    ]
