import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0011_memory_protected"),
        ("organizations", "0007_csp_door"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownTenant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant_id", models.UUIDField()),
                ("batch_id", models.UUIDField()),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="known_tenants",
                        to="organizations.organization",
                    ),
                ),
                (
                    "reseller",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.reseller"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint("reseller", "organization", "tenant_id", name="tenant_known_once")
                ]
            },
        ),
        protect("imports_knowntenant"),
        same_reseller("imports_knowntenant", "organization_id", "organizations_organization"),
    ]
