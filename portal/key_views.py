"""Broker › Settings › API keys: made and shown once, rolled, revoked; for who has just proved to be who they are."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Request
from accounts.models import ApiKey
from accounts.refusals import Refused
from accounts.scopes import Scope
from api.keys import get_key, get_keys, is_alive, make_key, revoke_key, roll_key
from groups.access import get_groups
from portal.key_forms import KeyForm
from portal.overlaps import chosen_overlap, overlap_choices
from portal.proof import for_proved
from portal.settings_views import ask_in_settings, settings_page


@require_safe
@for_proved()
def api_keys(request: Request) -> HttpResponse:
    groups = {group.pk: group.name for group in get_groups(request.actor)}
    rows = [_row(key, groups) for key in get_keys(request.actor)]
    left = sum(1 for row in rows if row["has_left"])
    words = ngettext(
        "Whoever made %(n)s of these keys no longer works here. It lives on: roll or revoke it if that person may "
        "know it.",
        "Whoever made %(n)s of these keys no longer works here. They live on: roll or revoke those that such a person "
        "may know.",
        left,
    )
    return settings_page(request, "api_keys", {"rows": rows, "warning": words % {"n": left} if left else ""})


@require_http_methods(["GET", "HEAD", "POST"])
@for_proved()
def new_api_key(request: Request) -> HttpResponse:
    groups = list(get_groups(request.actor))
    if request.method != "POST":
        return _form_page(request, KeyForm(groups=groups, initial={"scopes": [Scope.ORGANIZATIONS_READ]}))
    form = KeyForm(request.POST, groups=groups)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        key, secret = make_key(request.actor, form.wanted)
    except Refused as refused:
        form.add_error("role", refused.sentence)
        return _form_page(request, form, status=422)
    return _secret_page(request, key, secret)


@require_http_methods(["GET", "HEAD", "POST"])
@for_proved(get_key)
def api_key(request: Request, key: ApiKey) -> HttpResponse:
    """The page of one key; posting `overlap` (seconds) rolls it, `revoke` asks, and `confirmed` ends it."""
    if request.method != "POST":
        return _key_page(request, key)
    if "revoke" in request.POST and "confirmed" not in request.POST:
        return _ask_revoking(request, key)
    if "revoke" in request.POST:
        revoke_key(request.actor, key)
        messages.success(request, _("The key %(name)s is revoked.") % {"name": key.name})
        return redirect("api_keys")
    overlap = chosen_overlap(request)
    if overlap is None:
        return _key_page(request, key, _("Choose when the old key shall end."))
    try:
        secret = roll_key(request.actor, key, overlap)
    except Refused as refused:
        return _key_page(request, key, refused.sentence)
    return _secret_page(request, get_key(request.actor, key.public_id), secret)


def _ask_revoking(request: Request, key: ApiKey) -> HttpResponse:
    told = {"name": key.name}
    title = _("Revoke the key %(name)s?") % told
    effect = _("Every program that uses %(name)s is refused from its next request on. This can't be undone.") % told
    url = reverse("api_key", args=[key.public_id])
    return ask_in_settings(request, "api_keys", title, effect, _("Revoke the key"), url, ("revoke", "yes"))


def _form_page(request: Request, form: KeyForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "problems": form.problems if form.is_bound else []}
    return settings_page(request, "new_api_key", context, current="api_keys", status=status)


def _key_page(request: Request, key: ApiKey, refusal: str = "") -> HttpResponse:
    groups = {group.pk: group.name for group in get_groups(request.actor)}
    context = {
        "key": _row(key, groups),
        "overlaps": overlap_choices(),
        "problems": [{"id": "overlap", "sentence": refusal}] if refusal else [],
    }
    return settings_page(request, "api_key", context, current="api_keys", status=422 if refusal else 200)


def _secret_page(request: Request, key: ApiKey, secret: str) -> HttpResponse:
    """Never stored and never sent again: the browser is told to keep no copy."""
    answer = settings_page(request, "api_key_secret", {"name": key.name, "secret": secret}, current="api_keys")
    answer["Cache-Control"] = "no-store"
    return answer


def _row(key: ApiKey, groups: dict[int, str]) -> dict[str, Any]:
    state, tone = _state(key)
    return {
        "url": reverse("api_key", args=[key.public_id]),
        "name": key.name,
        "shown": key.shown,
        "role": key.get_role_display(),
        "scopes": [Scope(scope).label for scope in key.scopes],
        "groups": None if key.group_ids is None else [groups[pk] for pk in key.group_ids if pk in groups],
        "made_by": str(key.made_by.user),
        "has_left": is_alive(key) and not (key.made_by.is_active and key.made_by.user.is_active),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "old_until": key.old_until if key.old_until and key.old_until > key.created_at else None,
        "state": state,
        "tone": tone,
        "is_alive": is_alive(key),
    }


def _state(key: ApiKey) -> tuple[str, str]:
    if key.revoked_at is not None:
        return _("Revoked"), ""
    return (_("Works"), "ok") if is_alive(key) else (_("Expired"), "")
