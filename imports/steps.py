"""What every step of an import does: take it, see whether it was cancelled, end it."""

from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from events.log import record
from events.models import Kind
from imports.access import ACTING, actor_in_job
from imports.mailing import tell_by_mail
from imports.models import Import, State
from jobs.work import Dropped, Turn

CHUNK: Final = 2_000  # rows of a transaction


def get_job(turn: Turn, state: State, *, at: int | None = None) -> Import:
    """The import, locked; Dropped when another worker has moved it on."""
    wanted = Q(pk=turn.object_id, state=state) & (Q() if at is None else Q(rows_read=at))
    job = Import.objects.select_for_update(of=("self",)).select_related(*ACTING).filter(wanted).first()
    if job is None:
        raise Dropped
    return job


def is_cancelled(turn: Turn, job: Import) -> bool:
    if job.cancel_requested:
        end(turn, job, State.CANCELLED)
    return job.cancel_requested


KINDS: Final = {
    State.DONE: Kind.IMPORT_FINISHED,
    State.CANCELLED: Kind.IMPORT_CANCELLED,
    State.FAILED: Kind.IMPORT_FAILED,
}


def end(turn: Turn, job: Import, state: State, *, error: dict[str, Any] | None = None) -> None:
    job.state, job.error, job.finished_at = state, error, timezone.now()
    job.save(update_fields=["state", "error", "finished_at"])
    counts = {"created": job.rows_created, "failed": job.rows_failed}
    record(actor_in_job(job), KINDS[state], job.public_id, details=counts)
    tell_by_mail(job)
    turn.finish()


def give_up(turn: Turn) -> None:
    """After repeated unexpected errors: say so on the import, and keep what was done."""
    job = Import.objects.select_for_update(of=("self",)).select_related(*ACTING).get(pk=turn.object_id)
    end(turn, job, State.FAILED, error={"code": "internal", "params": {}})
