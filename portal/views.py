"""Pages that belong to no single part: the start, the choice of reseller and theme, help."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Request
from accounts.addresses import own_path
from accounts.ids import uuid_of
from accounts.models import Membership, Theme, User
from accounts.roles import GROUP_BOUND, LEVELS, TABLE, Role
from groups.middleware import SESSION_KEY
from organizations.fields import FIELDS
from organizations.xml_file import xml_file
from portal.guide import CONTENTS, read_page


@require_safe
def home(request: Request) -> HttpResponse:
    return redirect("organizations:list")


@require_POST
def switch_reseller(request: HttpRequest) -> HttpResponse:
    """Work for another of one's resellers; somebody else's does not exist."""
    mine = Membership.objects.filter(user=cast(User, request.user), is_active=True)
    found = get_object_or_404(
        mine.select_related("reseller"), reseller__public_id=uuid_of(request.POST.get("reseller", ""))
    )
    request.session[SESSION_KEY] = str(found.reseller.public_id)
    return redirect("home")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the person's theme on the server, so that no page flashes in the wrong one."""
    chosen = request.POST.get("theme", "")
    if chosen in Theme.values:
        User.objects.filter(pk=cast(User, request.user).pk).update(theme=chosen)
    return redirect(own_path(request.POST.get("next", ""), "home"))


@require_safe
def help_page(request: Request) -> HttpResponse:
    """The contents of the guide, and the field reference, printed from the code that applies it."""
    context = {"guide": read_page(CONTENTS), "fields": FIELDS, "xml_example": _xml_example()}
    return render(request, "portal/help.html", context | {"breadcrumbs": [{"label": _("Help")}]})


def _xml_example() -> str:
    """One organization with what every one must have."""
    shown = [field for field in FIELDS if field.mandatory]
    return b"".join(xml_file([field.name for field in shown], [[field.example for field in shown]])).decode()


@require_safe
def roles_page(request: Request) -> HttpResponse:
    """What each role may do, printed from the table that decides it."""
    table = [
        {
            "label": line.label,
            "cells": [
                {"role": role.label, "word": LEVELS[level], "is_no": level not in "EV"}
                for role, level in zip(Role, line.levels, strict=True)
            ],
        }
        for line in TABLE
    ]
    crumbs = [{"label": _("Help"), "url": reverse("help")}, {"label": _("Roles")}]
    roles = [{"label": role.label, "is_bound": role in GROUP_BOUND} for role in Role]
    context = {"roles": roles, "table": table, "mine": request.actor.role.label, "breadcrumbs": crumbs}
    return render(request, "portal/roles.html", context)
