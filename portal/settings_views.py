"""Broker › Settings: the reseller's profile, and which columns are mandatory."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.actors import Request
from accounts.factors import without_second_factor
from accounts.roles import Permission
from organizations.fields import FIELDS
from organizations.questions import Question, ask
from portal.proof import for_proved
from portal.reseller_settings import (
    Refused,
    change_mandatory_fields,
    change_profile,
    currency_lock,
    demand_second_factor,
)
from portal.settings_forms import ProfileForm

# The pages of Settings in their order: what each is called, and its view.
PAGES = (
    (gettext_lazy("Profile"), "settings"),
    (gettext_lazy("Mandatory columns"), "mandatory_columns"),
    (gettext_lazy("API keys"), "api_keys"),
    (gettext_lazy("Webhooks"), "webhooks"),
    (gettext_lazy("Security"), "security"),
)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Request) -> HttpResponse:
    request.actor.require(Permission.SETTINGS_EDIT)
    reseller, lock = request.actor.reseller, currency_lock(request.actor)
    if request.method != "POST":
        return _profile_page(request, ProfileForm(reseller=reseller, currency_lock=lock))
    form = ProfileForm(request.POST, reseller=reseller, currency_lock=lock)
    if not form.is_valid():
        return _profile_page(request, form, status=422)
    try:
        change_profile(request.actor, form.changes)
    except Refused as refused:
        form.add_error(refused.field, refused.sentence)
        return _profile_page(request, form, status=422)
    messages.success(request, _("Saved."))
    return redirect("settings")


def _profile_page(request: Request, form: ProfileForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "problems": form.problems if form.is_bound else []}
    return settings_page(request, "settings", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def mandatory_columns(request: Request) -> HttpResponse:
    """Ticks for the seventeen columns; `shown` is what was ticked when the page was made."""
    request.actor.require(Permission.SETTINGS_EDIT)
    if request.method == "POST":
        ticked, shown = set(request.POST.getlist("field")), set(request.POST.getlist("shown"))
        change_mandatory_fields(request.actor, demand=ticked - shown, release=shown - ticked)
        messages.success(request, _("Saved."))
        return redirect("mandatory_columns")
    demanded = request.actor.reseller.mandatory_fields
    columns = [
        {"name": field.name, "heading": field.heading, "fixed": field.mandatory, "ticked": field.name in demanded}
        for field in FIELDS
    ]
    return settings_page(request, "mandatory_columns", {"columns": columns})


@require_http_methods(["GET", "HEAD", "POST"])
@for_proved()
def security(request: Request) -> HttpResponse:
    if request.method == "POST":
        demand_second_factor(request.actor, "demanded" in request.POST)
        messages.success(request, _("Saved."))
        return redirect("security")
    lacking = [str(member.user) for member in without_second_factor(request.actor)]
    context = {"demanded": request.actor.reseller.demands_second_factor, "lacking": lacking}
    return settings_page(request, "security", context)


def settings_page(
    request: Request, view: str, context: dict[str, Any], *, current: str = "", status: int = 200
) -> HttpResponse:
    """A page of Settings: templates/settings/<view>.html with the links to its siblings, below `current` of them."""
    pages = [{"label": label, "url": reverse(name), "current": name == (current or view)} for label, name in PAGES]
    crumbs = _top() + [{"label": page["label"]} for page in pages[1:] if page["current"]]
    frame = {"pages": pages, "breadcrumbs": crumbs, "title": crumbs[-1]["label"]}
    return render(request, f"settings/{view}.html", context | frame, status=status)


def ask_in_settings(
    request: Request, view: str, title: str, effect: str, label: str, back_url: str, kept: tuple[str, str]
) -> HttpResponse:
    """What is asked before something of the page of that name goes for good."""
    called = {name: str(page) for page, name in PAGES}[view]
    trail = [*_top(), {"label": called, "url": reverse(view)}, {"label": label, "url": ""}]
    return ask(request, Question(title, [effect], label, back_url, trail, is_grave=True, kept=[kept]))


def _top() -> list[dict[str, str]]:
    return [{"label": _("Broker"), "url": ""}, {"label": _("Settings"), "url": reverse("settings")}]
