"""From a person or key to an import, or 404; and from a job back to who acts in it."""

import uuid
from typing import Final

from django.http import Http404

from accounts.actors import Actor
from api.keys import actor_of_key
from groups.access import actor_of
from imports.models import Import, ImportQuerySet, Undo


def get_imports(actor: Actor) -> ImportQuerySet:
    return Import.objects.permitted(actor).select_related("membership__user", "api_key")


def get_import(actor: Actor, public_id: uuid.UUID | str) -> Import:
    found = get_imports(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


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
