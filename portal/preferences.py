"""In which language and by which clocks somebody reads: a person's own choice, and a browser's before signing in."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.addresses import own_path
from accounts.languages import SPOKEN
from accounts.models import User
from organizations.forms import problems_of
from portal.settings_forms import time_zones, with_current


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        help_text=gettext_lazy("Pages and mails to you are written in it, and dates and numbers as it writes them."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("Times on pages are those of its clocks."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: User) -> None:
        super().__init__(data, initial={name: getattr(person, name) for name in self.base_fields})
        for name, choices in (
            ("language", [("", _("As my browser asks for")), *settings.LANGUAGES]),
            ("time_zone", [("", _("That of the reseller")), *time_zones()]),
        ):
            self.fields[name].choices = with_current(choices, self.initial[name])  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Open to whoever is signed in, also where nobody employs them."""
    person = cast(User, request.user)
    form = PreferencesForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        User.objects.filter(pk=person.pk).update(**form.cleaned_data)
        with translation.override(form.cleaned_data["language"] or translation.get_language()):
            messages.success(request, _("Saved."))
        return redirect("preferences")
    problems = problems_of(form) if form.is_bound else []
    context = {"form": form, "problems": problems, "breadcrumbs": [{"label": _("Language and time")}]}
    return render(request, "portal/preferences.html", context, status=422 if problems else 200)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """From the page of signing in: keep it with the browser, for nobody is known yet."""
    wanted = request.POST.get("language", "")
    answer = redirect(own_path(request.POST.get("next", ""), "home"))
    if wanted in SPOKEN:
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return answer
