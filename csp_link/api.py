"""The API's routes for tenants: what the pages of Link Tenant to Organization do, spoken by programs."""

import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final

from django.http import HttpRequest
from ninja import Body, Router, Status
from pydantic import Field

from accounts.actors import Actor
from accounts.roles import Permission
from accounts.scopes import Scope
from api.auth import Needs
from api.paging import MOST, USUAL, page_of
from api.problems import ApiProblem, invalid
from api.schemas import REFUSED, actor_in
from csp_link import api_schemas as schemas
from csp_link.access import get_auto_link, get_last_auto_link, get_sync, get_tenant
from csp_link.assessing import freshen, texts_of
from csp_link.auto_linking import prepare, start
from csp_link.health import in_words
from csp_link.linking import create_and_link, ignore_tenant, link_tenant, unlink_tenant
from csp_link.models import AutoLink, AutoState, Standing, Sync, Tenant
from csp_link.syncing import refresh
from csp_link.tenant_list import find, organizations_of, suggestions_of
from organizations.access import get_organization
from organizations.api import grounded, refusal
from organizations.as_json import texts_of_json

router = Router(tags=["Tenants"])
READ, WRITE = Needs(Scope.TENANTS_READ), Needs(Scope.TENANTS_WRITE)
ONE: Final = {200: schemas.Tenant, **REFUSED}
BEGUN: Final = {202: schemas.TenantWork, **REFUSED}
_NONE: Final = schemas.AutoLinkStart(id=None, groups=[])


@router.get("", auth=READ, response={200: schemas.TenantPage, **REFUSED}, summary="List tenants")
def list_tenants(
    request: HttpRequest,
    state: Standing | None = None,
    search: Annotated[str, Field(max_length=200, description="Any part of name, domain or ID.")] = "",
    cursor: Annotated[str, Field(max_length=500)] | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL,
) -> Any:
    actor = actor_in(request)
    actor.require(Permission.TENANTS_SEE)
    freshen(actor)
    rows = find(actor, search, state or "").prefetch_related("organization")
    found, following = page_of(rows, "public_id", cursor=cursor, limit=limit)
    return {"items": _as_json(actor, found), "next_cursor": following}


# The fixed addresses stand before those with an id.


@router.post("/sync", auth=WRITE, response=BEGUN, summary="Read the list from Microsoft")
def sync(request: HttpRequest) -> Any:
    """The reading that is going on already, if there is one. Ask for `/tenants/syncs/{id}` until it has ended."""
    return _begun(refresh(actor_in(request)))


@router.get("/syncs/{uuid:public_id}", auth=READ, response={200: schemas.TenantSync, **REFUSED}, summary="Read a sync")
def read_sync(request: HttpRequest, public_id: uuid.UUID) -> Any:
    found = get_sync(actor_in(request), public_id)
    counts = _values(found, "rows", "found", "changed", "returned", "ended", "missing")
    return counts | {"id": found.public_id, "state": found.state, "error": _error(found)}


@router.post("/auto-link/preview", auth=WRITE, response=BEGUN, summary="Ask what Auto create and link would do")
def preview(request: HttpRequest) -> Any:
    """Profiles may have to be read first: ask for `/tenants/auto-links/{id}` until it is `ready`."""
    return _begun(prepare(actor_in(request)))


@router.post("/auto-link", auth=WRITE, response=BEGUN, summary="Create and link what the preview says")
def auto_link(request: HttpRequest, payload: Annotated[schemas.AutoLinkStart, Body()] = _NONE) -> Any:
    """Ask for `/tenants/auto-links/{id}` until it is `done`."""
    actor = actor_in(request)
    found = _previewed(actor, payload.id)
    groups = [str(group) for group in payload.groups]
    grounded(lambda: start(actor, found, groups))
    return _begun(found)


def _previewed(actor: Actor, public_id: uuid.UUID | None) -> AutoLink:
    if public_id is not None:
        return get_auto_link(actor, public_id, Permission.TENANTS_EDIT)
    actor.require(Permission.TENANTS_EDIT)
    last = get_last_auto_link(actor)
    if last is None or last.state != AutoState.READY:
        raise ApiProblem(409, "not_ready", "No preview waits. Ask for one at `/tenants/auto-link/preview` first.")
    return last


