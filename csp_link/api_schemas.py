"""What the API's tenant routes take and give."""

import uuid
from datetime import datetime

from ninja import Schema
from pydantic import ConfigDict, Field

from api.schemas import Strict
from csp_link.matching import Reason
from csp_link.models import AutoState, Standing, State
from organizations.api_schemas import NewOrganization


class Suggestion(Schema):
    organization_id: uuid.UUID
    reason: Reason


class Tenant(Schema):
    tenant_id: uuid.UUID = Field(description="Microsoft's own ID of it.")
    name: str
    domain: str
    domains: list[str]
    state: Standing
    missing: list[str] = Field(description="Fields without which no organization can be made of it.")
    suggestions: list[Suggestion] = Field(description="Organizations that may be its, the strongest reason first.")
    organization_id: uuid.UUID | None
    relationship: str
    first_seen: datetime
    last_seen: datetime


class TenantPage(Schema):
    items: list[Tenant]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class TenantLink(Strict):
    """Exactly one of the two."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"organization_id": "01a2177d-3c1e-7d52-9c4f-5f0a6b1c2d3e"}}
    )
    organization_id: uuid.UUID | None = None
    create: NewOrganization | None = Field(None, description="Fields that lie over those that Microsoft tells.")


class TenantReason(Strict):
    reason: str = Field(..., max_length=500, description="Why; the next person will want to know it.")


class TenantWork(Schema):
    id: uuid.UUID = Field(description="Ask for it until it has ended.")


class TenantTrouble(Schema):
    code: str
    message: str
    next_step: str


class TenantSync(Schema):
    id: uuid.UUID
    state: State
    rows: int = Field(description="Tenants read so far.")
    found: int
    changed: int
    returned: int
    ended: int
    missing: int = Field(description="Where it is held: tenants that the list has no more. A person must answer.")
    error: TenantTrouble | None


class AutoLinkStart(Strict):
    id: uuid.UUID | None = Field(None, description="Of the preview that was read; the last one if it is left out.")
    groups: list[uuid.UUID] = Field([], max_length=100, description="Of the organizations that are created.")


class AutoLinkSkipped(Schema):
    tenant_id: uuid.UUID
    missing: list[str]


class AutoLinkRun(Schema):
    id: uuid.UUID
    state: AutoState
    link: int = Field(description="Tenants that the preview would link.")
    create: int
    decide: int
    skip: list[AutoLinkSkipped] = Field(description="Tenants that lack something, as of now.")
    linked: int = Field(description="Tenants that the run has linked.")
    created: int
    decided: int
    skipped: int
    error: TenantTrouble | None
