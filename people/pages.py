"""What the pages of people show, as plain values."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import GROUP_BOUND, LEVELS, Permission, Role, levels_of
from events.log import get_timeline
from groups.access import get_groups_by_public_id
from groups.assigning import get_loans
from groups.models import Assignment
from organizations.models import Organization
from organizations.pages import grouped
from organizations.questions import organizations
from people.csv_file import BETWEEN_GROUPS, HEADINGS, MANDATORY, MOST_PEOPLE
from people.inviting import Checked
from people.listing import STATES, state_of
from people.models import Invitation
from people.sight import Held, count_by_group, get_held, get_viewers, seen_by
from people.wording import (
    crumbs,
    invitation_actions,
    person_actions,
    person_crumbs,
    timeline_of,
    told,
)

MOST_VIEWERS: Final = 500


def person_context(actor: Actor, person: Membership) -> dict[str, Any]:
    """Facts, what the person sees and by which right, loans in both directions, and what happened."""
    is_active = person.is_active and person.user.is_active
    return {
        "member": {
            "name": str(person.user),
            "email": person.user.email,
            "is_me": person.pk == actor.membership.pk,
            "is_active": is_active,
        },
        "facts": [
            {"label": _("E-mail address"), "value": person.user.email},
            {"label": _("Role"), "value": person.get_role_display()},
            {"label": _("State"), "value": STATES["active" if is_active else "deactivated"]},
            {"label": _("Last sign-in"), "value": _moment(person.user.last_login)},
            {"label": _("Works here since"), "value": date_format(person.created_at)},
        ],
        "sight": _sight(person, is_active),
        "rights": _rights(Role(person.role)),
        "groups": _held(actor, person),
        "loans": [_loan(actor, loan) for loan in get_loans(person)],
        "timeline": timeline_of(actor, person),
        "actions": person_actions(actor, person),
        "breadcrumbs": person_crumbs(person),
    }


def _moment(moment: Any) -> str:
    return date_format(moment, "DATETIME_FORMAT") if moment else _("Never")


def _sight(person: Membership, is_active: bool) -> str:
    words = {"name": person.user, "seen": organizations(seen_by(person).count()), "role": person.get_role_display()}
    if not is_active:
        return _("%(name)s is deactivated and sees nothing.") % words
    if person.role not in GROUP_BOUND:
        return _("%(name)s sees every organization as %(role)s: %(seen)s.") % words
    return _("%(name)s sees %(seen)s, through these groups and no other way.") % words


def _rights(role: Role) -> list[dict[str, Any]]:
    return [{"label": label, "value": LEVELS[level]} for label, level in levels_of(role)]


def _held(actor: Actor, person: Membership) -> list[dict[str, Any]]:
    counts = count_by_group(actor)
    return [
        {"name": held.group.name, "count": organizations(counts.get(held.group.pk, 0)), "note": loan_note(held)}
        for held in get_held(actor, [person])[person.pk]
    ]


def loan_note(held: Held) -> str:
    """Until when and for whom a group is held; nothing for one that is the person's own."""
    if held.until is None or held.lender is None:
        return ""
    return _("until %(until)s, for %(name)s") % {"until": date_format(held.until), "name": held.lender.user}


def _loan(actor: Actor, loan: Assignment) -> dict[str, Any]:
    assert loan.lent_by is not None and loan.until is not None, "a loan has an end and a lender"
    ids = [loan.lent_by.user.public_id, loan.membership.user.public_id]
    words = {"group": loan.group.name, "lender": loan.lent_by.user, "borrower": loan.membership.user}
    words["until"] = date_format(loan.until)
    return {
        "sentence": _("%(group)s: lent by %(lender)s to %(borrower)s until %(until)s") % words,
        "end_url": reverse("people:end_loan", args=ids) if actor.can(Permission.PEOPLE_EDIT) else "",
        "borrower": str(loan.membership.user),
    }


