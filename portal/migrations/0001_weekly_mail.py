import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    initial = True
    dependencies = [("accounts", "0005_erased_people")]

    operations = [
        migrations.CreateModel(
            name="WeeklyMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField()),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.membership",
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
                    models.UniqueConstraint("reseller", "membership", name="one_weekly_mail_per_person")
                ],
            },
        ),
        protect("portal_weeklymail"),
        same_reseller("portal_weeklymail", "membership_id", "accounts_membership"),
    ]
