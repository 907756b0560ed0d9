"""Pages of Auto create and link: the preview, the run, and the grid in which what is missing is filled in."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Request
from accounts.refusals import Refused
from accounts.roles import Permission
from csp_link.access import get_auto_link
from csp_link.auto_linking import BUSY, prepare, start
from csp_link.auto_pages import auto_context
from csp_link.complete_pages import completion_context
from csp_link.completing import Completion, complete
from organizations.access import NoGround
from organizations.forms import GROUPS, GroundForm


@require_POST
def auto_preview(request: Request) -> HttpResponse:
    auto = prepare(request.actor)
    return redirect("csp_link:auto", auto.public_id)


@require_safe
def auto(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_auto_link(request.actor, public_id)
    return render(request, "csp_link/auto.html", auto_context(request.actor, found))


@require_safe
def auto_progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The card that is asked for again while a worker is at it; the whole page is due when that is over."""
    found = get_auto_link(request.actor, public_id)
    if found.state not in BUSY:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "csp_link/_auto.html", auto_context(request.actor, found))


@require_POST
def auto_start(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = get_auto_link(request.actor, public_id, Permission.TENANTS_EDIT)
    form = GroundForm(request.POST, actor=request.actor)
    form.full_clean()
    form.errors.clear()  # what is wrong with the groups is said by who creates in them
    try:
        start(request.actor, found, form.chosen_groups)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    except NoGround as refused:
        form.add_error(GROUPS, refused.problem.sentence())
        return render(request, "csp_link/auto.html", auto_context(request.actor, found, form), status=422)
    return redirect("csp_link:auto", found.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def completion(request: Request) -> HttpResponse:
    request.actor.require(Permission.TENANTS_EDIT)
    form = GroundForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method != "POST":
        return render(request, "csp_link/complete.html", completion_context(request.actor, form))
    form.full_clean()
    form.errors.clear()
    try:
        answer = complete(request.actor, Completion.posted(request.actor, request.POST), form.chosen_groups)
    except NoGround as refused:
        form.add_error(GROUPS, refused.problem.sentence())
        context = completion_context(request.actor, form, Completion.posted(request.actor, request.POST))
        return render(request, "csp_link/complete.html", context, status=422)
    if answer.created:
        told = ngettext(
            "Created and linked %(n)s organization.", "Created and linked %(n)s organizations.", answer.created
        )
        messages.success(request, told % {"n": answer.created})
    if answer.left:
        context = completion_context(request.actor, form, answer)
        return render(request, "csp_link/complete.html", context, status=422)
    if not answer.created:
        messages.info(request, _("There was nothing to create."))
    return redirect("csp_link:tenants")
