from django.db import migrations

from accounts.tenancy import protect


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [
        protect("events_event"),
    ]
