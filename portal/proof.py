"""Pages of Settings that ask for the password again: for who has just proved to be who they are."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse

from accounts.actors import Actor, Request
from accounts.roles import Permission

View = Callable[..., HttpResponse]


def for_proved(find: Callable[[Actor, uuid.UUID], Any] | None = None) -> Callable[[View], View]:
    """For those who may change settings; the view gets what `find` finds under the address's id.

    Whoever may not, or asks for what they can't see, is refused without having to prove anything.
    """

    def proving(view: View) -> View:
        proved: View = reauthentication_required(view)

        @wraps(view)
        def asked(request: Request, public_id: uuid.UUID | None = None) -> HttpResponse:
            request.actor.require(Permission.SETTINGS_EDIT)
            if find is None or public_id is None:
                return proved(request)
            return proved(request, find(request.actor, public_id))

        return asked

    return proving
