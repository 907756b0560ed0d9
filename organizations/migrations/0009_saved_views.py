import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower

import accounts.models
from accounts.tenancy import protect, same_reseller


def owner():
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.reseller"),
        ),
        (
            "columns",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), default=list, size=None
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_erased_people"), ("organizations", "0008_written_batches")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                *owner(),
                ("public_id", models.UUIDField(default=accounts.models.new_id, editable=False)),
                ("name", models.CharField(max_length=100)),
                ("is_shared", models.BooleanField(default=False)),
                ("asked", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint("reseller", "public_id", name="saved_view_public_id_is_unique"),
                    models.UniqueConstraint(
                        "reseller",
                        "membership",
                        Lower("name"),
                        condition=Q(is_shared=False),
                        name="own_view_has_a_name_of_its_own",
                    ),
                    models.UniqueConstraint(
                        "reseller", Lower("name"), condition=Q(is_shared=True), name="shared_view_has_a_name_of_its_own"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListChoice",
            fields=[*owner(), ("default_view", models.UUIDField(null=True))],
            options={
                "constraints": [
                    models.UniqueConstraint("reseller", "membership", name="one_list_choice_per_person")
                ],
            },
        ),
        protect("organizations_savedview"),
        same_reseller("organizations_savedview", "membership_id", "accounts_membership"),
        protect("organizations_listchoice"),
        same_reseller("organizations_listchoice", "membership_id", "accounts_membership"),
    ]
