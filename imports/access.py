"""From a person or key to an import, or 404; and from a job back to who acts in it."""

import uuid
from typing import Final

from django.db.models import Q
from django.http import Http404

from accounts.actors import Actor
from api.keys import actor_of_key
from groups.access import actor_of
from imports.models import Import, ImportQuerySet, State, Undo


def get_imports(actor: Actor) -> ImportQuerySet:
    return Import.objects.permitted(actor).select_related("membership__user", "api_key")


def get_import(actor: Actor, public_id: uuid.UUID | str) -> Import:
    found = get_imports(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_earlier(actor: Actor, job: Import) -> Import | None:
    """The last import of the same file that has written something or still may, as far as the actor sees it."""
    same = get_imports(actor).filter(sha256=job.sha256, created_at__lt=job.created_at)
    writing = Q(state__in=[State.READY, State.IMPORTING, State.UNDOING]) | Q(rows_created__gt=0) | Q(rows_updated__gt=0)
    return same.filter(writing).exclude(state=State.UNDONE).order_by("-created_at").first()


def was_quiet(actor: Actor) -> bool:
    """Whether the person wanted no mail the last time."""
    mine = Import.objects.permitted(actor).filter(membership=actor.membership, api_key=None)
    return bool(mine.exclude(started_at=None).order_by("-created_at").values_list("is_quiet", flat=True).first())


ACTING: Final = ("reseller", "membership__user", "api_key__made_by__user")


def actor_in_job(job: Import | Undo) -> Actor:
    """Who acts when a worker goes on with the job, as far as they still may; read it with ACTING."""
    if job.api_key is not None:
        job.api_key.reseller = job.reseller
        return actor_of_key(job.api_key)
    job.membership.reseller = job.reseller
    return actor_of(job.membership)


def label_of(job: Import) -> str:
    """Who handed the file in."""
    return f"API key {job.api_key.name}" if job.api_key else str(job.membership.user)
