"""Erasing a person from the log: names and values go, ids, dates and kinds stay."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION erase_event_person(person uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE public.events_event
    SET actor_label = CASE WHEN actor_id = person THEN '' ELSE actor_label END,
        details = CASE WHEN subject_id = person THEN '{}' ELSE details END
    WHERE reseller_id = nullif(current_setting('cloudbroker.reseller', true), '')::bigint
      AND (actor_id = person OR subject_id = person)
$$;
REVOKE ALL ON FUNCTION erase_event_person(uuid) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0005_public_id_and_age")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION erase_event_person(uuid)")]
