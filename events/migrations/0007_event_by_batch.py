"""An index to find what a batch did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0006_erasing_people")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                "reseller", "batch_id", condition=models.Q(batch_id__isnull=False), name="event_by_batch"
            ),
        ),
    ]
