"""Pages of Microsoft O365 CSP direct: the overview, the connection, and the way to Microsoft and back."""

import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Request
from accounts.refusals import Refused
from accounts.roles import Permission
from csp_link.access import get_connection, get_sync
from csp_link.connecting import ask_for_check, begin_consent, finish_consent, remove_connection, set_connection
from csp_link.forms import ConnectionForm
from csp_link.health import in_words
from csp_link.pages import connection_context, crumbs, health_context, overview_context, returns_to, sync_context
from csp_link.syncing import confirm_ended, keep_missing
from csp_link.syncing import refresh as begin_reading
from csp_link.troubles import Trouble

# What the session keeps while a person is at Microsoft, and for how many seconds it is believed.
PENDING: Final = "csp_link.consent"
PATIENCE: Final = 3600


@require_safe
def overview(request: Request) -> HttpResponse:
    request.actor.require(Permission.TENANTS_SEE)
    return render(request, "csp_link/overview.html", overview_context(request.actor))


@require_safe
def sync(request: Request) -> HttpResponse:
    """The card that is asked for again while the list is read; the whole page is due when that is over."""
    request.actor.require(Permission.TENANTS_SEE)
    context = sync_context(request.actor)
    if not context["is_reading"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "csp_link/_sync.html", context)


@require_POST
def refresh(request: Request) -> HttpResponse:
    return _answered(request, lambda: begin_reading(request.actor))


@require_POST
def confirm(request: Request, public_id: uuid.UUID) -> HttpResponse:
    held = get_sync(request.actor, public_id)
    return _answered(request, lambda: confirm_ended(request.actor, held))


@require_POST
def keep(request: Request, public_id: uuid.UUID) -> HttpResponse:
    held = get_sync(request.actor, public_id)
    return _answered(request, lambda: keep_missing(request.actor, held))


def _answered(request: Request, verb: Callable[[], object]) -> HttpResponse:
    try:
        verb()
    except Refused as refused:
        return _refused(request, refused)
    return redirect("csp_link:overview")


@sensitive_post_parameters("secret", "certificate")
@require_http_methods(["GET", "HEAD", "POST"])
def connection(request: Request) -> HttpResponse:
    request.actor.require(Permission.TENANTS_SEE)
    found = get_connection(request.actor)
    if request.method != "POST":
        return _connection_page(request, ConnectionForm(connection=found))
    request.actor.require(Permission.TENANTS_EDIT)
    form = ConnectionForm(request.POST, connection=found)
    if not form.is_valid():
        return _connection_page(request, form, status=422)
    made = set_connection(request.actor, form.wanted)
    consent = _("Saved. Now sign in at Microsoft.")
    messages.success(request, consent if made.needs_consent else _("Saved. The connection is being tested."))
    return redirect("csp_link:connection")


def _connection_page(request: Request, form: ConnectionForm, status: int = 200) -> HttpResponse:
    return render(request, "csp_link/connection.html", connection_context(request.actor, form), status=status)


@require_safe
def health(request: Request) -> HttpResponse:
    """The card that is asked for again while a test runs or a trouble passes; the whole page is due when it is over."""
    request.actor.require(Permission.TENANTS_SEE)
    context = health_context(request.actor) | {"from_overview": request.GET.get("from") == "overview"}
    found = context["connection"]
    if found is None or not (found.is_being_checked or found.resumes_at):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "csp_link/_health.html", context)


@require_POST
def test(request: Request) -> HttpResponse:
    try:
        ask_for_check(request.actor)
    except Refused as refused:
        return _refused(request, refused)
    return _back(request)


@require_safe
@never_cache
def consent(request: Request) -> HttpResponse:
    """To Microsoft. A link and no form, for forms may not end at another host."""
    try:
        flow, address = begin_consent(request.actor, returns_to())
    except Refused as refused:
        return _refused(request, refused)
    except Trouble as trouble:
        return _troubled(request, trouble)
    request.session[PENDING] = {"for": str(request.actor.reseller.public_id), "at": time.time(), "flow": flow}
    return HttpResponseRedirect(address)


@require_safe
@never_cache
def consented(request: Request) -> HttpResponse:
    """Back from Microsoft, with a code or a refusal."""
    request.actor.require(Permission.TENANTS_EDIT)
    try:
        finish_consent(request.actor, _pending(request), request.GET.dict())
    except Refused as refused:
        return _refused(request, refused)
    except Trouble as trouble:
        return _troubled(request, trouble)
    messages.success(request, _("Microsoft has let us in. The connection is being tested."))
    return redirect("csp_link:connection")


def _pending(request: Request) -> dict[str, Any] | None:
    """The sign-in that was begun in this session for this reseller; it can be used once."""
    pending = request.session.pop(PENDING, None) or {}
    is_ours = pending.get("for") == str(request.actor.reseller.public_id)
    is_recent = time.time() - pending.get("at", 0) < PATIENCE
    return pending["flow"] if is_ours and is_recent else None


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Request) -> HttpResponse:
    request.actor.require(Permission.TENANTS_EDIT)
    if request.method != "POST":
        context = {"breadcrumbs": crumbs((_("Connection"), ""), (_("Remove"), ""))}
        return render(request, "csp_link/remove.html", context)
    remove_connection(request.actor)
    messages.success(request, _("The connection was removed, with every secret that belonged to it."))
    return redirect("csp_link:connection")


def _troubled(request: Request, trouble: Trouble) -> HttpResponse:
    words = in_words(trouble.code, trouble.details)
    messages.error(request, f"{words.badge}. {words.sentence} {words.next_step}")
    return redirect("csp_link:connection")


def _refused(request: Request, refused: Refused) -> HttpResponse:
    return render(request, "409.html", {"sentence": refused.sentence}, status=409)


def _back(request: Request) -> HttpResponse:
    """To the page from which the button was pressed."""
    return redirect("csp_link:overview" if request.POST.get("from") == "overview" else "csp_link:connection")
