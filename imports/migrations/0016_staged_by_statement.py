import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import linked_by_statement, same_reseller

FOREIGN_KEY = same_reseller("imports_importrow", "import_id", "imports_import")


class Migration(migrations.Migration):
    """A staged row's import is of its reseller, and that exists; so the reseller needs no key of its own."""

    dependencies = [("imports", "0015_narrowed_by_index")]
    operations = [
        linked_by_statement(
            "imports_importrow",
            {"reseller_id": "reseller_id", "import_id": "id"},
            "imports_import",
            on_delete="CASCADE",
        ),
        migrations.RunSQL(FOREIGN_KEY.reverse_sql, FOREIGN_KEY.sql),
        migrations.AlterField(
            "importrow",
            "reseller",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts.reseller",
            ),
        ),
    ]
