"""What workers do to know how a connection fares: use it, note what came of it, and look again if that may help."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from csp_link.client import PartnerCenter
from csp_link.models import UNTROUBLED, Connection, Mode, Sync
from csp_link.syncing import AUTHOR, begin
from csp_link.troubles import TROUBLES, Trouble
from events.log import record_by_itself
from events.models import Kind
from jobs.work import Dropped, Turn

# A trouble that passes is looked at again after a minute, later ever more rarely.
SOONEST: Final = timedelta(minutes=1)
LATEST: Final = timedelta(minutes=15)


def check(turn: Turn) -> None:
    with turn.step(gets_on=False):
        connection = _find(turn)
        if connection is None:
            turn.finish()
            return
    is_mfa_compliant, trouble = _try(connection)
    with turn.step():
        connection = _find(turn)
        if connection is None:
            raise Dropped
        note(connection, trouble)
        connection.set(checked_at=timezone.now(), is_mfa_compliant=is_mfa_compliant)
        if connection.resumes_at:
            turn.rest(connection.resumes_at)
        else:
            turn.finish()
        if trouble is None and not Sync.objects.filter(reseller_id=connection.reseller_id).exists():
            begin(connection)  # nobody should have to press a button to see their customers for the first time


def give_up(turn: Turn) -> None:
    if connection := _find(turn):
        note(connection, Trouble("gave_up"))
        connection.set(checked_at=timezone.now())


def _try(connection: Connection) -> tuple[bool | None, Trouble | None]:
    """What Partner Center says about multi-factor authentication, and what is wrong."""
    with PartnerCenter(connection) as center:
        try:
            if connection.mode == Mode.APP_AND_USER and center.get_partner_id() != str(connection.partner_id):
                return center.is_mfa_compliant, Trouble("wrong_partner", correlation_id=center.correlation_id)
            center.look()
        except Trouble as trouble:
            return center.is_mfa_compliant, trouble
        return center.is_mfa_compliant, None


def note(connection: Connection, trouble: Trouble | None) -> None:
    """Keep how it went; the log hears when a connection breaks and when it is mended, not of what passes."""
    before = connection.trouble
    if trouble is None:
        values: dict[str, Any] = UNTROUBLED | {"succeeded_at": timezone.now()}
    else:
        since = connection.trouble_since if before == trouble.code else None
        values = {"trouble": trouble.code, "trouble_details": trouble.details, "trouble_since": since or timezone.now()}
        values |= {"resumes_at": again_at(trouble, since) if trouble.passes else None}
    connection.set(**values)
    _tell(connection, before, trouble)


def again_at(trouble: Trouble, since: datetime | None) -> datetime:
    """When Microsoft said; else the longer it has lasted, the later."""
    now = timezone.now()
    if trouble.wait:
        return now + timedelta(seconds=trouble.wait)
    return now + min(max(now - (since or now), SOONEST), LATEST)


def _tell(connection: Connection, before: str, trouble: Trouble | None) -> None:
    was_broken = before not in ("", "consent_needed") and not TROUBLES[before].passes
    if trouble is None and was_broken:
        record_by_itself(connection.reseller_id, AUTHOR, Kind.CONNECTION_MENDED, connection.public_id)
    if trouble is not None and not trouble.passes and trouble.code not in (before, "consent_needed"):
        broken, details = Kind.CONNECTION_BROKEN, trouble.for_log()
        record_by_itself(connection.reseller_id, AUTHOR, broken, connection.public_id, details=details)


def _find(turn: Turn) -> Connection | None:
    return Connection.objects.select_for_update(no_key=True).filter(pk=turn.object_id).first()
