"""How old events leave the log by themselves: never one that is younger than 90 days, whoever asks."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION expire_events(before timestamptz, at_most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM public.events_event WHERE id IN (
            SELECT id FROM public.events_event
            WHERE reseller_id = nullif(current_setting('cloudbroker.reseller', true), '')::bigint
              AND at < least(before, now() - interval '90 days')
            ORDER BY at LIMIT at_most
        )
        RETURNING id
    )
    SELECT count(*)::integer FROM gone
$$;
REVOKE ALL ON FUNCTION expire_events(timestamptz, integer) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0009_erasing_people_everywhere")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION expire_events(timestamptz, integer)")]
