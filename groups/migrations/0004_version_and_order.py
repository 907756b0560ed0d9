import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('groups', '0003_lending'),
    ]

    operations = [
        migrations.AddField(
            model_name='group',
            name='sort_name',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower('name'), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='group',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
