import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import linked_by_statement


class Migration(migrations.Migration):
    dependencies = [("csp_link", "0009_fewer_indexes")]
    operations = [
        linked_by_statement("csp_link_tenant", {"reseller_id": "id"}, "accounts_reseller", on_delete="RESTRICT"),
        migrations.AlterField(
            "tenant",
            "reseller",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.reseller",
            ),
        ),
    ]
