from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial"), ("accounts", "0001_initial")]
    operations = [
        protect("exports_export"),
        same_reseller("exports_export", "membership_id", "accounts_membership", on_delete="RESTRICT"),
    ]
