from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [
        ("csp_link", "0001_initial"),
        ("accounts", "0001_initial"),
        ("organizations", "0002_row_level_security"),
    ]
    operations = [
        protect("csp_link_connection"),
        protect("csp_link_tenant"),
        protect("csp_link_sync"),
        protect("csp_link_stagedtenant"),
        # Every reading of the list notes when each tenant was last seen: room for that on the same page.
        migrations.RunSQL(
            "ALTER TABLE csp_link_tenant SET (fillfactor = 45)", "ALTER TABLE csp_link_tenant RESET (fillfactor)"
        ),
        same_reseller("csp_link_tenant", "organization_id", "organizations_organization", on_delete="RESTRICT"),
        same_reseller("csp_link_sync", "membership_id", "accounts_membership", on_delete="RESTRICT"),
        same_reseller("csp_link_stagedtenant", "sync_id", "csp_link_sync"),
    ]
