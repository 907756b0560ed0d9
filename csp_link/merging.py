"""From the list to the tenants, with one statement a kind of change; each writes its events along with it.

What was read lies in a temporary table: to be staged, or, when the list has come to its end, to be applied together
with what was staged before. That is the step that takes the last page, so a list is applied whole or not at all.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection as database

from accounts.models import new_id
from csp_link.models import StagedTenant, Sync, Tenant
from csp_link.replies import Customer
from events.models import Kind
from organizations.fields import fold

_LOG: Final = """
INSERT INTO events_event (reseller_id, kind, subject_id, actor_label, batch_id, details, at)
SELECT %(reseller)s, %(kind)s, public_id, %(author)s, %(batch)s, {details}, statement_timestamp() FROM ({rows}) AS found
"""
_COMPARED: Final = ("name", "domain", "relationship")
_TEXTS: Final = (*_COMPARED, "sort_name", "search_text")
_COLUMNS: Final = ", ".join(("tenant_id", "public_id", *_TEXTS))
# Filled by COPY, and without the keys, the policy and the log that each row of a stage would have to be written for.
_LAY_OUT: Final = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS listed (
    tenant_id uuid PRIMARY KEY, public_id uuid, {", ".join(f"{name} text" for name in _TEXTS)}
) ON COMMIT DELETE ROWS;
DELETE FROM listed
"""
_STAGE: Final = f"""
INSERT INTO csp_link_stagedtenant (reseller_id, sync_id, {_COLUMNS})
SELECT %(reseller)s, %(sync)s, {_COLUMNS} FROM listed ON CONFLICT DO NOTHING
"""
_ADD_STAGED: Final = f"""
INSERT INTO listed ({_COLUMNS})
SELECT {_COLUMNS} FROM csp_link_stagedtenant WHERE reseller_id = %(reseller)s AND sync_id = %(sync)s
ON CONFLICT DO NOTHING
"""
# A tenant beside what the list says about it now.
_PAIRS: Final = """
FROM csp_link_tenant AS tenant JOIN listed ON listed.tenant_id = tenant.tenant_id
WHERE tenant.reseller_id = %(reseller)s
"""
_CHANGES: Final = ", ".join(
    f"'{name}', CASE WHEN tenant.{name} <> listed.{name} THEN jsonb_build_array(tenant.{name}, listed.{name}) END"
    for name in _COMPARED
)
_DIFFERS: Final = " OR ".join(f"tenant.{name} <> listed.{name}" for name in _COMPARED)
_CHANGED: Final = _LOG.format(
    details="jsonb_build_object('changes', jsonb_strip_nulls(changes))",
    rows=f"SELECT tenant.public_id, jsonb_build_object({_CHANGES}) AS changes {_PAIRS} AND ({_DIFFERS})",
)
_RETURNED: Final = _LOG.format(
    details="'{}'::jsonb", rows=f"SELECT tenant.public_id {_PAIRS} AND tenant.ended_at IS NOT NULL"
)
# A tenant that changed has another profile, too; it is read anew when it is needed.
_TAKE_OVER: Final = f"""
UPDATE csp_link_tenant AS changed
SET name = pair.name, domain = pair.domain, relationship = pair.relationship, sort_name = pair.sort_name,
    search_text = pair.search_text, profile_at = NULL, assessed_version = NULL
FROM (SELECT tenant.id, {", ".join(f"listed.{name}" for name in _TEXTS)} {_PAIRS} AND ({_DIFFERS})) AS pair
WHERE changed.id = pair.id
"""
# Touches no indexed column, and the table's fill factor leaves room on the page: no index has to be written.
_SEE: Final = f"""
UPDATE csp_link_tenant AS seen SET last_seen = statement_timestamp(), ended_at = NULL
FROM (SELECT tenant.id {_PAIRS}) AS pair WHERE seen.id = pair.id
"""
_FOUND: Final = """
WITH found AS (
    INSERT INTO csp_link_tenant (reseller_id, public_id, tenant_id, name, domain, domains, relationship, first_seen,
                                 last_seen, sort_name, search_text, reason, profile, profile_trouble, finding,
                                 candidates, missing, rejected)
    SELECT %(reseller)s, public_id, tenant_id, name, domain, '{}', relationship, statement_timestamp(),
           statement_timestamp(), sort_name, search_text, '', '{}', '', 'unlinked', '[]', '{}', '{}'
    FROM listed WHERE NOT EXISTS (
        SELECT FROM csp_link_tenant AS tenant
        WHERE tenant.reseller_id = %(reseller)s AND tenant.tenant_id = listed.tenant_id)
    RETURNING public_id
)
""" + _LOG.format(details="'{}'::jsonb", rows="SELECT public_id FROM found")
_MISSING: Final = """
tenant.reseller_id = %(reseller)s AND tenant.ended_at IS NULL
AND NOT EXISTS (SELECT FROM listed WHERE listed.tenant_id = tenant.tenant_id)
"""
_ENDED: Final = f"""
WITH ended AS (
    UPDATE csp_link_tenant AS tenant SET ended_at = statement_timestamp() WHERE {_MISSING} RETURNING public_id
)
""" + _LOG.format(details="'{}'::jsonb", rows="SELECT public_id FROM ended")


