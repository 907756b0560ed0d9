"""A reseller with very many organizations, made inside the database in seconds: for lists, where only numbers matter.

Names are spread over the table as if by chance, and each tenth of them begins with the same word.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg

Owner = psycopg.Connection[tuple[Any, ...]]

# One in ten begins with each of these, one in four ends with each of those; every domain has the common word.
FIRST_WORDS: Final = "Akeri Bygg Consulting Energi Forlag Logistik Mejeri Optik Shipping Verk"
COMMON, QUARTER, CLUSTERED, RARE = "example", "gmbh", "shipping", "nordstern"

_ORGANIZATIONS: Final = """
INSERT INTO organizations_organization (
    reseller_id, public_id, name, primary_domain, notification_email, approval_process, customer_number, street_address,
    postal_code, city, country, contact_name, contact_phone, contact_email, billing_start_date, registration_number,
    state, contact_cell_phone, sort_name, customer_number_key, search_text, source, created_at, updated_at, archived_at,
    version)
SELECT %(reseller)s, id, name, domain, 'it@' || domain, n %% 3 = 0, number, 'Storgatan ' || n %% 200, '111 22',
       'Stockholm', 'SE', 'Astrid Lindqvist', CASE WHEN n %% 2000 = 1 THEN '' ELSE '+46 8 123 456 00' END,
       'astrid@' || domain, date '2026-01-01' + (n %% 300)::int, '', '', '', lower(name), number,
       concat_ws(E'\\n', lower(name), domain, nullif(number, ''), id::text),
       CASE n %% 10000 WHEN 7 THEN 'form' WHEN 8 THEN 'grid' ELSE 'import' END, at, at,
       CASE WHEN n %% 500 = 3 THEN at END, 1
FROM (
    SELECT n, gen_random_uuid() AS id, 'customer-' || n || '.example' AS domain,
           CASE WHEN n %% 1000 = 0 THEN '' ELSE 'c' || lpad(n::text, 9, '0') END AS number,
           (string_to_array(%(words)s, ' '))[1 + place / (1 + %(count)s / 10)]
           || CASE WHEN n %% 5000 = 9 THEN ' Nordstern' ELSE '' END || ' ' || place || ' '
           || (ARRAY['AB', 'GmbH', 'AS', 'Ltd'])[1 + n %% 4] AS name,
           timestamptz '2026-01-01 00:00Z' + n * interval '1 second' AS at
    FROM (SELECT n, n * 7919 %% %(count)s AS place FROM generate_series(1::bigint, %(count)s) AS n) AS placed
) AS made
"""
_INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'organizations_organization'::regclass AND NOT indisunique
"""
_MEMBERS: Final = """
INSERT INTO organizations_groupmembership (reseller_id, organization_id, group_id)
SELECT reseller_id, id, %(group)s FROM (
    SELECT reseller_id, id, row_number() OVER (ORDER BY created_at) AS n, count(*) OVER () AS count
    FROM organizations_organization WHERE reseller_id = %(reseller)s
) AS numbered WHERE {which}
"""
_EVENTS: Final = """
INSERT INTO events_event (reseller_id, kind, subject_id, actor_id, actor_label, batch_id, details, at)
SELECT reseller_id, 'organization.created', public_id, %(person)s, 'Astrid Lindqvist', %(batch)s,
       '{"source": "import"}', created_at
FROM organizations_organization WHERE reseller_id = %(reseller)s ORDER BY id
"""


@contextmanager
def indexed_afterwards(owner: Owner) -> Iterator[None]:
    """Organizations are made several times as fast if their indexes are built at the end, and are the same then."""
    found = owner.execute(_INDEXES).fetchall()
    for name, _definition in found:
        owner.execute(f'DROP INDEX "{name}"'.encode())
    yield
    for _name, definition in found:
        owner.execute(definition.encode())


def fill_organizations(owner: Owner, reseller: int, count: int) -> None:
    owner.execute(_ORGANIZATIONS, {"reseller": reseller, "count": count, "words": FIRST_WORDS})


def fill_group(owner: Owner, reseller: int, group: int, which: str) -> None:
    """`which` is SQL over n, an organization's number from 1 in the order of creation, and count."""
    statement = _MEMBERS.format(which=which.replace("%", "%%"))
    owner.execute(statement.encode(), {"reseller": reseller, "group": group})


def fill_events(owner: Owner, reseller: int, person: object, batch: object) -> None:
    """What an import leaves in the log: an event for each organization."""
    owner.execute(_EVENTS, {"reseller": reseller, "person": person, "batch": batch})


def settle(owner: Owner) -> None:
    """What autovacuum does after a while: statistics, the visibility map, and the search index's pending entries."""
    owner.execute("VACUUM (ANALYZE)")
