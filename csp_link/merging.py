"""From the staged list to the tenants, with one statement a kind of change; each writes its events along with it.

All of it happens in the step in which the last page was read, so a list is applied whole or not at all.
"""

from collections.abc import Sequence
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
# A tenant beside what the list says about it now.
_PAIRS: Final = """
FROM csp_link_tenant AS tenant JOIN csp_link_stagedtenant AS staged
ON staged.reseller_id = tenant.reseller_id AND staged.tenant_id = tenant.tenant_id
WHERE tenant.reseller_id = %(reseller)s AND staged.sync_id = %(sync)s
"""
_COMPARED: Final = ("name", "domain", "relationship")
_STAGED: Final = (*_COMPARED, "sort_name", "search_text")
_STAGE: Final = f"""
INSERT INTO csp_link_stagedtenant (reseller_id, sync_id, tenant_id, public_id, {", ".join(_STAGED)})
SELECT %(reseller)s, %(sync)s, item.* FROM unnest(
    %(tenant_id)s::uuid[], %(public_id)s::uuid[], {", ".join(f"%({name})s::text[]" for name in _STAGED)}) AS item
ON CONFLICT DO NOTHING
"""
_CHANGES: Final = ", ".join(
    f"'{name}', CASE WHEN tenant.{name} <> staged.{name} THEN jsonb_build_array(tenant.{name}, staged.{name}) END"
    for name in _COMPARED
)
_DIFFERS: Final = " OR ".join(f"tenant.{name} <> staged.{name}" for name in _COMPARED)
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
FROM (SELECT tenant.id, {", ".join(f"staged.{name}" for name in _STAGED)} {_PAIRS} AND ({_DIFFERS})) AS pair
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
    SELECT reseller_id, public_id, tenant_id, name, domain, '{}', relationship, statement_timestamp(),
           statement_timestamp(), sort_name, search_text, '', '{}', '', 'unlinked', '[]', '{}', '{}'
    FROM csp_link_stagedtenant WHERE reseller_id = %(reseller)s AND sync_id = %(sync)s
    ON CONFLICT (reseller_id, tenant_id) DO NOTHING
    RETURNING public_id
)
""" + _LOG.format(details="'{}'::jsonb", rows="SELECT public_id FROM found")
# NOT IN, whose answers are hashed: NOT EXISTS over a stage that nobody has counted yet is taken to be a short loop.
_MISSING: Final = """
tenant.reseller_id = %(reseller)s AND tenant.ended_at IS NULL AND tenant.tenant_id NOT IN (
    SELECT tenant_id FROM csp_link_stagedtenant WHERE reseller_id = %(reseller)s AND sync_id = %(sync)s)
"""
_ENDED: Final = f"""
WITH ended AS (
    UPDATE csp_link_tenant AS tenant SET ended_at = statement_timestamp() WHERE {_MISSING} RETURNING public_id
)
""" + _LOG.format(details="'{}'::jsonb", rows="SELECT public_id FROM ended")


def stage(sync: Sync, customers: Sequence[Customer]) -> int:
    """Keep a page of the list; returns how many were not on an earlier page."""
    rows = [
        (
            customer.tenant_id,
            new_id(),
            customer.name,
            customer.domain,
            customer.relationship,
            (name := fold(customer.name))[:255],
            f"{name}\n{fold(customer.domain)}\n{customer.tenant_id}",
        )
        for customer in customers
    ]
    names = ("tenant_id", "public_id", *_STAGED)
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    with database.cursor() as cursor:
        cursor.execute(_STAGE, _of(sync) | columns)
        return int(cursor.rowcount)


def merge(sync: Sync, author: str) -> None:
    """Add what is new, take over what has changed, welcome back what had ended; the counts go into the sync."""
    sync.changed = _run(_CHANGED, sync, author, Kind.TENANT_CHANGED)
    sync.returned = _run(_RETURNED, sync, author, Kind.TENANT_RETURNED)
    _run(_TAKE_OVER, sync)
    _run(_SEE, sync)
    sync.found = _run(_FOUND, sync, author, Kind.TENANT_FOUND)


def count_missing(sync: Sync) -> int:
    """Tenants that are known and that the list doesn't have."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM csp_link_tenant AS tenant WHERE {_MISSING}", _of(sync))
        found: int = cursor.fetchone()[0]
    return found


def end_missing(sync: Sync, author: str) -> int:
    return _run(_ENDED, sync, author, Kind.TENANT_ENDED)


def count_known(sync: Sync) -> int:
    return Tenant.objects.filter(reseller_id=sync.reseller_id, ended_at=None).count()


def forget_staged(sync: Sync) -> None:
    StagedTenant.objects.filter(reseller_id=sync.reseller_id, sync_id=sync.pk).delete()


def _run(sql: str, sync: Sync, author: str = "", kind: Kind | None = None) -> int:
    with database.cursor() as cursor:
        cursor.execute(sql, _of(sync) | {"author": author, "kind": kind and kind.value, "batch": sync.public_id})
        return int(cursor.rowcount)


def _of(sync: Sync) -> dict[str, Any]:
    return {"reseller": sync.reseller_id, "sync": sync.pk}
