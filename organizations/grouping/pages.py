"""What a group's own page shows, and what is asked before it is deleted."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Permission
from events.log import Entry, get_timeline
from groups.access import get_caretakers, get_own_group_ids
from groups.changes import LABELS
from groups.models import Assignment, Group
from organizations.effects import NAMED, foresee, tell_people
from organizations.fields import shown
from organizations.grouping.listing import BY_NAME
from organizations.grouping.ticking import find_members
from organizations.grouping.wording import actions_for, group_crumbs, loan_note, url_of
from organizations.models import Organization
from organizations.pages import SIZES, find_among, get_page, neighbours
from organizations.questions import Question, organizations


def group_context(actor: Actor, group: Group, query: QueryDict) -> dict[str, Any]:
    found = find_among(Organization.all_of(actor.reseller), find_members(actor, group), ())
    page = get_page(found, BY_NAME, size=SIZES[0], after=query.get("after", ""), before=query.get("before", ""))
    own = get_own_group_ids(actor)
    return {
        "group": {"name": group.name, "description": group.description},
        "count": found.shown,
        "rows": [_row(row) for row in page.rows],
        "pager": neighbours(page),
        "list_url": f"{reverse('organizations:list')}?group={group.public_id}",
        "caretakers": [_caretaker(actor, one) for one in get_caretakers(actor, group)],
        "shows_people": actor.can(Permission.PEOPLE_SEE),
        "timeline": [_told(entry) for entry in get_timeline(actor, group.public_id, own_groups=own)],
        "timeline_url": f"{reverse('events')}?subject={group.public_id}",
        "actions": actions_for(actor, group),
        "breadcrumbs": group_crumbs(group),
    }


def _row(row: Organization) -> dict[str, Any]:
    return {
        "name": row.name,
        "url": reverse("organizations:detail", args=[row.public_id]),
        "domain": shown("primary_domain", row.primary_domain),
        "customer_number": row.customer_number,
    }


def _caretaker(actor: Actor, assignment: Assignment) -> dict[str, Any]:
    person = assignment.membership
    is_working = person.is_active and person.user.is_active
    return {
        "name": str(person.user),
        "url": reverse("people:person", args=[person.user.public_id]) if actor.can(Permission.PEOPLE_SEE) else "",
        "role": person.get_role_display(),
        "note": ", ".join(filter(None, (loan_note(assignment), "" if is_working else _("deactivated")))),
    }


def _told(entry: Entry) -> dict[str, Any]:
    changes = [
        {"label": LABELS[change.field], "before": change.before, "after": change.after}
        for change in entry.changes
        if change.field in LABELS
    ]
    return {"who": entry.who, "sentence": entry.sentence, "at": entry.at, "changes": changes}


def deleting(actor: Actor, group: Group) -> Question:
    """Says who loses sight of how many organizations, and that those stay."""
    change = foresee(actor, group, remove=find_members(actor, group))
    words = {"group": group.name, "count": organizations(change.removed), "orphaned": organizations(change.orphaned)}
    effects = [_("It holds %(count)s. They stay: no organization is deleted with a group.") % words]
    effects += tell_people(actor, change.effects)
    if change.orphaned:
        effects.append(
            _("Then in no group, and seen only by administrators of the whole reseller: %(orphaned)s.") % words
        )
    names = list(dict.fromkeys(str(one.membership.user) for one in get_caretakers(actor, group)))
    if names:
        words["names"] = ", ".join(names[:NAMED]) + " …" * (len(names) > NAMED)
        effects.append(_("No longer looked after by: %(names)s.") % words)
    title = _("Delete the group %(group)s?") % words
    trail = group_crumbs(group, (_("Delete"), ""))
    return Question(title, effects, _("Delete"), url_of(group), trail, is_grave=True)
