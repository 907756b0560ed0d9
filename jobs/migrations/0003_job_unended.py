from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_job_waits_since")]

    operations = [migrations.AddField("job", "unended", models.PositiveSmallIntegerField(default=0, db_default=0))]
