from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("api", "0001_answers")]
    operations = [
        protect("api_answer"),
        same_reseller("api_answer", "key_id", "accounts_apikey"),
    ]
