from django.db import migrations


class Migration(migrations.Migration):
    """No foreign key led to the one, and a reseller's tenants are few enough to be searched without the other."""

    dependencies = [("csp_link", "0008_keys_protected")]
    operations = [
        migrations.RemoveConstraint(model_name="tenant", name="tenant_target"),
        migrations.RemoveIndex(model_name="tenant", name="tenant_search"),
    ]
