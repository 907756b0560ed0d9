"""Erasing a record's values from the log: the one change to events that the app role may cause, and only this way."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION erase_event_values(subject uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE public.events_event SET details = '{}'
    WHERE reseller_id = nullif(current_setting('cloudbroker.reseller', true), '')::bigint AND subject_id = subject
$$;
REVOKE ALL ON FUNCTION erase_event_values(uuid) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_row_level_security")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION erase_event_values(uuid)")]
