from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial"), ("accounts", "0001_initial")]
    operations = [
        protect("imports_import"),
        protect("imports_importrow"),
        same_reseller("imports_import", "membership_id", "accounts_membership", on_delete="RESTRICT"),
        same_reseller("imports_importrow", "import_id", "imports_import"),
    ]
