from django.db import migrations

from accounts.tenancy import same_reseller


class Migration(migrations.Migration):
    dependencies = [("csp_link", "0007_versions_and_keys")]
    operations = [same_reseller("csp_link_autolink", "api_key_id", "accounts_apikey", on_delete="RESTRICT")]
