from django.db import migrations

# Also where others' events name the person: who handed groups over, lent them, or accepted an invitation. Somebody of the
# same name loses it there too, which is the lesser harm; whose event it is stays told by its id.
FUNCTION = """
CREATE OR REPLACE FUNCTION erase_event_person(person uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH mine AS (
        SELECT actor_label, actor_id, subject_id, kind, details FROM public.events_event
        WHERE reseller_id = nullif(current_setting('cloudbroker.reseller', true), '')::bigint
          AND (actor_id = person OR subject_id = person)
    ),
    names AS (
        SELECT array_agg(DISTINCT name) AS known FROM (
            SELECT actor_label AS name FROM mine WHERE actor_id = person
            UNION ALL
            SELECT details->>'name' FROM mine WHERE subject_id = person
              AND kind NOT IN ('person.handed_over', 'person.lent', 'person.loan_ended')
        ) AS told WHERE name <> ''
    )
    UPDATE public.events_event AS event
    SET actor_label = CASE WHEN actor_id = person THEN '' ELSE actor_label END,
        details = CASE
            WHEN subject_id = person THEN '{}'
            WHEN kind LIKE 'person.%' THEN details - array_remove(ARRAY[
                CASE WHEN details->>'name' = ANY(known) THEN 'name' END,
                CASE WHEN details->>'other' = ANY(known) THEN 'other' END
            ], NULL)
            WHEN actor_id = person AND kind = 'connection.consented' THEN details - 'user'
            ELSE details
        END
    FROM names
    WHERE reseller_id = nullif(current_setting('cloudbroker.reseller', true), '')::bigint
      AND (actor_id = person OR subject_id = person
           OR kind LIKE 'person.%' AND (details->>'name' = ANY(known) OR details->>'other' = ANY(known)))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0008_event_outbox")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