@router.get(
    "/auto-links/{uuid:public_id}", auth=READ, response={200: schemas.AutoLinkRun, **REFUSED}, summary="Read a run"
)
def read_auto_link(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """What the preview says and, once it has run, what came of it."""
    actor = actor_in(request)
    found = get_auto_link(actor, public_id)
    lacking = find(actor, "", Standing.INCOMPLETE).order_by("public_id")
    return _values(found, "linked", "created", "decided", "skipped", "state") | {
        "id": found.public_id,
        "link": found.to_link,
        "create": found.to_create,
        "decide": found.to_decide,
        "skip": list(lacking.values("tenant_id", "missing")),
        "error": _error(found),
    }


@router.get("/{uuid:tenant_id}", auth=READ, response=ONE, summary="Read a tenant")
def read(request: HttpRequest, tenant_id: uuid.UUID) -> Any:
    actor = actor_in(request)
    freshen(actor)
    return _answer(actor, tenant_id)


@router.post("/{uuid:tenant_id}/link", auth=WRITE, response=ONE, summary="Link to an organization, or to a new one")
def link(request: HttpRequest, tenant_id: uuid.UUID, payload: schemas.TenantLink) -> Any:
    """Of `create`, absent fields are those that Microsoft tells, and null clears."""
    actor = actor_in(request)
    tenant = get_tenant(actor, tenant_id, Permission.TENANTS_EDIT)
    if (payload.organization_id is None) == (payload.create is None):
        raise ApiProblem(422, "invalid", "Send either `organization_id` or `create`.")
    if payload.organization_id is not None:
        link_tenant(actor, tenant, get_organization(actor, payload.organization_id))
    else:
        _create(actor, tenant, payload.create)
    return _answer(actor, tenant_id)


def _create(actor: Actor, tenant: Tenant, given: Any) -> None:
    values = given.model_dump(exclude_unset=True)
    groups = values.pop("groups", [])
    texts = texts_of(tenant) | texts_of_json(values)
    outcome = grounded(lambda: create_and_link(actor, tenant, texts, groups))
    if outcome.errors:
        raise refusal(outcome.errors)


@router.post("/{uuid:tenant_id}/unlink", auth=WRITE, response=ONE, summary="Unlink a tenant")
def unlink(request: HttpRequest, tenant_id: uuid.UUID, payload: schemas.TenantReason) -> Any:
    """The organization stays, and is not suggested for this tenant again. Nothing changes at Microsoft."""
    actor = actor_in(request)
    unlink_tenant(actor, get_tenant(actor, tenant_id, Permission.TENANTS_EDIT), _reason(payload))
    return _answer(actor, tenant_id)


@router.post("/{uuid:tenant_id}/ignore", auth=WRITE, response=ONE, summary="Ignore a tenant")
def ignore(request: HttpRequest, tenant_id: uuid.UUID, payload: schemas.TenantReason) -> Any:
    """It no longer waits for anybody, and Auto create and link leaves it out. Nothing changes at Microsoft."""
    actor = actor_in(request)
    ignore_tenant(actor, get_tenant(actor, tenant_id, Permission.TENANTS_EDIT), _reason(payload))
    return _answer(actor, tenant_id)


def _reason(payload: schemas.TenantReason) -> str:
    """On one line, as the page keeps it."""
    if reason := " ".join(payload.reason.replace("\0", " ").split()):
        return reason
    raise invalid({"reason": ["Enter a reason: the next person will want to know it."]})


def _begun(work: Sync | AutoLink) -> Status[dict[str, Any]]:
    return Status(HTTPStatus.ACCEPTED, {"id": work.public_id})


def _answer(actor: Actor, tenant_id: uuid.UUID) -> dict[str, Any]:
    return _as_json(actor, [get_tenant(actor, tenant_id)])[0]


def _as_json(actor: Actor, tenants: Sequence[Tenant]) -> list[dict[str, Any]]:
    known = organizations_of(actor, tenants)
    return [_tenant(tenant, suggestions_of(tenant, known)) for tenant in tenants]


def _tenant(tenant: Tenant, suggestions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    plain = ("tenant_id", "name", "domain", "domains", "relationship", "first_seen", "last_seen")
    return _values(tenant, *plain) | {
        "state": tenant.standing,
        "missing": tenant.missing if tenant.is_open else [],
        "suggestions": [{"organization_id": found["id"], "reason": found["code"]} for found in suggestions],
        "organization_id": tenant.organization.public_id if tenant.organization else None,
    }


def _values(row: Tenant | Sync | AutoLink, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _error(found: Sync | AutoLink) -> dict[str, str] | None:
    if not found.trouble:
        return None
    words = in_words(found.trouble, found.trouble_details)
    return {"code": found.trouble, "message": words.sentence, "next_step": words.next_step}
