from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("csp_link", "0005_auto_link")]
    operations = [
        protect("csp_link_autolink"),
        same_reseller("csp_link_autolink", "membership_id", "accounts_membership", on_delete="RESTRICT"),
    ]
