"""The end of old uploads: the file and its rows go after some days; the import's counts and its events stay."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Reseller
from accounts.tenancy import acting_for
from events.log import record_by_itself
from events.models import Kind
from imports import uploads
from imports.models import Import, RowEdit, State
from imports.staging import staged_rows

AT_ONCE: Final = 20_000  # rows that one transaction deletes
_ENDED: Final = (State.DONE, State.FAILED, State.CANCELLED, State.UNDONE)


def expire_uploads() -> int:
    """Let the uploads of imports expire that ended, or have waited, for longer than the setting says; how many."""
    limit = timezone.now() - timedelta(days=settings.UPLOAD_DAYS)
    return sum(_expire_old(reseller, limit) for reseller in Reseller.objects.all())


def _expire_old(reseller: Reseller, limit: datetime) -> int:
    with acting_for(reseller.pk):
        old = list(_old(reseller, limit))
    return sum(_expire(reseller, job) for job in old)


def _old(reseller: Reseller, limit: datetime) -> Iterable[Import]:
    ended = Q(state__in=_ENDED, finished_at__lt=limit)
    waiting = Q(state=State.READY, created_at__lt=limit)
    return Import.objects.filter(ended | waiting, reseller=reseller, expired_at=None)


def _expire(reseller: Reseller, job: Import) -> bool:
    """First nobody can start or read it any more, then its rows go, in steps that may be interrupted anywhere."""
    with acting_for(reseller.pk):
        now = Import.objects.select_for_update().get(pk=job.pk)
        if now.state not in (*_ENDED, State.READY):
            return False
        if now.state == State.READY:
            now.state, now.finished_at = State.CANCELLED, timezone.now()
            now.save(update_fields=["state", "finished_at"])
            record_by_itself(reseller.pk, "Cloudbroker", Kind.IMPORT_CANCELLED, now.public_id)
    while _delete_rows(reseller, job):
        pass
    with acting_for(reseller.pk):
        RowEdit.objects.filter(reseller=reseller, batch=job).delete()
        Import.objects.filter(pk=job.pk).update(expired_at=timezone.now(), samples=[])
        transaction.on_commit(lambda: uploads.storage().delete(job.upload))
    return True


def _delete_rows(reseller: Reseller, job: Import) -> int:
    with acting_for(reseller.pk):
        rows = staged_rows(job)
        first = rows.order_by("number").values_list("number", flat=True).first()
        return rows.filter(number__lt=first + AT_ONCE).delete()[0] if first else 0
