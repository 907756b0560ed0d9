"""The API's routes for groups and for who is in them."""

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field, StrictStr

from accounts.roles import Permission
from accounts.scopes import Scope
from api.auth import Needs
from api.paging import MOST, USUAL, page_of
from api.problems import ApiProblem, invalid
from api.schemas import REFUSED, Strict, actor_in
from api.versions import check_version, tell_version
from groups.access import get_group, get_groups
from groups.changes import change_group, create_group
from groups.models import Group
from organizations.access import get_organization
from organizations.members import change_groups_of, dissolve_group

router = Router(tags=["Groups"])
READ, WRITE = Needs(Scope.GROUPS_READ), Needs(Scope.GROUPS_WRITE)
Text = Annotated[StrictStr, Field(max_length=4_000)]


class NewGroup(Strict):
    name: Text
    description: Text = ""


class GroupChange(Strict):
    name: Text = Field("", description="Absent, it stays.")
    description: Text = ""


class GroupOut(Schema):
    id: uuid.UUID
    name: str
    description: str
    created_at: datetime


class GroupPage(Schema):
    items: list[GroupOut]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


ONE: Final = {200: GroupOut, **REFUSED}
GONE: Final = {204: None, **REFUSED}


@router.get("", auth=READ, response={200: GroupPage, **REFUSED}, summary="List groups")
def list_groups(
    request: HttpRequest,
    cursor: Annotated[str, Field(max_length=500)] | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL,
) -> Any:
    """The groups that this key sees. Who is in one is asked with `GET /organizations?group=…`."""
    found, following = page_of(get_groups(actor_in(request)), "public_id", cursor=cursor, limit=limit)
    return {"items": [_as_json(group) for group in found], "next_cursor": following}


@router.post("", auth=WRITE, response={201: GroupOut, **REFUSED}, summary="Create a group")
def create(request: HttpRequest, response: HttpResponse, payload: NewGroup) -> Any:
    group = _valid(create_group, actor_in(request), **payload.model_dump())
    return Status(HTTPStatus.CREATED, _answer(group, response))


@router.get("/{uuid:public_id}", auth=READ, response=ONE, summary="Read a group")
def read(request: HttpRequest, response: HttpResponse, public_id: uuid.UUID) -> Any:
    return _answer(get_group(actor_in(request), public_id), response)


@router.patch("/{uuid:public_id}", auth=WRITE, response=ONE, summary="Change a group")
def change(request: HttpRequest, response: HttpResponse, public_id: uuid.UUID, payload: GroupChange) -> Any:
    """Fields that are absent stay. `If-Match` with the ETag that was read refuses to overwrite others."""
    actor = actor_in(request)
    group = get_group(actor, public_id, Permission.GROUPS_EDIT)
    check_version(request, group.version, what="group")
    texts = {"name": group.name, "description": group.description} | payload.model_dump(exclude_unset=True)
    return _answer(_valid(change_group, actor, group, version=group.version, **texts), response)


@router.delete("/{uuid:public_id}", auth=WRITE, response=GONE, summary="Delete a group")
def delete(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """Its organizations stay."""
    actor = actor_in(request)
    group = get_group(actor, public_id, Permission.GROUPS_EDIT)
    check_version(request, group.version, what="group")
    dissolve_group(actor, group)
    return Status(HTTPStatus.NO_CONTENT, None)


@router.put("/{uuid:public_id}/members/{uuid:organization_id}", auth=WRITE, response=GONE, summary="Add a member")
def add_member(request: HttpRequest, public_id: uuid.UUID, organization_id: uuid.UUID) -> Any:
    """One that is in the group already stays in it."""
    return _move(request, public_id, organization_id, adds=True)


@router.delete("/{uuid:public_id}/members/{uuid:organization_id}", auth=WRITE, response=GONE, summary="Remove a member")
def remove_member(request: HttpRequest, public_id: uuid.UUID, organization_id: uuid.UUID) -> Any:
    """The organization stays; one that is not in the group is none the worse."""
    return _move(request, public_id, organization_id, adds=False)


def _move(request: HttpRequest, public_id: uuid.UUID, organization_id: uuid.UUID, *, adds: bool) -> Status[None]:
    actor = actor_in(request)
    group = get_group(actor, public_id)
    organization = get_organization(actor, organization_id)
    change_groups_of(actor, organization, add=[group] if adds else [], remove=[] if adds else [group])
    return Status(HTTPStatus.NO_CONTENT, None)


def _as_json(group: Group) -> dict[str, Any]:
    names = ("name", "description", "created_at")
    return {"id": group.public_id} | {name: getattr(group, name) for name in names}


def _answer(group: Group, response: HttpResponse) -> dict[str, Any]:
    tell_version(response, group.version)
    return _as_json(group)


def _valid(verb: Any, *given: Any, **texts: Any) -> Group:
    try:
        group: Group = verb(*given, **texts)
    except ValidationError as error:
        raise _refusal(error) from error
    return group


def _refusal(error: ValidationError) -> ApiProblem:
    """422 with what is wrong; 409 where all that is wrong is that another group has the name."""
    codes = {one.code for errors in error.error_dict.values() for one in errors}
    if codes == {"taken"}:
        return ApiProblem(409, "taken", " ".join(error.messages), errors=error.message_dict)
    return invalid(error.message_dict)
