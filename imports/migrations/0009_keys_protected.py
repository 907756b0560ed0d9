from django.db import migrations

from accounts.tenancy import same_reseller


class Migration(migrations.Migration):
    dependencies = [("imports", "0008_api_keys")]
    operations = [
        same_reseller("imports_import", "api_key_id", "accounts_apikey", on_delete="RESTRICT"),
        same_reseller("imports_undo", "api_key_id", "accounts_apikey", on_delete="RESTRICT"),
    ]
