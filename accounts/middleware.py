"""Signing in is the default: every view asks for it unless it is marked otherwise, and for a second step on demand."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import middleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.factors import has_proved_enough
from accounts.languages import asked_for


def is_for_programs(path: str) -> bool:
    """Whether an address is the API's; its page of documents is for people."""
    return path.startswith("/api/") and path != "/api/v1/docs"


class LanguageMiddleware:
    """The browser's language, until it is known who is here; programs are answered in English."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_for_programs(request.path):
            return self.get_response(request)
        with translation.override(asked_for(request) or settings.LANGUAGE_CODE):
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, but the API answers for itself: a program wants 401, not a redirect to a form."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if is_for_programs(request.path):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Whoever had sent a form learns that it was not saved, and comes back to the page that it is on."""
        if request.method != "POST" or "text/html" not in request.headers.get("Accept", ""):
            return super().handle_no_permission(request, view_func)
        messages.warning(request, _("You were not signed in any more, so what you sent was not saved."))
        page = urlsplit(request.headers.get("Referer", ""))
        is_ours = page.netloc == request.get_host()
        back = urlunsplit(("", "", page.path, page.query, "")) if is_ours else request.get_full_path()
        return redirect_to_login(back, self.get_login_url(view_func), self.get_redirect_field_name(view_func))


class SecondFactorMiddleware:
    """Where the reseller demands a second factor, nobody gets further than to the page that sets one up."""

    # Setting it up, leaving, and what works without a reseller.
    OPEN = ("/accounts/", "/theme/", "/language/", "/resellers/", "/static/", "/operator/", "/invitations/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor = getattr(request, "actor", None)
        if actor is None or not actor.reseller.demands_second_factor or request.path.startswith(self.OPEN):
            return self.get_response(request)
        if has_proved_enough(request):
            return self.get_response(request)
        sentence = _("%(reseller)s asks for a second step when signing in. Set one up to go on.")
        messages.info(request, sentence % {"reseller": actor.reseller})
        return redirect("mfa_index")
