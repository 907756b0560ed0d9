from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0012_known_tenants")]

    operations = [
        migrations.AddField("import", "is_quiet", models.BooleanField(default=False)),
        migrations.AddField("import", "mailed_at", models.DateTimeField(null=True)),
        migrations.AddField("import", "expired_at", models.DateTimeField(null=True)),
        migrations.AddIndex("import", models.Index("reseller", "sha256", name="import_by_content")),
    ]