def invitation_context(actor: Actor, invitation: Invitation) -> dict[str, Any]:
    groups = get_groups_by_public_id(actor, invitation.group_public_ids)
    return {
        "invitation": {"name": invitation.name, "failed": invitation.mail_failed, "due": invitation.is_mail_due},
        "facts": [
            {"label": _("E-mail address"), "value": invitation.email},
            {"label": _("Role"), "value": invitation.get_role_display()},
            {"label": _("Groups"), "value": ", ".join(sorted(group.name for group in groups))},
            {"label": _("State"), "value": state_of(invitation)},
            {"label": _("Invited by"), "value": invitation.invited_by.user},
            {"label": _("Mail sent"), "value": _moment(invitation.sent_at) if invitation.sent_at else ""},
            {"label": _("Link ends"), "value": _moment(invitation.link_ends) if invitation.sent_at else ""},
        ],
        "timeline": [told(entry) for entry in get_timeline(actor, invitation.public_id)],
        "actions": invitation_actions(actor, invitation),
        "breadcrumbs": crumbs((invitation.name, "")),
    }


def viewers_context(actor: Actor, organization: Organization) -> dict[str, Any]:
    viewers = get_viewers(actor, organization)
    number = ngettext("%(n)s person sees it", "%(n)s people see it", len(viewers)) % {"n": grouped(len(viewers))}
    return {
        "count_label": number,
        "viewers": [
            {
                "name": str(viewer.person.user),
                "url": reverse("people:person", args=[viewer.person.user.public_id]),
                "role": viewer.person.get_role_display(),
                "reasons": [" ".join(filter(None, (one.group.name, loan_note(one)))) for one in viewer.held]
                or [_("Sees every organization by role")],
            }
            for viewer in viewers[:MOST_VIEWERS]
        ],
        "more": max(len(viewers) - MOST_VIEWERS, 0),
    }


def file_facts() -> dict[str, Any]:
    """What the upload page says about the file before it is chosen."""
    return {
        "headings": [{"name": heading, "mandatory": name in MANDATORY} for name, heading in HEADINGS.items()],
        "roles": [role.label for role in Role],
        "between_groups": BETWEEN_GROUPS,
        "most": grouped(MOST_PEOPLE),
    }


def checked_context(checked: Sequence[Checked]) -> dict[str, Any]:
    """The rows of a file with what is wrong with each, those with errors first."""
    rows = [_checked_row(number, person) for number, person in enumerate(checked, start=1)]
    bad = sum(1 for person in checked if person.errors)
    good = len(checked) - bad
    words = {"n": grouped(good)}
    return {
        "rows": sorted(rows, key=lambda row: not row["errors"]),
        "counts": [
            {"label": _("To invite"), "number": good, "tone": "ok"},
            {"label": _("With errors"), "number": bad, "tone": "bad" if bad else ""},
        ],
        "start_label": ngettext("Invite %(n)s person", "Invite %(n)s people", good) % words,
    }


def _checked_row(number: int, person: Checked) -> dict[str, Any]:
    return {
        "number": number,
        "name": person.name,
        "email": person.email or person.draft.email,
        "role": person.role.label if person.role else person.draft.role,
        "groups": ", ".join(person.draft.groups),
        "errors": [sentence for sentences in person.errors.values() for sentence in sentences],
        "warning": _("Sees nothing until given a group.") if person.sees_nothing and not person.errors else "",
    }


def tell_invited(request: HttpRequest, count: int, bad: Sequence[Checked]) -> None:
    """What became of a file's rows; those that were refused since the preview are named."""
    words = {"n": grouped(count)}
    if count:
        sent = ngettext("Invited %(n)s person.", "Invited %(n)s people.", count) % words
        way = _("The mail is on its way.")
        messages.success(request, f"{sent} {way}")
    for person in bad[:10]:
        sentence = next(iter(person.errors.values()))[0]
        messages.error(request, _("%(name)s was not invited: %(why)s") % {"name": person.name, "why": sentence})
