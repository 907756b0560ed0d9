"""From a person to an import, or 404."""

import uuid

from django.http import Http404

from accounts.actors import Actor
from imports.models import Import, ImportQuerySet


def get_imports(actor: Actor) -> ImportQuerySet:
    return Import.objects.permitted(actor).select_related("membership__user")


def get_import(actor: Actor, public_id: uuid.UUID | str) -> Import:
    found = get_imports(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
