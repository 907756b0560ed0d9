from django.db import migrations

from accounts.tenancy import protect, same_reseller


class Migration(migrations.Migration):
    dependencies = [("imports", "0004_row_edits")]
    operations = [protect("imports_rowedit"), same_reseller("imports_rowedit", "import_id", "imports_import")]
