"""Which reseller a request works for: entered here, once, for the whole request."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation

from accounts.languages import language_of
from accounts.middleware import is_for_programs
from accounts.models import Membership
from accounts.tenancy import acting_for
from groups.access import actor_of

SESSION_KEY = "reseller"
# Places that work without a reseller: signing in, joining, the operator.
WITHOUT_RESELLER = (
    "/accounts/",
    "/invitations/",
    "/operator/",
    "/static/",
    "/resellers/",
    "/theme/",
    "/language/",
)


class TenancyMiddleware:
    """Sets request.actor and wraps the request in the reseller's transaction, and in the person's language and clocks.

    An answer of 500 rolls it back, and so does a view that raised: whatever it had written is half of something.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor, request.memberships, request.gave_up = None, [], False  # type: ignore[attr-defined]
        if is_for_programs(request.path):
            return self.get_response(request)
        request.memberships = get_memberships(request)  # type: ignore[attr-defined]
        membership = chosen(request.memberships, request.session.get(SESSION_KEY))  # type: ignore[attr-defined]
        with translation.override(language_of(request, membership)):
            return self._work_for(membership, request) if membership else self.get_response(request)

    def _work_for(self, membership: Membership, request: HttpRequest) -> HttpResponseBase:
        with acting_for(membership.reseller_id), timezone.override(membership.zone):
            request.actor = actor_of(membership)  # type: ignore[attr-defined]
            response = self.get_response(request)
            if request.gave_up or response.status_code >= 500:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        is_open = request.path.startswith(WITHOUT_RESELLER) or is_for_programs(request.path)
        if request.actor is not None or is_open:  # type: ignore[attr-defined]
            return None
        return render(request, "accounts/no_reseller.html", status=403) if request.user.is_authenticated else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        # Not rolled back here: the pages for 403 and 404 are rendered after this and ask the database.
        request.gave_up = True  # type: ignore[attr-defined]


def get_memberships(request: HttpRequest) -> list[Membership]:
    """Where the person may work, by the reseller's name; nowhere for strangers."""
    if not request.user.is_authenticated:
        return []
    mine = list(Membership.objects.select_related("reseller").filter(user=request.user, is_active=True))
    for membership in mine:
        membership.user = request.user  # who has been read already
    return sorted(mine, key=lambda membership: (membership.reseller.name.lower(), membership.pk))


def chosen(memberships: Sequence[Membership], wanted: str | None) -> Membership | None:
    """The membership for the reseller that the session names, else the first."""
    named = (one for one in memberships if str(one.reseller.public_id) == wanted)
    return next(chain(named, memberships), None)