def line_of(customer: Customer) -> str:
    """A customer as `stage` and `lay_out` take it, for COPY. Its texts are printable, so none holds a tab."""
    name, tenant_id = fold(customer.name), str(customer.tenant_id)
    said = (tenant_id, new_id().hex, customer.name, customer.domain, customer.relationship)
    derived = (name[:255], f"{name}\n{fold(customer.domain)}\n{tenant_id}")
    return "\t".join(said + derived).replace("\\", "\\\\").replace("\n", "\\n") + "\n"


def stage(sync: Sync, lines: Iterable[str]) -> int:
    """Keep a part of the list, in which nobody is twice; returns how many were in no earlier part."""
    _lay_out(lines)
    return _run(_STAGE, sync)


def lay_out(sync: Sync, lines: Iterable[str] = ()) -> int:
    """Have the whole list at hand: what was staged, and its last part; returns how many tenants are in it."""
    return _lay_out(lines) + _run(_ADD_STAGED, sync)


def _lay_out(lines: Iterable[str]) -> int:
    with database.cursor() as cursor:
        cursor.execute(_LAY_OUT)
        with cursor.copy(f"COPY listed ({_COLUMNS}) FROM STDIN") as copy:
            copy.write("".join(lines))
        return int(cursor.rowcount)


def merge(sync: Sync, author: str) -> None:
    """Add what is new, take over what has changed, welcome back what had ended; the counts go into the sync."""
    sync.changed = _run(_CHANGED, sync, author, Kind.TENANT_CHANGED)
    sync.returned = _run(_RETURNED, sync, author, Kind.TENANT_RETURNED)
    _run(_TAKE_OVER, sync)
    _run(_SEE, sync)
    sync.found = _run(_FOUND, sync, author, Kind.TENANT_FOUND)


def count_missing(sync: Sync) -> int:
    """Tenants that are known and that the list, which was laid out, doesn't have."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM csp_link_tenant AS tenant WHERE {_MISSING}", _of(sync))
        found: int = cursor.fetchone()[0]
    return found


def end_missing(sync: Sync, author: str) -> int:
    return _run(_ENDED, sync, author, Kind.TENANT_ENDED)


def count_known(sync: Sync) -> int:
    return Tenant.objects.filter(reseller_id=sync.reseller_id, ended_at=None).count()


def keep_list(sync: Sync) -> None:
    """Stage what was laid out, for somebody who will be asked about it."""
    _run(_STAGE, sync)


def forget_staged(sync: Sync) -> None:
    StagedTenant.objects.filter(reseller_id=sync.reseller_id, sync_id=sync.pk).delete()


def _run(sql: str, sync: Sync, author: str = "", kind: Kind | None = None) -> int:
    with database.cursor() as cursor:
        cursor.execute(sql, _of(sync) | {"author": author, "kind": kind and kind.value, "batch": sync.public_id})
        return int(cursor.rowcount)


def _of(sync: Sync) -> dict[str, Any]:
    return {"reseller": sync.reseller_id, "sync": sync.pk}
