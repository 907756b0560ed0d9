"""Pages that change people and invitations: role, groups, handover, in and out. What is grave or wide asks first."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Request
from accounts.models import Membership
from accounts.refusals import Refused
from accounts.roles import GROUP_BOUND, Permission, Role
from groups.access import get_groups
from groups.assigning import change_groups, end_loan, get_own_groups, hand_over, lend_groups
from organizations.grouping.forms import ToldForm
from organizations.questions import ask, organizations
from people import changes, inviting, questions
from people.access import get_invitation, get_people, get_person
from people.forms import GroupsForm, HandoverForm, RoleForm
from people.sight import count_by_group, seen_by
from people.wording import person_crumbs

View = Callable[..., HttpResponse]
EDIT = Permission.PEOPLE_EDIT
form_page = require_http_methods(["GET", "HEAD", "POST"])


def tell_refusals(view: View) -> View:
    """Answer a Refused with 409 and its sentence."""

    @wraps(view)
    def telling(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return render(request, "409.html", {"sentence": refused.sentence}, status=409)

    return telling


@form_page
@tell_refusals
def role(request: Request, public_id: uuid.UUID) -> HttpResponse:
    person = get_person(request.actor, public_id, EDIT)
    changes.check_changeable(request.actor, person, stays_admin=request.POST.get("role") == Role.RESELLER_ADMIN)
    data = request.POST if request.method == "POST" else None
    form = RoleForm(data, initial={"role": person.role, "was": person.role})
    if not form.is_valid():
        return _form_page(request, person, form, _("Change role"), "people/role.html")
    changes.change_role(request.actor, person, Role(form.cleaned_data["role"]), was=form.cleaned_data["was"])
    return _done(request, person, _("%(name)s is %(role)s now and sees %(seen)s."))


@form_page
@tell_refusals
def groups(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Ticks first, then a question that says what the person will see, then the change."""
    person = get_person(request.actor, public_id, EDIT)
    own = [str(group.public_id) for group in get_own_groups(person)]
    every, counts = list(get_groups(request.actor)), count_by_group(request.actor)
    data = request.POST if request.method == "POST" else None
    form = GroupsForm(data, groups=every, counts=counts, initial={"groups": own, "had": own})
    if not form.is_valid():
        return _form_page(request, person, form, _("Manage groups"), "people/groups.html")
    if not form.added and not form.taken:
        messages.info(request, _("No group was changed."))
        return redirect("people:person", public_id)
    if "confirmed" not in request.POST:
        return ask(request, questions.grouping(person, form.added, form.taken, _kept(request, "groups", "had")))
    change_groups(request.actor, person, add=form.added, remove=form.taken)
    return _done(request, person, _("Saved. %(name)s sees %(seen)s now."))


@form_page
@tell_refusals
def handover(request: Request, public_id: uuid.UUID) -> HttpResponse:
    person = get_person(request.actor, public_id, EDIT)
    own = get_own_groups(person)
    others = get_people(request.actor).filter(is_active=True, user__is_active=True).exclude(pk=person.pk)
    people = list(others.order_by("user__name", "user__email"))
    data = request.POST if request.method == "POST" else None
    form = HandoverForm(data, groups=own, people=people, today=person.reseller.today())
    if not form.is_valid():
        return _form_page(request, person, form, _("Hand over or lend groups"), "people/handover.html")
    to, chosen, until = form.chosen_person, form.chosen_groups, form.until_day
    if "confirmed" not in request.POST:
        kept = _kept(request, "groups", "to", "how", "until")
        return ask(request, questions.handing_over(person, to, chosen, until, kept))
    if until is None:
        hand_over(request.actor, person, to, chosen)
    else:
        lend_groups(request.actor, person, to, chosen, until=until)
    return _done(request, person, _("Done. %(other)s sees %(others_seen)s now."), other=to)


@require_POST
@tell_refusals
def end_loan_now(request: Request, lender_id: uuid.UUID, borrower_id: uuid.UUID) -> HttpResponse:
    lender = get_person(request.actor, lender_id, EDIT)
    borrower = get_person(request.actor, borrower_id, EDIT)
    end_loan(request.actor, lender, borrower)
    return _done(request, lender, _("The loan has ended. %(other)s sees %(others_seen)s now."), other=borrower)


@form_page
@tell_refusals
def deactivate(request: Request, public_id: uuid.UUID) -> HttpResponse:
    person = get_person(request.actor, public_id, EDIT)
    changes.check_changeable(request.actor, person)
    if request.method != "POST":
        return ask(request, questions.deactivating(request.actor, person))
    changes.deactivate_person(request.actor, person)
    return _done(request, person, _("Deactivated %(name)s."))


@form_page
@tell_refusals
def reactivate(request: Request, public_id: uuid.UUID) -> HttpResponse:
    person = get_person(request.actor, public_id, EDIT)
    if request.method != "POST":
        return ask(request, questions.reactivating(person))
    changes.reactivate_person(request.actor, person)
    return _done(request, person, _("Reactivated %(name)s, who sees %(seen)s."))


@form_page
@tell_refusals
def remove(request: Request, public_id: uuid.UUID) -> HttpResponse:
    person = get_person(request.actor, public_id, EDIT)
    changes.check_changeable(request.actor, person)
    if request.method != "POST":
        return ask(request, questions.removing(request.actor, person))
    changes.remove_person(request.actor, person)
    sentence = _("Removed %(name)s. Under the state Removed their personal data can be erased.")
    messages.success(request, sentence % {"name": person.user})
    return redirect("people:list")


@form_page
@tell_refusals
def send_again(request: Request, public_id: uuid.UUID) -> HttpResponse:
    invitation = get_invitation(request.actor, public_id, EDIT)
    if request.method != "POST":
        return ask(request, questions.sending_again(invitation))
    inviting.send_again(request.actor, invitation)
    messages.success(request, _("The mail to %(email)s is on its way.") % {"email": invitation.email})
    return redirect("people:invitation", public_id)


@form_page
@tell_refusals
def withdraw(request: Request, public_id: uuid.UUID) -> HttpResponse:
    invitation = get_invitation(request.actor, public_id, EDIT)
    if request.method != "POST":
        return ask(request, questions.withdrawing(invitation))
    inviting.withdraw(request.actor, invitation)
    messages.success(request, _("Withdrew the invitation of %(name)s.") % {"name": invitation})
    return redirect("people:list")


def _kept(request: Request, *names: str) -> list[tuple[str, str]]:
    """The posted values that come back with the answer to the question."""
    posted = cast(QueryDict, request.POST)
    return [(name, value) for name in names for value in posted.getlist(name)]


def _form_page(request: Request, person: Membership, form: ToldForm, title: str, template: str) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "member": {"name": str(person.user), "sees_all": person.role not in GROUP_BOUND},
        "back_url": person_crumbs(person)[-1]["url"],
        "breadcrumbs": person_crumbs(person, title),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def _done(request: Request, person: Membership, sentence: str, *, other: Membership | None = None) -> HttpResponse:
    """Back to the person's page with what they (and somebody else) see now."""
    person.refresh_from_db()
    words = {
        "name": person.user,
        "role": person.get_role_display(),
        "seen": organizations(seen_by(person).count()),
        "other": other.user if other else "",
        "others_seen": organizations(seen_by(other).count()) if other else "",
    }
    messages.success(request, sentence % words)
    return redirect("people:person", person.user.public_id)
