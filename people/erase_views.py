"""The page that erases the personal data of somebody who was removed."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Request
from people.access import get_removed_person
from people.change_views import EDIT, form_page, tell_refusals
from people.erasing import erase_person
from people.wording import crumbs


@form_page
@tell_refusals
def erase(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Asks for the person's name to be typed; there is no way back."""
    person = get_removed_person(request.actor, public_id, EDIT)
    name, typed = str(person.user), request.POST.get("name", "")
    if request.method == "POST" and typed.strip() == name:
        erase_person(request.actor, person)
        messages.success(request, _("Erased. Only ids, dates and kinds of events are left."))
        return redirect("people:list")
    wrong = _("This is not the name. Type “%(name)s” exactly.") % {"name": name} if request.method == "POST" else ""
    removed = f"{reverse('people:list')}?state=removed"
    context = {
        "member": {"name": name, "email": person.user.email, "removed_at": person.removed_at},
        "typed": typed,
        "back_url": removed,
        "problems": [{"id": "name", "label": "", "sentence": wrong}] if wrong else [],
        "breadcrumbs": crumbs((_("Removed"), removed), (_("Erase personal data"), "")),
    }
    return render(request, "people/erase.html", context, status=422 if wrong else 200)
