"""Behind the link of an invitation: whoever holds it joins the reseller, as somebody new or as who they are."""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.refusals import Refused
from groups.middleware import SESSION_KEY
from people.accepting import Offer, accept_as, accept_as_new, get_offer, get_user_of
from people.forms import JoinForm
from people.models import Link


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, reseller_id: uuid.UUID, token: str) -> HttpResponse:
    """Looking at it changes nothing: mail programs follow links before people do."""
    offer = get_offer(reseller_id, token)
    if offer is None or offer.link != Link.WORKS:
        status = 404 if offer is None else 410
        return render(request, "people/join_over.html", {"offer": offer}, status=status)
    try:
        if request.user.is_authenticated:
            return _as_who_they_are(request, offer, reseller_id, token)
        return _as_somebody_new(request, offer, reseller_id, token)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)


def _as_who_they_are(request: HttpRequest, offer: Offer, reseller_id: uuid.UUID, token: str) -> HttpResponse:
    user = cast(User, request.user)
    if request.method != "POST":
        context = {"offer": offer, "signed_in_as": user.email, "fits": user.email.lower() == offer.email}
        return render(request, "people/join_signed_in.html", context)
    accept_as(user, reseller_id, token)
    request.session[SESSION_KEY] = str(reseller_id)
    messages.success(request, _("You work for %(reseller)s now.") % {"reseller": offer.reseller})
    return redirect("home")


def _as_somebody_new(request: HttpRequest, offer: Offer, reseller_id: uuid.UUID, token: str) -> HttpResponse:
    if get_user_of(offer) is not None:
        if request.method == "POST":
            return redirect_to_login(request.path)
        return render(request, "people/join_known.html", {"offer": offer})
    data = request.POST if request.method == "POST" else None
    form = JoinForm(data, email=offer.email, initial={"name": offer.name})
    if not form.is_valid():
        context = {"offer": offer, "form": form, "problems": form.problems if form.is_bound else []}
        return render(request, "people/join.html", context, status=422 if form.is_bound else 200)
    accept_as_new(reseller_id, token, name=form.cleaned_data["name"], password=form.cleaned_data["password"])
    messages.success(request, _("Your password is set. Sign in with it."))
    return redirect("account_login")
