"""Where a person is signed in: one place is ended by itself, or every other at once."""

from typing import Final

from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import User

SIGNER: Final = Signer(salt="portal.sessions")  # keys of rows don't leave the server as they are


@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        _end(request, request.POST.get("session", ""))
        return redirect("usersessions_list")
    found = sorted(UserSession.objects.purge_and_list(request.user), key=lambda session: session.created_at)
    rows = [(SIGNER.sign(session.pk), session) for session in found]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})


def _end(request: HttpRequest, name: str) -> None:
    """The session of that name; without one every session but this."""
    if not name:
        end_other_sessions(request, request.user)
        messages.success(request, _("You are signed out everywhere else."))
    elif chosen := _session(request.user, name):
        end_sessions(request, [chosen])
        messages.success(request, _("You are signed out there."))


def _session(user: User | AnonymousUser, name: str) -> UserSession | None:
    """None for one that has ended already and for what is no name of one's own sessions."""
    try:
        return UserSession.objects.filter(user_id=user.pk, pk=SIGNER.unsign(name)).first()
    except BadSignature:
        return None
