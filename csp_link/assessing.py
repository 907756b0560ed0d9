"""Comparing the open tenants with the organizations, so that lists can be filtered by what was found.

A tenant is due when it has changed since it was compared, or when an organization has. A few are compared by whoever
looks, at once; many by a worker, who is asked by whatever changes many and by whoever looks.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Reseller
from api.paging import settled_moment
from csp_link.mapping import best_domain
from csp_link.matching import Candidate, Directory, Known, Sought, proven
from csp_link.models import Assessment, Standing, Tenant, TenantQuerySet
from jobs.work import Turn, enqueue
from organizations import fields
from organizations.fields import NAMES, Reading

ASSESS: Final = "csp_link.assess"
FEW: Final = 300  # tenants, and organizations, that are compared while somebody waits
CHUNK: Final = 1_000
MOST_KEPT: Final = 5  # candidates that are worth showing

# The portal reads all organizations here, for nobody. Whoever looks is shown those that they see (suggestions_of).
_KNOWN: Final = """
SELECT public_id, name, primary_domain, ARRAY[notification_email, contact_email], registration_number, customer_number,
       coalesce(told.ids, '{}'), archived_at IS NOT NULL
FROM organizations_organization AS organization LEFT JOIN (
    SELECT organization_id, array_agg(tenant_id::text) AS ids FROM imports_knowntenant
    WHERE reseller_id = %(reseller)s GROUP BY organization_id) AS told ON told.organization_id = organization.id
WHERE reseller_id = %(reseller)s AND erased_at IS NULL ORDER BY id
"""
_ARE_MANY: Final = f"""
SELECT count(*) > {FEW} FROM (
    SELECT FROM organizations_organization WHERE reseller_id = %(reseller)s LIMIT {FEW + 1}) AS found
"""
_HAS_CHANGED: Final = """
SELECT EXISTS (SELECT FROM organizations_organization WHERE reseller_id = %(reseller)s AND updated_at >= %(at)s)
    OR EXISTS (SELECT FROM imports_knowntenant WHERE reseller_id = %(reseller)s AND noted_at >= %(at)s)
