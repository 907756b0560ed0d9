from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial"), ("groups", "0002_row_level_security")]
    operations = [
        protect("organizations_organization"),
        protect("organizations_groupmembership"),
        same_reseller("organizations_groupmembership", "organization_id", "organizations_organization"),
        same_reseller("organizations_groupmembership", "group_id", "groups_group"),
    ]
