from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("accounts", "0002_removed_people")]
    operations = [
        protect("people_invitation"),
        same_reseller("people_invitation", "invited_by_id", "accounts_membership", on_delete="RESTRICT"),
    ]
