"""Which organizations somebody has looked at or created last: ids in their session, so that they end with it."""

import uuid
from typing import Final

from django.contrib.sessions.backends.base import SessionBase

from accounts.actors import Actor
from accounts.roles import Permission
from organizations.models import Organization

KEY: Final = "recent_organizations"
MADE: Final = "made_organizations"
MOST: Final = 8


def remember(session: SessionBase, organization: Organization) -> None:
    """Written only where the order changes: loading a page again costs nothing."""
    before = session.get(KEY, [])
    now = [str(organization.public_id), *(seen for seen in before if seen != str(organization.public_id))][:MOST]
    if now != before:
        session[KEY] = now


def get_recent(actor: Actor, session: SessionBase) -> list[Organization]:
    """The last first, as far as the actor still sees them."""
    ids: list[str] = session.get(KEY, [])
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(public_id__in=ids)
    return sorted(seen, key=lambda row: ids.index(str(row.public_id))) if ids else []


def note_made(session: SessionBase, public_id: uuid.UUID) -> None:
    """For the next look at the list, in which it stands out."""
    session[MADE] = [str(public_id), *session.get(MADE, [])][:MOST]


def take_made(session: SessionBase) -> list[str]:
    """What was created since the list was looked at before."""
    made: list[str] = session.pop(MADE, [])
    return made
