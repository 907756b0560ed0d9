import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.tenancy import protect, same_reseller

# Grids and bulk calls of before, as far as the event log tells of them.
EARLIER = """
INSERT INTO organizations_writtenbatch
    (reseller_id, public_id, source, membership_id, api_key_id, created, updated, failed, created_at)
SELECT made.reseller_id, made.batch_id, min(made.details ->> 'source'), coalesce(key.made_by_id, member.id), key.id,
       count(*), 0, 0, min(made.at)
FROM events_event AS made
LEFT JOIN accounts_user AS person ON person.public_id = made.actor_id
LEFT JOIN accounts_membership AS member ON member.user_id = person.id AND member.reseller_id = made.reseller_id
LEFT JOIN accounts_apikey AS key ON key.public_id = made.actor_id AND key.reseller_id = made.reseller_id
WHERE made.kind = 'organization.created' AND made.batch_id IS NOT NULL
    AND made.details ->> 'source' IN ('grid', 'api') AND coalesce(key.made_by_id, member.id) IS NOT NULL
GROUP BY made.reseller_id, made.batch_id, coalesce(key.made_by_id, member.id), key.id
"""
SOURCES = [
    ("form", "Form"),
    ("grid", "Grid"),
    ("import", "File import"),
    ("api", "API"),
    ("csp", "Microsoft"),
]


def to(model, *, null=False):
    return models.ForeignKey(
        db_constraint=False, db_index=False, null=null, on_delete=django.db.models.deletion.PROTECT, to=model
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_api_keys"),
        ("events", "0007_event_by_batch"),
        ("organizations", "0007_csp_door"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrittenBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField()),
                ("source", models.CharField(choices=SOURCES, max_length=16)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("api_key", to("accounts.apikey", null=True)),
                ("membership", to("accounts.membership")),
                (
                    "reseller",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.reseller"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index("reseller", "created_at", "public_id", name="batch_by_age")],
                "constraints": [models.UniqueConstraint("reseller", "public_id", name="batch_written_once")],
            },
        ),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        protect("organizations_writtenbatch"),
        same_reseller("organizations_writtenbatch", "membership_id", "accounts_membership", on_delete="RESTRICT"),
        same_reseller("organizations_writtenbatch", "api_key_id", "accounts_apikey", on_delete="RESTRICT"),
    ]
