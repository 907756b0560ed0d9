from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("imports", "0010_columns")]
    operations = [
        protect("imports_rememberedcolumns"),
        same_reseller("imports_rememberedcolumns", "membership_id", "accounts_membership"),
    ]
