import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_api_keys"), ("csp_link", "0006_auto_link_row_level_security")]
    operations = [
        migrations.AddField(
            model_name="assessment",
            name="version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="tenant",
            name="assessed_version",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="autolink",
            name="api_key",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.apikey",
            ),
        ),
    ]
