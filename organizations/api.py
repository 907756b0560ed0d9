"""The API's routes for organizations: the verbs of the pages, spoken by programs."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from itertools import chain
from typing import Annotated, Any, Final, TypeVar

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status
from pydantic import Field

from accounts.actors import Actor
from accounts.models import new_id
from accounts.roles import Permission
from accounts.scopes import Scope
from api.auth import Needs
from api.moments import Moment
from api.paging import MOST, USUAL, page_of, settled_moment
from api.problems import ApiProblem, invalid
from api.schemas import REFUSED, actor_in
from api.versions import check_version, tell_version
from groups.access import get_groups
from organizations import api_schemas as schemas
from organizations import filters
from organizations.access import NoGround, get_organization
from organizations.approval import may_run_billing, requires_approval
from organizations.as_json import as_json, texts_of_json
from organizations.changes import Refused, archive_organizations, change_organization, restore_organizations
from organizations.fields import DecimalMark, number_key_of
from organizations.history import note_batch
from organizations.intake import create_organizations
from organizations.listing import matching
from organizations.models import Organization, OrganizationQuerySet, Source
from organizations.problems import Problem
from organizations.upserts import Action, Mode, NothingWritten, Put, put_organizations

T = TypeVar("T")
router = Router(tags=["Organizations"])
READ, WRITE = Needs(Scope.ORGANIZATIONS_READ), Needs(Scope.ORGANIZATIONS_WRITE)
ONE: Final = {200: schemas.Organization, **REFUSED}
NEW: Final = {201: schemas.Organization, **REFUSED}
Limit = Annotated[int, Field(ge=1, le=MOST)]
SINCE: Final = "Only records changed since then, in the order of their changes; archived ones as well."
Errors = Mapping[str, Sequence[Problem]]


@router.get("", auth=READ, response={200: schemas.OrganizationPage, **REFUSED}, summary="List organizations")
def list_organizations(
    request: HttpRequest,
    search: Annotated[str, Field(max_length=200, description="Any part of name, domain or a number.")] = "",
    group: Annotated[uuid.UUID | None, Field(description="Only members of this group.")] = None,
    updated_since: Annotated[Moment | None, Field(description=SINCE)] = None,
    include_archived: bool = False,
    cursor: Annotated[str, Field(max_length=500)] | None = None,
    limit: Limit = USUAL,
) -> dict[str, Any]:
    actor = actor_in(request)
    until = settled_moment() if updated_since else None
    rows = _found(actor, search, group, include_archived or updated_since is not None)
    keys = ("updated_at", "public_id") if updated_since else ("public_id",)
    if updated_since:
        rows = rows.filter(updated_at__gte=updated_since)
    found, following = page_of(_whole(actor, rows), *keys, cursor=cursor, limit=limit)
    return {
        "items": [as_json(row) for row in found],
        "next_cursor": following,
        "next_updated_since": None if following else until,
    }


def _found(actor: Actor, search: str, group: uuid.UUID | None, archived: bool) -> OrganizationQuerySet:
    rows = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    wanted = {"archived": "with"} if archived else {}
    if group is not None:
        if not get_groups(actor).filter(public_id=group).exists():
            return rows.none()
        wanted["group"] = str(group)
    return matching(actor, filters.narrow(actor, rows, wanted), search)


@router.post("", auth=WRITE, response=NEW, summary="Create an organization")
def create(request: HttpRequest, response: HttpResponse, payload: schemas.NewOrganization) -> Any:
    actor, texts, groups = actor_in(request), *_parts(payload)
    (outcome,) = grounded(lambda: create_organizations(actor, [texts], source=Source.API, groups=groups))
    _refuse(outcome.errors)
    return Status(HTTPStatus.CREATED, _answer(actor, outcome.public_id, response))


@router.get("/{uuid:public_id}", auth=READ, response=ONE, summary="Read an organization")
def read(request: HttpRequest, response: HttpResponse, public_id: uuid.UUID) -> Any:
    return _answer(actor_in(request), public_id, response)


@router.patch("/{uuid:public_id}", auth=WRITE, response=ONE, summary="Change an organization")
def change(request: HttpRequest, response: HttpResponse, public_id: uuid.UUID, payload: schemas.Fields) -> Any:
    """Fields that are absent stay, null clears. `If-Match` with the ETag that was read refuses to overwrite others."""
    actor = actor_in(request)
    found = get_organization(actor, public_id, Permission.ORGANIZATIONS_EDIT)
    check_version(request, found.version, what="record")
    _change(actor, found, payload)
    return _answer(actor, public_id, response)


@router.delete("/{uuid:public_id}", auth=WRITE, response={204: None, **REFUSED}, summary="Archive an organization")
def archive(request: HttpRequest, public_id: uuid.UUID) -> Any:
    actor = actor_in(request)
    found = get_organization(actor, public_id, Permission.ORGANIZATIONS_ARCHIVE)
    check_version(request, found.version, what="record")
    archive_organizations(actor, _only(actor, found))
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post("/{uuid:public_id}/restore", auth=WRITE, response=ONE, summary="Restore an archived organization")
def restore(request: HttpRequest, response: HttpResponse, public_id: uuid.UUID) -> Any:
    actor = actor_in(request)
    found = get_organization(actor, public_id, Permission.ORGANIZATIONS_ARCHIVE)
    restore_organizations(actor, _only(actor, found))
    return _answer(actor, public_id, response)


@router.put(
    "/by-customer-number/{path:customer_number}",
    auth=WRITE,
    response={**ONE, **NEW},
    summary="Create or change the organization with a customer number",
)
def put(
    request: HttpRequest,
    response: HttpResponse,
    customer_number: Annotated[str, Path(max_length=64)],
    payload: schemas.NewOrganization,
) -> Any:
    """The verb for keeping in step: send what you know, as often as you like. Absent fields stay, null clears."""
    actor, texts, groups = actor_in(request), *_parts(payload)
    if number_key_of(texts.setdefault("customer_number", customer_number)) != number_key_of(customer_number):
        _refuse({"customer_number": [Problem("number_differs", {})]})
    (put,) = grounded(lambda: put_organizations(actor, [texts], source=Source.API, mode=Mode.BY_NUMBER, groups=groups))
    _refuse(put.errors)
    status = HTTPStatus.CREATED if put.action is Action.CREATED else HTTPStatus.OK
    return Status(status, _answer(actor, put.public_id, response))


@router.post("/bulk", auth=WRITE, response={200: schemas.BulkAnswer, **REFUSED}, summary="Create or change many")
def bulk(request: HttpRequest, payload: schemas.Bulk) -> Any:
    """Up to 1,000 rows, found by customer number, then by domain. Rows with errors stop the others only if asked to."""
    actor = actor_in(request)
    actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    given = [row.model_dump(exclude_unset=True) for row in payload.rows]
    refs = [row.pop("client_ref", None) for row in given]
    batch_id = new_id()
    try:
        puts = grounded(
            lambda: put_organizations(
                actor,
                [texts_of_json(row) for row in given],
                source=Source.API,
                mode=Mode(payload.mode),
                groups=payload.groups,
                all_or_nothing=payload.all_or_nothing,
                batch_id=batch_id,
            )
        )
    except NothingWritten as nothing:
        raise refusal({f"rows.{p.number}.{n}": told for p in nothing.puts for n, told in p.errors.items()}) from nothing
    counts = _counted(puts)
    note_batch(actor, batch_id, Source.API, updated=counts[Action.UPDATED], failed=counts[Action.FAILED])
    return counts | {
        "batch_id": batch_id,
        "items": [_item(put, ref) for put, ref in zip(puts, refs, strict=True)],
    }


def _counted(puts: Sequence[Put]) -> dict[str, int]:
    return {action.value: sum(1 for put in puts if put.action is action) for action in Action}


def _item(put: Put, ref: str | None) -> dict[str, Any]:
    errors = {name: [problem.sentence() for problem in problems] for name, problems in put.errors.items()}
    public_id = None if put.action is Action.FAILED else put.public_id
    return {"number": put.number, "client_ref": ref, "action": put.action, "id": public_id, "errors": errors}


@router.post(
    "/{uuid:public_id}/approval-check",
    auth=READ,
    response={200: schemas.ApprovalCheckAnswer, **REFUSED},
    summary="Ask whether a transaction needs approval",
)
def approval_check(request: HttpRequest, public_id: uuid.UUID, payload: schemas.ApprovalCheck) -> Any:
    return requires_approval(get_organization(actor_in(request), public_id), payload.amount, payload.period)


@router.get(
    "/{uuid:public_id}/billing-eligibility",
    auth=READ,
    response={200: schemas.BillingEligibility, **REFUSED},
    summary="Ask whether billing reports may run",
)
def billing_eligibility(request: HttpRequest, public_id: uuid.UUID, on: date | None = None) -> Any:
    """`on` is a day; today at the reseller's place if it is left out."""
    actor = actor_in(request)
    found = get_organization(actor, public_id)
    day = on or actor.reseller.today()
    return {"may_run": may_run_billing(found, day), "start_date": found.billing_start_date}


