"""The grid is a door."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_erasing_and_order")]

    operations = [
        migrations.AlterField(
            model_name="organization",
            name="source",
            field=models.CharField(
                choices=[("form", "Form"), ("grid", "Grid"), ("import", "File import")], editable=False, max_length=16
            ),
        ),
    ]
