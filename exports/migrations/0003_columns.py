import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exports", "0002_row_level_security")]

    operations = [
        migrations.AddField(
            model_name="export",
            name="columns",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), null=True, size=None
            ),
        ),
    ]