def _whole(actor: Actor, rows: OrganizationQuerySet) -> OrganizationQuerySet:
    return rows.prefetch_related(Prefetch("groups", get_groups(actor)), "tenants")


def _only(actor: Actor, found: Organization) -> OrganizationQuerySet:
    return Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(pk=found.pk)


def _answer(actor: Actor, public_id: uuid.UUID | None, response: HttpResponse) -> dict[str, Any]:
    """The record as it is now, with its version as ETag."""
    assert public_id is not None
    found = _whole(actor, _only(actor, get_organization(actor, public_id))).get()
    tell_version(response, found.version)
    return as_json(found)


def _change(actor: Actor, found: Organization, payload: Any) -> None:
    texts = texts_of_json(payload.model_dump(exclude_unset=True))
    try:
        outcome = change_organization(actor, found, texts, version=found.version, decimal_mark=DecimalMark.POINT)
    except Refused as refused:
        status = 412 if refused.problem.code == "changed_meanwhile" else 409
        raise ApiProblem(status, refused.problem.code, refused.problem.sentence()) from refused
    _refuse(outcome.errors)


def _parts(payload: Any) -> tuple[dict[str, str], list[uuid.UUID]]:
    values = payload.model_dump(exclude_unset=True)
    groups = values.pop("groups", [])
    return texts_of_json(values), groups


def grounded(verb: Callable[[], T]) -> T:
    """What the verb returns; groups that it refuses are told as any other field."""
    try:
        return verb()
    except NoGround as refused:
        raise refusal({"groups": [refused.problem]}) from refused


def _refuse(errors: Errors) -> None:
    if errors:
        raise refusal(errors)


TAKEN: Final = {"taken", "taken_hidden", "archived"}


def refusal(errors: Errors) -> ApiProblem:
    """422 with every error; 409 where all that is wrong is what already exists."""
    codes = {problem.code for problems in errors.values() for problem in problems}
    told = {name: [problem.sentence() for problem in problems] for name, problems in errors.items()}
    if codes <= TAKEN:
        code = "archived" if codes == {"archived"} else "taken"
        return ApiProblem(409, code, " ".join(chain.from_iterable(told.values())), errors=told)
    return invalid(told)
