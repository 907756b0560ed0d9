"""Whether the database could be spread over machines by reseller: every key and every link must begin with it.

What docs/scale.md says about that is held here against the catalogue of the migrated database.
"""

import re
from pathlib import Path

import pytest
from django.db import connection

from accounts.tenancy import OUTSIDE

pytestmark = pytest.mark.django_db

KEYS = """
SELECT t.relname, i.relname, x.indisprimary,
       array(SELECT pg_get_indexdef(x.indexrelid, n, true) FROM generate_series(1, x.indnkeyatts) AS n)
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace AND t.relkind = 'r'
"""
LINKS = """
SELECT c.conrelid::regclass::text, c.conname, c.confrelid::regclass::text,
       array(SELECT attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k(n, place)
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY place)
FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""
# Small tables that every machine would hold a copy of; the ones that grow with customers are never among them.
COPIED = {"accounts_reseller", "accounts_user", "accounts_membership", "accounts_apikey"}


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def owned():
    """The tables of the resellers: those behind row-level security."""
    return {table for (table,) in asked("SELECT tablename FROM pg_policies")}


def test_every_unique_key_but_the_primary_begins_with_the_reseller():
    """So no key has to be compared across machines."""
    found = {
        (table, name): columns[0]
        for table, name, is_primary, columns in asked(KEYS)
        if table in owned() and not is_primary
    }
    assert len(found) > 30
    assert {key: first for key, first in found.items() if first != "reseller_id"} == {}


def test_a_primary_key_without_the_reseller_is_a_number_that_a_sequence_gives():
    """The one thing that would change: (reseller_id, id) as primary key, with a sequence for all machines."""
    sql = "SELECT table_name FROM information_schema.columns WHERE column_name = 'id' AND is_identity = 'YES'"
    counted = {table for (table,) in asked(sql)}
    primary = {table: columns for table, _, is_primary, columns in asked(KEYS) if is_primary and table in owned()}
    apart = {table: columns for table, columns in primary.items() if columns[0] != "reseller_id"}
    assert set(primary) == owned()
    assert {table: columns for table, columns in apart.items() if columns != ["id"]} == {}
    assert set(apart) <= counted


def test_the_document_names_every_table_of_the_resellers():
    """Which of them have the reseller in their primary key already, and which would get it."""
    text = (Path(__file__).resolve().parents[1] / "docs" / "scale.md").read_text()
    already, would = " ".join(text.split()).split("The others are", 1)
    primary = {table: columns[0] for table, _, is_primary, columns in asked(KEYS) if is_primary and table in owned()}
    begins = {table for table, first in primary.items() if first == "reseller_id"}
    assert named_in(already) & owned() == begins
    assert named_in(would) & owned() == owned() - begins


def named_in(text):
    return set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text))


def test_every_link_between_tables_of_resellers_begins_with_the_reseller():
    links = {name: (source, target, columns) for source, name, target, columns in asked(LINKS)}
    between = {name: link for name, link in links.items() if {link[0], link[1]} <= owned()}
    assert len(between) > 5
    assert {name: link for name, link in between.items() if link[2][0] != "reseller_id"} == {}


def test_links_out_of_a_resellers_tables_lead_to_small_tables_that_every_machine_would_hold():
    out = {target for source, _, target, _ in asked(LINKS) if source in owned() and target not in owned()}
    assert out <= COPIED <= set(OUTSIDE)


def test_no_table_that_is_shared_points_into_the_resellers_tables():
    into = [name for source, name, target, _ in asked(LINKS) if source not in owned() and target in owned()]
    assert into == []


def test_a_key_without_the_reseller_would_be_found():
    """What the tests above compare is what the database holds, not what the models say."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE held (a int UNIQUE)")
    assert all(table != "held" for table, *_ in asked(KEYS)), "only the tables of the portal"
    (key,) = [columns for table, name, _, columns in asked(KEYS) if name == "primary_domain_is_unique"]
    assert key == ["reseller_id", "primary_domain"]
