"""The API's routes for imports: a file's whole life, and taking back what a file or a bulk call has written."""

import json
import uuid
from http import HTTPStatus
from typing import Annotated, Any, Final

from django.http import Http404, HttpRequest
from ninja import File, Form, Path, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from accounts.actors import Actor
from accounts.scopes import Scope
from api.auth import Needs
from api.paging import MOST, USUAL, page_of
from api.problems import ApiProblem, invalid
from api.schemas import REFUSED, actor_in
from imports import api_schemas as schemas
from imports.access import get_import, get_imports
from imports.as_json import import_as_json, rows_as_json, rows_of, undo_as_json
from imports.choosing import choose
from imports.mending import edit_row
from imports.models import Blanks, Import, Mode, State
from imports.receiving import LAYOUT, Options, cancel_import, chosen_by_heading, receive_file, start_import
from imports.rows import get_row
from imports.undo import get_undo, start_undo
from imports.unreadable import Unreadable
from organizations.access import NoGround
from organizations.api_schemas import Fields
from organizations.as_json import texts_of_json
from organizations.changes import Refused
from organizations.fields import DecimalMark
from organizations.undoing import get_batch

router = Router(tags=["Imports"])
batches = Router(tags=["Undo"])
READ, WRITE = Needs(Scope.IMPORTS_READ), Needs(Scope.IMPORTS_WRITE)
ONE: Final = {200: schemas.Import, **REFUSED}
MADE: Final = {201: schemas.Import, **REFUSED, 507: schemas.Problem}
BEGUN: Final = {202: schemas.Undo, **REFUSED}
Limit = Annotated[int, Field(ge=1, le=MOST)]
Number = Annotated[int, Path(ge=1, le=999_999_999)]


@router.get("", auth=READ, response={200: schemas.ImportPage, **REFUSED}, summary="List imports")
def list_imports(
    request: HttpRequest,
    state: State | None = None,
    cursor: Annotated[str, Field(max_length=500)] | None = None,
    limit: Limit = USUAL,
) -> Any:
    """The key's own, or everybody's for roles that see those; the oldest first."""
    rows = get_imports(actor_in(request))
    found, following = page_of(rows.filter(state=state) if state else rows, "public_id", cursor=cursor, limit=limit)
    return {"items": [import_as_json(job) for job in found], "next_cursor": following}


@router.post("", auth=WRITE, response=MADE, summary="Hand in a file")
def create(request: HttpRequest, form: Form[schemas.Wanted], file: File[UploadedFile]) -> Any:
    """The file is read and checked in the background; nothing is created before `start`. Poll until `ready`."""
    actor = actor_in(request)
    _check_names(request)
    options = Options(Mode(form.mode), Blanks(form.blanks), form.all_or_nothing)
    try:
        job = receive_file(
            actor, file, groups=form.groups, options=options, chosen=_layout(form), columns=_columns(form)
        )
    except Unreadable as why:
        status = HTTPStatus.INSUFFICIENT_STORAGE if why.code == "no_room" else HTTPStatus.UNPROCESSABLE_ENTITY
        raise ApiProblem(status, why.code, why.sentence(), errors={"file": [why.sentence()]}) from why
    except NoGround as refused:
        told = refused.problem.sentence()
        raise ApiProblem(422, "invalid", told, errors={"groups": [told]}) from refused
    return Status(HTTPStatus.CREATED, import_as_json(job))


def _check_names(request: HttpRequest) -> None:
    """What a form brings along beside its fields is dropped before the schema could see it."""
    known = {*schemas.Wanted.model_fields, "file"}
    if unknown := sorted({*request.POST, *request.FILES} - known):
        raise invalid({name: ["There is no such field."] for name in unknown})


def _layout(given: schemas.Wanted | schemas.Reading) -> dict[str, str]:
    chosen = given.model_dump(include={*LAYOUT}, exclude_none=True)
    return {name: str(value) for name, value in chosen.items()}


def _columns(form: schemas.Wanted) -> dict[str, str | None]:
    try:
        return schemas.Reading.model_validate({"columns": json.loads(form.columns or "{}")}).columns
    except (ValueError, RecursionError) as why:
        told = 'This is not JSON of the form {"heading": "field", "other": null}.'
        raise ApiProblem(422, "invalid", told, errors={"columns": [told]}) from why


@router.patch("/{uuid:public_id}", auth=WRITE, response=ONE, summary="Read the file in another way")
def read_otherwise(request: HttpRequest, public_id: uuid.UUID, payload: schemas.Reading) -> Any:
    """Until it is started. The file is read and checked anew, repairs of rows are kept; poll until `ready`."""
    actor = actor_in(request)
    job = get_import(actor, public_id)
    given = payload.model_dump(include={*LAYOUT}, exclude_unset=True)
    layout = {name: text for name, text in (job.chosen_layout | given).items() if text is not None}
    try:
        columns = chosen_by_heading(job, payload.columns)
        _verb(choose, actor, job, {name: str(value) for name, value in layout.items()}, columns)
    except Unreadable as why:
        raise ApiProblem(422, why.code, why.sentence(), errors={"file": [why.sentence()]}) from why
    return import_as_json(get_import(actor, public_id))


