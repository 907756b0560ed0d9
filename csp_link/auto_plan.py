"""What Auto create and link would do with each tenant; the preview and the run ask the same function."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from csp_link.assessing import missing_of, sought_of, texts_of
from csp_link.mapping import is_lent
from csp_link.matching import Directory, Known, proven
from csp_link.models import Tenant
from organizations.fields import Reading


class Plan(StrEnum):
    LINK = "link"
    CREATE = "create"
    DECIDE = "decide"
    SKIP = "skip"


@dataclass(frozen=True)
class Step:
    tenant: Tenant
    plan: Plan
    organization: Known | None = None
    texts: Mapping[str, str] | None = None

    @property
    def has_lent_domain(self) -> bool:
        return is_lent((self.texts or {}).get("primary_domain", ""))


COUNTED: Final = {Plan.LINK: "to_link", Plan.CREATE: "to_create", Plan.DECIDE: "to_decide", Plan.SKIP: "to_skip"}
DONE: Final = {Plan.LINK: "linked", Plan.CREATE: "created", Plan.DECIDE: "decided", Plan.SKIP: "skipped"}


def steps(tenants: Iterable[Tenant], directory: Directory, reading: Reading) -> Iterator[Step]:
    """In order: what is to be created for one tenant is known when the next one is looked at."""
    for tenant in tenants:
        step = _step(tenant, directory, reading)
        if step.plan is Plan.CREATE:
            directory.add(_as_known(step))
        yield step


def _step(tenant: Tenant, directory: Directory, reading: Reading) -> Step:
    candidates = directory.candidates(sought_of(tenant))
    if organization := proven(candidates, tenant.rejected):
        return Step(tenant, Plan.LINK, organization)
    if candidates:
        return Step(tenant, Plan.DECIDE)
    if missing_of(tenant, reading):
        return Step(tenant, Plan.SKIP)
    return Step(tenant, Plan.CREATE, texts=texts_of(tenant))


def _as_known(step: Step) -> Known:
    """The organization to come, by its tenant's public id. What it proves for the next one is what it will prove."""
    texts = step.texts or {}
    emails = (texts.get("notification_email", ""), texts.get("contact_email", ""))
    number = texts.get("registration_number", "")
    domain = texts.get("primary_domain", "")
    return Known(step.tenant.public_id, texts.get("name", ""), domain, emails, number)
