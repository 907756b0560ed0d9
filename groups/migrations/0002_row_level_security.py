from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial"), ("accounts", "0001_initial")]
    operations = [
        protect("groups_group"),
        protect("groups_assignment"),
        same_reseller("groups_assignment", "group_id", "groups_group"),
        same_reseller("groups_assignment", "membership_id", "accounts_membership"),
    ]