@router.get("/{uuid:public_id}", auth=READ, response=ONE, summary="Read an import")
def read(request: HttpRequest, public_id: uuid.UUID) -> Any:
    return import_as_json(get_import(actor_in(request), public_id))


@router.get("/{uuid:public_id}/rows", auth=READ, response={200: schemas.Rows, **REFUSED}, summary="List rows")
def rows(
    request: HttpRequest,
    public_id: uuid.UUID,
    state: schemas.RowState | None = None,
    cursor: Annotated[str, Field(pattern="^[0-9]{1,9}$")] | None = None,
    limit: Limit = USUAL,
) -> Any:
    """The rows in the order of the file, all or those of one state, with what is wrong by field."""
    actor = actor_in(request)
    job = get_import(actor, public_id)
    found = rows_of(job, state or "")
    page = list(found.filter(number__gt=int(cursor or 0)).order_by("number")[: limit + 1])
    shown, more = page[:limit], len(page) > limit
    return {"items": rows_as_json(actor, job, shown), "next_cursor": str(shown[-1].number) if more else None}


@router.patch(
    "/{uuid:public_id}/rows/{number}", auth=WRITE, response={200: schemas.Row, **REFUSED}, summary="Repair a row"
)
def mend(request: HttpRequest, public_id: uuid.UUID, number: Number, payload: Fields) -> Any:
    """Write other values into a row of a checked file; it is checked again at once. Absent fields stay."""
    actor = actor_in(request)
    job = get_import(actor, public_id)
    _verb(edit_row, actor, job, number, _texts(job, payload))
    row = get_row(job, number)
    assert row is not None
    return rows_as_json(actor, job, [row])[0]


def _texts(job: Import, payload: Any) -> dict[str, str]:
    """As cells of this file, in which an amount may have a decimal comma."""
    texts = texts_of_json(payload.model_dump(exclude_unset=True))
    if job.decimal_mark == DecimalMark.COMMA and "approval_limit" in texts:
        texts["approval_limit"] = texts["approval_limit"].replace(".", ",")
    return texts


@router.post("/{uuid:public_id}/start", auth=WRITE, response=ONE, summary="Write the valid rows")
def start(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """Once is enough: a second call changes nothing. Poll until `done`."""
    actor = actor_in(request)
    job = get_import(actor, public_id)
    begun = _verb(start_import, actor, job)
    job = get_import(actor, public_id)
    if not begun and job.state not in (State.IMPORTING, State.DONE):
        raise ApiProblem(409, "not_ready", _why_not(job))
    return import_as_json(job)


def _why_not(job: Import) -> str:
    if job.state == State.READY:
        return "No row is valid. Repair rows, or hand in another file."
    return f"This import can't be started, because it is {job.get_state_display().lower()}."


@router.post("/{uuid:public_id}/cancel", auth=WRITE, response=ONE, summary="Cancel an import")
def cancel(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """What was written stays; `undo` takes it back. One that has ended stays as it is."""
    actor = actor_in(request)
    cancel_import(actor, get_import(actor, public_id))
    return import_as_json(get_import(actor, public_id))


@router.post("/{uuid:public_id}/undo", auth=WRITE, response=BEGUN, summary="Undo an import")
def undo(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """Remove what it created and give back what it changed, except records that were touched since."""
    actor = actor_in(request)
    get_import(actor, public_id)
    return _begin(actor, public_id)


@batches.post("/{uuid:batch_id}/undo", auth=WRITE, response=BEGUN, summary="Undo a bulk call")
def undo_batch(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    """`batch_id` is in the answer of the bulk call; an import's id is one too."""
    return _begin(actor_in(request), batch_id)


@batches.get("/{uuid:batch_id}/undo", auth=WRITE, response={200: schemas.Undo, **REFUSED}, summary="Read an undo")
def read_undo(request: HttpRequest, batch_id: uuid.UUID) -> Any:
    actor = actor_in(request)
    get_batch(actor, batch_id)
    found = get_undo(actor, batch_id)
    if found is None:
        raise Http404
    return undo_as_json(found)


def _begin(actor: Actor, batch_id: uuid.UUID) -> Status[Any]:
    return Status(HTTPStatus.ACCEPTED, undo_as_json(start_undo(actor, batch_id)))


def _verb(verb: Any, *given: Any) -> Any:
    try:
        return verb(*given)
    except (Refused, NoGround) as refused:
        raise ApiProblem(409, refused.problem.code, refused.problem.sentence()) from refused
