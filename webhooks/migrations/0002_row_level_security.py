from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]
    operations = [
        protect("webhooks_endpoint"),
        protect("webhooks_delivery"),
        same_reseller("webhooks_endpoint", "made_by_id", "accounts_membership", on_delete="RESTRICT"),
        same_reseller("webhooks_delivery", "endpoint_id", "webhooks_endpoint"),
    ]
