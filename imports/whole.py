"""All or nothing: one transaction whatever the size. What it reaches is told by a second connection meanwhile."""

import psycopg
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.tenancy import SETTING
from imports import creating, steps
from imports.access import ACTING, actor_in_job
from imports.models import Import, State
from imports.staging import mark_lost
from jobs.work import Dropped, Turn
from organizations.access import NoGround


class NotAll(Exception):
    """Some row can't be written, or the person has cancelled: everything is rolled back."""

    def __init__(self, lost: list[int]) -> None:
        super().__init__()
        self.lost = lost


def create_whole(turn: Turn) -> None:
    """Write every row or none. Killed in between, nothing was written, and it begins anew."""
    try:
        with turn.step():
            _write(turn)
    except NotAll as refused:
        with turn.step():
            _end_without(turn, refused.lost)
    except (PermissionDenied, NoGround):
        with turn.step():
            job = steps.get_job(turn, State.IMPORTING)
            steps.end(turn, job, State.FAILED, error={"code": "not_permitted", "params": {}})


def _write(turn: Turn) -> None:
    """The import's own row is locked only at the end, so that it can be cancelled and its progress be told."""
    job = Import.objects.select_related(*ACTING).get(pk=turn.object_id)
    if job.state != State.IMPORTING:
        raise Dropped
    actor = actor_in_job(job)
    while job.place < job.rows_read:
        if lost := creating.write_chunk(actor, job):
            raise NotAll(lost)
        if _is_cancelled(job):
            raise NotAll([])
        _tell(job)
    locked = steps.get_job(turn, State.IMPORTING)
    if locked.cancel_requested:
        raise NotAll([])
    job.save(update_fields=creating.WRITTEN)
    steps.end(turn, job, State.DONE)


def _is_cancelled(job: Import) -> bool:
    return Import.objects.filter(pk=job.pk, cancel_requested=True).exists()


def _tell(job: Import) -> None:
    """Commits at once what the transaction in hand has reached; readers of the page see it."""
    with psycopg.connect(**connection.get_connection_params()) as beside:
        beside.execute("SELECT set_config(%s, %s, true)", [SETTING, str(job.reseller_id)])
        beside.execute("UPDATE imports_import SET progress = %s WHERE id = %s", [job.rows_done, job.pk])


def _end_without(turn: Turn, lost: list[int]) -> None:
    job = steps.get_job(turn, State.IMPORTING)
    if lost:
        mark_lost(job, lost)
        job.rows_failed = len(lost)
        job.save(update_fields=["rows_failed"])
        steps.end(turn, job, State.FAILED, error={"code": "all_or_nothing", "params": {}})
    else:
        steps.end(turn, job, State.CANCELLED)
