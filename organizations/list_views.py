"""Pages about how the list of organizations looks: its saved views, and which columns it has in which order."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor, Request
from accounts.ids import uuid_of
from accounts.refusals import Refused
from accounts.roles import Permission
from organizations.columns import COLUMNS, USUAL, known_columns
from organizations.forms import problems_of
from organizations.listing import Asked, asked_of_view, chips, columns_of
from organizations.models import SavedView
from organizations.questions import Question, ask
from organizations.saved_views import (
    LONGEST_NAME,
    choose_columns,
    choose_default,
    choose_density,
    delete_view,
    get_choice,
    get_own,
    get_view,
    get_views,
    may_change,
    may_share,
    rename_view,
    save_view,
    update_view,
    view_named,
)
from organizations.views import crumbs

COMPACT: Final = "compact"


class ViewForm(forms.Form):
    """The name of a view, for whom it is, and whether one's list begins with it."""

    name = forms.CharField(
        label=gettext_lazy("Name"), strip=False, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share it with everybody here"),
        help_text=gettext_lazy("Each person sees in it only what they may see anyway."),
        required=False,
    )
    is_default = forms.BooleanField(label=gettext_lazy("Begin my list with it"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.is_required = self.fields["name"].required = True
        self.fields["name"].widget.attrs["maxlength"] = LONGEST_NAME
        if not may_share(actor):
            del self.fields["is_shared"]

    @property
    def is_ticked(self) -> dict[str, bool]:
        """The ticks as they were posted, also where the name was wrong."""
        return {name: name in self.fields and name in self.data for name in ("is_shared", "is_default")}


@require_http_methods(["GET", "HEAD", "POST"])
def views(request: Request) -> HttpResponse:
    """All views; posted, the one with which one's list begins."""
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    if request.method == "POST":
        chosen = uuid_of(request.POST.get("view", ""))
        choose_default(request.actor, get_view(request.actor, chosen) if chosen else None)
        messages.success(request, _("Saved."))
        return redirect("organizations:views")
    default = get_choice(request.actor).default_view
    context = {
        "views": [_row(request.actor, view, default) for view in get_views(request.actor)],
        "breadcrumbs": crumbs((_("Saved views"), "")),
    }
    return render(request, "organizations/saved_views.html", context)


def _row(actor: Actor, view: SavedView, default: uuid.UUID | None) -> dict[str, Any]:
    may = may_change(actor, view)
    return {
        "id": str(view.public_id),
        "name": view.name,
        "url": f"{reverse('organizations:list')}?view={view.public_id}",
        "is_shared": view.is_shared,
        "is_default": view.public_id == default,
        "edit_url": reverse("organizations:edit_view", args=[view.public_id]) if may else "",
        "delete_url": reverse("organizations:delete_view", args=[view.public_id]) if may else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def new_view(request: Request) -> HttpResponse:
    """Keep the list whose address comes along; nothing else of it is posted."""
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    asked = Asked.of(request.actor, request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return _form_page(request, ViewForm(actor=request.actor), asked)
    form = ViewForm(request.POST, actor=request.actor)
    columns = columns_of(asked, get_own(request.actor))
    try:
        ticked = form.is_ticked
        view = save_view(request.actor, request.POST.get("name", ""), asked.kept, columns, shared=ticked["is_shared"])
    except ValidationError as wrong:
        return _form_page(request, _told(form, wrong), asked, status=422)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    if ticked["is_default"]:
        choose_default(request.actor, view)
    messages.success(request, _("Saved the view %(name)s.") % {"name": view.name})
    return _to_view(view)


def _told(form: ViewForm, wrong: ValidationError) -> ViewForm:
    form.full_clean()
    form.errors.clear()  # the form only carries texts: what is wrong with them is the verb's to say
    form.add_error(None, wrong)
    return form


def _form_page(
    request: Request, form: ViewForm, asked: Asked, view: SavedView | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "problems": problems_of(form) if form.is_bound else [],
        "view": view,
        "kept": {name: value for name, value in asked.parts.items() if value} if view is None else {},
        "chips": [chip["label"] for chip in chips(request.actor, asked)],
        "back_url": reverse("organizations:views") if view else reverse("organizations:list") + asked.url(),
        "breadcrumbs": crumbs(
            (_("Saved views"), reverse("organizations:views")), (view.name if view else _("Save this list"), "")
        ),
    }
    return render(request, "organizations/saved_view.html", context, status=status)


def _to_view(view: SavedView) -> HttpResponse:
    return redirect(f"{reverse('organizations:list')}?view={view.public_id}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit_view(request: Request, public_id: uuid.UUID) -> HttpResponse:
    view = get_view(request.actor, public_id, to_change=True)
    default = get_choice(request.actor).default_view
    asked = asked_of_view(request.actor, view)
    if request.method != "POST":
        now = {"name": view.name, "is_shared": view.is_shared, "is_default": view.public_id == default}
        return _form_page(request, ViewForm(initial=now, actor=request.actor), asked, view)
    form = ViewForm(request.POST, actor=request.actor)
    try:
        rename_view(request.actor, view, request.POST.get("name", ""), shared=form.is_ticked["is_shared"])
    except ValidationError as wrong:
        return _form_page(request, _told(form, wrong), asked, view, status=422)
    if form.is_ticked["is_default"] != (view.public_id == default):
        choose_default(request.actor, view if form.is_ticked["is_default"] else None)
    messages.success(request, _("Saved."))
    return redirect("organizations:views")


@require_POST
def update(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Let the view ask for what the list on the page does."""
    view = get_view(request.actor, public_id, to_change=True)
    asked = Asked.of(request.actor, request.POST)
    update_view(request.actor, view, asked.kept, asked.columns or view.columns)
    messages.success(request, _("Saved the view %(name)s.") % {"name": view.name})
    return _to_view(view)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Request, public_id: uuid.UUID) -> HttpResponse:
    view = get_view(request.actor, public_id, to_change=True)
    if request.method == "POST":
        delete_view(request.actor, view)
        messages.success(request, _("Deleted the view %(name)s.") % {"name": view.name})
        return redirect("organizations:views")
    effects = [_("No organization is touched.")]
    if view.is_shared:
        effects.append(_("Nobody here finds the view any more."))
    title, back = _("Delete the view %(name)s?") % {"name": view.name}, reverse("organizations:views")
    path = crumbs((_("Saved views"), back), (view.name, ""))
    return ask(request, Question(title, effects, _("Delete"), back, path, is_grave=True))


# Columns


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: Request) -> HttpResponse:
    """Ticks, an order and how high rows are. Moving a column only draws the page anew; saving keeps them."""
    request.actor.require(Permission.ORGANIZATIONS_SEE)
    if request.method != "POST":
        asked = Asked.of(request.actor, request.GET)
        shown = columns_of(asked, get_own(request.actor))
        return _columns_page(request, asked, [*shown, *(name for name in COLUMNS if name not in shown)], set(shown))
    asked = Asked.of(request.actor, request.POST)
    order = [*known_columns(request.POST.getlist("order")), *COLUMNS]
    order, shown_now = list(dict.fromkeys(order)), set(request.POST.getlist("show"))
    if moved := request.POST.get("up") or request.POST.get("down") or "":
        _move(order, moved, -1 if "up" in request.POST else 1)
        return _columns_page(request, asked, order, shown_now, moved)
    if "usual" in request.POST:
        return _columns_page(request, asked, list(dict.fromkeys([*USUAL, *COLUMNS])), set(USUAL))
    return _keep_columns(request, asked, [name for name in order if name in shown_now])


def _move(order: list[str], name: str, by: int) -> None:
    if name in order and 0 <= (place := order.index(name) + by) < len(order):
        order.remove(name)
        order.insert(place, name)


def _keep_columns(request: Request, asked: Asked, chosen: Sequence[str]) -> HttpResponse:
    """In a view they are a change of the list that can be saved there; elsewhere they are the person's own."""
    address = reverse("organizations:list")
    if not chosen:
        messages.error(request, _("Tick at least one column."))
        return redirect(reverse("organizations:columns") + asked.url())
    if "density" in request.POST:
        choose_density(request.actor, is_compact=request.POST["density"] == COMPACT)
    if view_named(get_views(request.actor), asked.view):
        return redirect(address + asked.url(columns=",".join(chosen)))
    choose_columns(request.actor, chosen)
    messages.success(request, _("Your list has these columns from now on."))
    return redirect(address + asked.url(columns=""))


def _columns_page(
    request: Request, asked: Asked, order: Sequence[str], shown: set[str], moved: str = ""
) -> HttpResponse:
    posted = request.POST.get("density", "")
    is_compact = posted == COMPACT if posted else get_choice(request.actor).is_compact
    context = {
        "is_compact": is_compact,
        "columns": [
            {
                "name": name,
                "label": COLUMNS[name].label,
                "shown": name in shown,
                "is_first": place == 0,
                "is_last": place == len(order) - 1,
                "moved": name == moved,
            }
            for place, name in enumerate(order)
        ],
        "kept": {name: value for name, value in asked.parts.items() if value and name != "columns"},
        "back_url": reverse("organizations:list") + asked.url(),
        "breadcrumbs": crumbs((_("Columns"), "")),
    }
    return render(request, "organizations/columns.html", context)
