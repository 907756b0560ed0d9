from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("imports", "0006_undo")]
    operations = [
        protect("imports_undo"),
        same_reseller("imports_undo", "membership_id", "accounts_membership", on_delete="RESTRICT"),
    ]
