"""Pages of the grid: rows to fill in, and what a grid has created."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor, Request
from accounts.roles import Permission
from organizations.access import NoGround, get_created_together
from organizations.forms import GROUPS
from organizations.grid import Answer, Grid, create_from_grid
from organizations.grid_page import GridForm, draft_key, grid_context, problems_of
from organizations.listing import created_context
from organizations.problems import Problem
from organizations.views import crumbs

MOST_WARNINGS = 10


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: Request) -> HttpResponse:
    request.actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    if request.method != "POST":
        return _grid_page(request)
    form, sent = GridForm(request.POST, actor=request.actor), Grid.posted(request.POST)
    form.full_clean()
    form.errors.clear()  # the form only carries choices: what is wrong with them is the intake's to say
    if "generate" in request.POST:
        return _grid_page(request, form, sent.grown(form.rows_to_add))
    if sent.problem:
        return _refused(request, form, sent, sent.problem)
    return _create(request, form, sent)


def _create(request: Request, form: GridForm, sent: Grid) -> HttpResponse:
    try:
        answer = create_from_grid(request.actor, sent, form.chosen_groups)
    except NoGround as refused:
        return _no_ground(request, form, sent, refused.problem)
    if not answer.is_done:
        return _grid_page(request, form, sent, answer, problems_of(answer), status=422)
    _tell(request, answer)
    return redirect("organizations:created_together", answer.batch_id)


def _no_ground(request: Request, form: GridForm, sent: Grid, problem: Problem) -> HttpResponse:
    if form.groups_field is None:
        return _refused(request, form, sent, problem)
    form.add_error(GROUPS, problem.sentence())
    told = {"id": form.groups_field.id_for_label, "label": "", "sentence": problem.sentence()}
    return _grid_page(request, form, sent, problems=[told], status=422)


def _refused(request: Request, form: GridForm, sent: Grid, problem: Problem) -> HttpResponse:
    """Nothing of the grid was created, and all of it is still there."""
    told = {"id": "grid", "label": "", "sentence": problem.sentence()}
    return _grid_page(request, form, sent, problems=[told], status=422)


def _grid_page(
    request: Request,
    form: GridForm | None = None,
    sent: Grid | None = None,
    answer: Answer | None = None,
    problems: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    multiple = (_("Create Multiple Organizations"), reverse("imports:create_multiple"))
    context = {
        "grid": grid_context(request.actor, grid=sent, form=form, answer=answer),
        "problems": problems or [],
        "breadcrumbs": crumbs(multiple, (_("Fill In Rows"), "")),
    }
    return render(request, "organizations/grid.html", context, status=status)


def _tell(request: Request, answer: Answer) -> None:
    count = len(answer.created)
    messages.success(
        request, ngettext("Created %(n)s organization.", "Created %(n)s organizations.", count) % {"n": count}
    )
    warnings = [f"{made.name}: {problem.sentence()}" for made in answer.created for problem in made.warnings]
    for sentence in warnings[:MOST_WARNINGS]:
        messages.warning(request, sentence)
    if len(warnings) > MOST_WARNINGS:
        rest = {"count": len(warnings) - MOST_WARNINGS}
        messages.warning(request, _("There are %(count)s more such notes, which stop nothing.") % rest)


@require_safe
def created_together(request: Request, batch_id: uuid.UUID) -> HttpResponse:
    found = get_created_together(request.actor, batch_id)
    multiple = (_("Create Multiple Organizations"), reverse("imports:create_multiple"))
    context = created_context(request.actor, found, request.GET) | {
        "draft": draft_key(request.actor),
        "may_create": _may_create(request.actor),
        "undo_url": reverse("imports:undo", args=[batch_id]) if _may_create(request.actor) else "",
        "breadcrumbs": crumbs(multiple, (_("Created Organizations"), "")),
    }
    return render(request, "organizations/created_together.html", context)


def _may_create(actor: Actor) -> bool:
    return actor.can(Permission.ORGANIZATIONS_CREATE_MANY)
