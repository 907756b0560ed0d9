"""Broker › Settings › Webhooks: made, changed, tried out, followed; for who has just proved to be who they are."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Request
from accounts.refusals import Refused
from portal.overlaps import chosen_overlap, overlap_choices
from portal.proof import for_proved
from portal.settings_views import ask_in_settings, settings_page
from portal.webhook_forms import WebhookForm
from portal.webhook_pages import endpoint_in_words, facts_of, log_of
from webhooks.endpoints import (
    change_endpoint,
    get_deliveries,
    get_endpoint,
    get_endpoints,
    make_endpoint,
    remove_endpoint,
    roll_secret,
    send_again,
    send_test,
    switch_off,
    switch_on,
)
from webhooks.models import Endpoint, State


@require_safe
@for_proved()
def webhooks(request: Request) -> HttpResponse:
    rows = [endpoint_in_words(endpoint) for endpoint in get_endpoints(request.actor)]
    return settings_page(request, "webhooks", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@for_proved()
def new_webhook(request: Request) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, WebhookForm.empty())
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        endpoint, secret = make_endpoint(request.actor, form.wanted)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _form_page(request, form, status=422)
    return _secret_page(request, endpoint, secret)


@require_http_methods(["GET", "HEAD", "POST"])
@for_proved(get_endpoint)
def edit_webhook(request: Request, endpoint: Endpoint) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, WebhookForm.showing(endpoint), endpoint)
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, endpoint, status=422)
    change_endpoint(request.actor, endpoint, form.wanted)
    messages.success(request, _("Saved."))
    return redirect("webhook", endpoint.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_proved(get_endpoint)
def webhook(request: Request, endpoint: Endpoint) -> HttpResponse:
    """The page of one; posting `overlap` (seconds) rolls its secret, `on` and `off` do what they say.

    `remove` asks, and does it once it comes with `confirmed`.
    """
    if request.method != "POST":
        return _page(request, endpoint)
    if "remove" in request.POST and "confirmed" not in request.POST:
        return _ask_removing(request, endpoint)
    if "remove" in request.POST:
        remove_endpoint(request.actor, endpoint)
        messages.success(request, _("The webhook %(name)s is removed.") % {"name": endpoint.name})
        return redirect("webhooks")
    if "on" in request.POST or "off" in request.POST:
        (switch_on if "on" in request.POST else switch_off)(request.actor, endpoint)
        return redirect("webhook", endpoint.public_id)
    overlap = chosen_overlap(request)
    if overlap is None:
        problem = {"id": "overlap", "sentence": _("Choose when the old secret shall end.")}
        return _page(request, endpoint, [problem], status=422)
    return _secret_page(request, endpoint, roll_secret(request.actor, endpoint, overlap))


def _ask_removing(request: Request, endpoint: Endpoint) -> HttpResponse:
    title = _("Remove the webhook %(name)s?") % {"name": endpoint.name}
    effect = _("Removing it deletes its secret and its log, and can't be undone.")
    url = reverse("webhook", args=[endpoint.public_id])
    return ask_in_settings(request, "webhooks", title, effect, _("Remove the webhook"), url, ("remove", "yes"))


@require_POST
@for_proved(get_endpoint)
def test_webhook(request: Request, endpoint: Endpoint) -> HttpResponse:
    try:
        send_test(request.actor, endpoint)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    return redirect("webhook", endpoint.public_id)


@require_POST
@for_proved(get_endpoint)
def replay_webhook(request: Request, endpoint: Endpoint) -> HttpResponse:
    """Send one `delivery` once more, or every one that has failed."""
    everything = get_deliveries(request.actor, endpoint)
    try:
        wanted = uuid.UUID(request.POST["delivery"]) if "delivery" in request.POST else None
        chosen = everything.filter(public_id=wanted) if wanted else everything.filter(state=State.FAILED)
        count = send_again(request.actor, endpoint, chosen)
    except ValueError:
        count = 0
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    told = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", count) % {"n": count}
    messages.info(request, told if count else _("There was nothing to send again."))
    return redirect("webhook", endpoint.public_id)


def _page(
    request: Request, endpoint: Endpoint, problems: list[dict[str, str]] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "webhook": endpoint_in_words(endpoint),
        "facts": facts_of(endpoint),
        "public_id": endpoint.public_id,
        "overlaps": overlap_choices(),
        "problems": problems or [],
    }
    context |= log_of(request.actor, endpoint, request.GET)
    return settings_page(request, "webhook", context, current="webhooks", status=status)


def _form_page(
    request: Request, form: WebhookForm, endpoint: Endpoint | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "problems": form.problems if form.is_bound else []}
    context |= {"webhook": endpoint_in_words(endpoint)} if endpoint else {}
    return settings_page(request, "webhook_form", context, current="webhooks", status=status)


def _secret_page(request: Request, endpoint: Endpoint, secret: str) -> HttpResponse:
    """Kept sealed and never shown again: the browser is told to keep no copy."""
    context = {"webhook": endpoint_in_words(endpoint), "secret": secret}
    answer = settings_page(request, "webhook_secret", context, current="webhooks")
    answer["Cache-Control"] = "no-store"
    return answer