"""
# No indexed column, so that no index has to be written.
_KEEP: Final = """
UPDATE csp_link_tenant AS tenant
SET finding = found.finding, candidates = found.candidates, missing = found.missing, assessed_version = %(version)s
FROM jsonb_to_recordset(%(found)s::jsonb) AS found(id bigint, finding text, candidates jsonb, missing varchar[])
WHERE tenant.id = found.id
"""


def freshen(actor: Actor) -> bool:
    """Let what was found be what would be found now; returns whether a worker is still to see to that."""
    assessment = _assessment(actor.reseller.pk)
    count = _due_now(assessment)[: FEW + 1].count()
    if count > FEW or (count and _ask(_ARE_MANY, assessment)):
        _enqueue(assessment)
        return True
    if count:
        assess(actor.reseller)
    return False


def ask_to_assess(reseller_id: int) -> bool:
    """Let a worker compare what is due; returns whether anything is."""
    assessment = _assessment(reseller_id)
    if is_due := _due_now(assessment).exists():
        _enqueue(assessment)
    return is_due


def forget_findings(reseller: Reseller) -> None:
    """To be called by who changes what is demanded of every organization."""
    Assessment.objects.filter(reseller=reseller).update(at=None)


def _enqueue(assessment: Assessment) -> None:
    enqueue(ASSESS, reseller_id=assessment.reseller_id, object_id=assessment.pk)


def assess(reseller: Reseller) -> None:
    """Compare all that are due, here and now."""
    with transaction.atomic():
        comparison = Comparison(reseller)
        while comparison.go_on():
            pass


def work(turn: Turn) -> None:
    """What a worker does: chunk by chunk, and what changes meanwhile is left to the next one."""
    with turn.step(gets_on=False):
        comparison = Comparison(Reseller.objects.get(pk=turn.reseller_id))
    while not (turn.is_finished or turn.is_over):
        with turn.step():
            if not comparison.go_on():
                turn.finish()


def give_up(turn: Turn) -> None:
    """They stay due, and whoever looks asks again."""


class Comparison:
    """The organizations as they are at one moment, and the tenants that were not compared with them yet."""

    def __init__(self, reseller: Reseller) -> None:
        self.assessment = _notice(reseller.pk)
        self.directory, self.reading = directory_of(reseller), reading_of(reseller)

    def go_on(self) -> bool:
        """Compare some more; whether there may be others. Whom somebody else is working on is left to them."""
        rows = _due(self.assessment).order_by("pk").select_for_update(skip_locked=True, no_key=True)
        found = [_find(tenant, self.directory, self.reading) for tenant in rows[:CHUNK]]
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, {"version": self.assessment.version, "found": json.dumps(found)})
        return len(found) == CHUNK


def _notice(reseller_id: int) -> Assessment:
    """The assessment, a new version of it when an organization has changed since the last."""
    assessment = Assessment.objects.select_for_update(no_key=True).get_or_create(reseller_id=reseller_id)[0]
    if _has_changed(assessment):
        assessment.at, assessment.version = settled_moment(), assessment.version + 1
        assessment.save(update_fields=["at", "version"])
    return assessment


def _assessment(reseller_id: int) -> Assessment:
    return Assessment.objects.get_or_create(reseller_id=reseller_id)[0]


def _open(reseller_id: int) -> TenantQuerySet:
    return Tenant.objects.filter(reseller_id=reseller_id).open()


def _due(assessment: Assessment) -> TenantQuerySet:
    """Of the open ones: never compared since they changed, or in another version."""
    is_old = Q(assessed_version=None) | Q(assessed_version__lt=assessment.version)
    return _open(assessment.reseller_id).filter(is_old)


def _due_now(assessment: Assessment) -> TenantQuerySet:
    """As `_due` will be once what has changed was noticed."""
    return _open(assessment.reseller_id) if _has_changed(assessment) else _due(assessment)


def _has_changed(assessment: Assessment) -> bool:
    return assessment.at is None or _ask(_HAS_CHANGED, assessment)


def _ask(sql: str, assessment: Assessment) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"reseller": assessment.reseller_id, "at": assessment.at})
        return bool(cursor.fetchone()[0])


def open_tenants(reseller: Reseller) -> Iterable[Tenant]:
    """In the order in which they are told apart from each other, wherever that is done."""
    return _open(reseller.pk).order_by("pk").iterator(chunk_size=2_000)


def directory_of(reseller: Reseller) -> Directory:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"reseller": reseller.pk})
        return Directory(Known(*row) for row in cursor.fetchall())


def reading_of(reseller: Reseller) -> Reading:
    """How the texts of a new organization will be read when somebody who may do everything makes it."""
    return Reading(country=reseller.country, mandatory=fields.MANDATORY | frozenset(reseller.mandatory_fields))


def texts_of(tenant: Tenant) -> dict[str, str]:
    """What an organization of this tenant's would be, as far as it is known."""
    listed = {"name": tenant.name, "primary_domain": best_domain(domains_of(tenant))}
    return {**tenant.profile, **{name: text for name, text in listed.items() if text}}


def domains_of(tenant: Tenant) -> list[str]:
    return list(dict.fromkeys(domain for domain in (tenant.domain, *tenant.domains) if domain))


def sought_of(tenant: Tenant) -> Sought:
    told = tenant.profile
    return Sought(
        tenant.tenant_id,
        tenant.name,
        domains_of(tenant),
        told.get("notification_email", ""),
        told.get("registration_number", ""),
    )


def missing_of(tenant: Tenant, reading: Reading) -> list[str]:
    """The fields without which no organization can be made of it."""
    texts = texts_of(tenant)
    return list(fields.read_row([texts.get(name, "") for name in NAMES], reading).errors)


def judge(tenant: Tenant, candidates: Sequence[Candidate], missing: Sequence[str]) -> Standing:
    """Where there is any candidate, even one that was rejected, nothing is created without a person's word."""
    if proven(candidates, tenant.rejected):
        return Standing.SUGGESTED
    if candidates:
        return Standing.NEEDS_DECISION
    return Standing.INCOMPLETE if missing else Standing.UNLINKED


def _find(tenant: Tenant, directory: Directory, reading: Reading) -> dict[str, Any]:
    """What is to be said about the tenant."""
    candidates = directory.candidates(sought_of(tenant))
    # Before its profile was read, too little is known to say that something is missing.
    missing = missing_of(tenant, reading) if tenant.profile_at is not None else []
    shown = [each for each in candidates if each.organization.public_id not in tenant.rejected][:MOST_KEPT]
    return {
        "id": tenant.pk,
        "finding": judge(tenant, candidates, missing),
        "candidates": [[str(each.organization.public_id), each.reason.value, each.value] for each in shown],
        "missing": missing,
    }
