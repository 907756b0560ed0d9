"""The API's route for the event log: what its page shows, for programs that follow along."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from accounts.actors import Actor
from accounts.roles import Permission
from accounts.scopes import Scope
from api.auth import Needs
from api.moments import Moment
from api.paging import MOST, USUAL, page_of, settled_moment
from api.problems import ApiProblem
from api.schemas import REFUSED, actor_in
from events.log import details_for, sentence_of
from events.models import Event, Kind
from groups.access import get_own_group_ids
from portal.event_log import get_events

router = Router(tags=["Events"])


class Who(Schema):
    id: uuid.UUID | None = Field(description="A person or API key; null for the portal itself.")
    name: str


class EventOut(Schema):
    id: uuid.UUID
    at: datetime
    kind: str
    actor: Who
    subject_id: uuid.UUID = Field(description="The record that it is about.")
    batch_id: uuid.UUID | None = Field(description="The import, grid or bulk call of which it was part.")
    text: str = Field(description="What happened, in words.")
    details: dict[str, Any] = Field(description="For a change `changes`: the texts before and after by field.")


class EventPage(Schema):
    items: list[EventOut]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")
    next_since: datetime | None = Field(
        description="On the last page: where to begin the next time. An event may come twice, and none is missed."
    )


@router.get("", auth=Needs(Scope.EVENTS_READ), response={200: EventPage, **REFUSED}, summary="List events")
def list_events(
    request: HttpRequest,
    organization: uuid.UUID | None = None,
    actor: Annotated[uuid.UUID | None, Field(description="A person or API key.")] = None,
    kind: Annotated[str, Field(max_length=64, description="Such as `organization.created`.")] | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: Annotated[str, Field(max_length=500)] | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL,
) -> Any:
    """The events of what this key sees, the oldest first."""
    reader = actor_in(request)
    reader.require(Permission.EVENTS_SEE)
    if kind is not None and kind not in Kind.values:
        raise ApiProblem(422, "invalid", "There is no such kind.", errors={"kind": ["There is no such kind."]})
    settled = settled_moment()
    wanted = {"subject_id": organization, "actor_id": actor, "kind": kind, "at__gte": since, "at__lt": until}
    rows = get_events(reader).filter(**{name: value for name, value in wanted.items() if value is not None})
    found, following = page_of(rows, "at", "public_id", cursor=cursor, limit=limit)
    return {
        "items": _as_json(reader, found),
        "next_cursor": following,
        "next_since": None if following else settled,
    }


def _as_json(reader: Actor, events: list[Event]) -> list[dict[str, Any]]:
    own = get_own_group_ids(reader)
    return [
        {
            "id": event.public_id,
            "at": event.at,
            "kind": event.kind,
            "actor": {"id": event.actor_id, "name": event.actor_label},
            "subject_id": event.subject_id,
            "batch_id": event.batch_id,
            "text": sentence_of(reader, event, own),
            "details": details_for(reader, event, own),
        }
        for event in events
    ]
