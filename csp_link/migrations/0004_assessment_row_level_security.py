from django.db import migrations

from accounts.tenancy import protect


class Migration(migrations.Migration):
    dependencies = [("csp_link", "0003_linking")]
    operations = [protect("csp_link_assessment")]
