"""One action on many organizations: the ticked ones or all that match, told by number before anything is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.roles import Permission
from groups.access import get_groups
from groups.models import Group
from organizations.changes import archive_organizations, restore_organizations, set_values
from organizations.effects import foresee, tell
from organizations.fields import Row
from organizations.forms import field_for
from organizations.listing import Asked, find
from organizations.members import add_members, remove_members
from organizations.models import Organization, OrganizationQuerySet
from organizations.problems import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# More are refused with a sentence: they would hold locks for longer than a page should.
MOST: Final = 10_000
NOTHING: Final = Row((), ())
GROUP: Final = "to_group"  # not "group", which is the list's filter and comes along with it


Texts = Mapping[str, str]
Did = tuple[int, Row]


@dataclass(frozen=True)
class Action:
    """What can be done to a selection: the fields it asks for, and the verb that does it.

    `foresee` says in sentences what would come of it; it is then told before anything is done.
    """

    name: str
    label: "StrPromise"
    permission: Permission
    question: Any
    done: Any
    fields: tuple[str, ...]
    do: Callable[[Actor, OrganizationQuerySet, Texts], Did]
    foresee: Callable[[Actor, OrganizationQuerySet, Texts], list[str]] | None = None


def _named_group(actor: Actor, texts: Texts) -> Group | None:
    return next((group for group in get_groups(actor) if str(group.public_id) == texts[GROUP]), None)


def _move(
    verb: Callable[[Actor, Group, OrganizationQuerySet], int],
) -> Callable[[Actor, OrganizationQuerySet, Texts], Did]:
    """The verb on the group that the texts name; without one, the row says so."""

    def do(actor: Actor, rows: OrganizationQuerySet, texts: Texts) -> Did:
        group = _named_group(actor, texts)
        if group is None:
            return 0, Row((), (), errors={GROUP: [Problem("group_unknown" if texts[GROUP] else "group_not_chosen")]})
        return verb(actor, group, rows), NOTHING

    return do


def _foresee(which: Literal["add", "remove"]) -> Callable[[Actor, OrganizationQuerySet, Texts], list[str]]:
    def told(actor: Actor, rows: OrganizationQuerySet, texts: Texts) -> list[str]:
        group = _named_group(actor, texts)
        return tell(actor, group, foresee(actor, group, **{which: rows})) if group else []

    return told


_CHANGED: Final = ngettext_lazy("Changed %(count)s organization.", "Changed %(count)s organizations.", "count")
ACTIONS: Final = {
    action.name: action
    for action in (
        Action(
            "archive",
            gettext_lazy("Archive"),
            Permission.ORGANIZATIONS_ARCHIVE,
            ngettext_lazy("Archive %(count)s organization?", "Archive %(count)s organizations?", "count"),
            ngettext_lazy("Archived %(count)s organization.", "Archived %(count)s organizations.", "count"),
            (),
            lambda actor, rows, texts: (archive_organizations(actor, rows), NOTHING),
        ),
        Action(
            "restore",
            gettext_lazy("Restore"),
            Permission.ORGANIZATIONS_ARCHIVE,
            ngettext_lazy("Restore %(count)s organization?", "Restore %(count)s organizations?", "count"),
            ngettext_lazy("Restored %(count)s organization.", "Restored %(count)s organizations.", "count"),
            (),
            lambda actor, rows, texts: (restore_organizations(actor, rows), NOTHING),
        ),
        Action(
            "approval",
            gettext_lazy("Approval settings"),
            Permission.APPROVAL_EDIT,
            ngettext_lazy(
                "Approval settings of %(count)s organization", "Approval settings of %(count)s organizations", "count"
            ),
            _CHANGED,
            ("approval_process", "approval_limit"),
            set_values,
        ),
        Action(
            "billing",
            gettext_lazy("Billing start date"),
            Permission.ORGANIZATIONS_EDIT,
            ngettext_lazy(
                "Billing start date of %(count)s organization", "Billing start date of %(count)s organizations", "count"
            ),
            _CHANGED,
            ("billing_start_date",),
            set_values,
        ),
        Action(
            "join",
            gettext_lazy("Add to group"),
            Permission.GROUPS_EDIT,
            ngettext_lazy("Add %(count)s organization to a group", "Add %(count)s organizations to a group", "count"),
            ngettext_lazy("Added %(count)s organization.", "Added %(count)s organizations.", "count"),
            (GROUP,),
            _move(add_members),
            _foresee("add"),
        ),
        Action(
            "leave",
            gettext_lazy("Remove from group"),
            Permission.GROUPS_EDIT,
            ngettext_lazy(
                "Remove %(count)s organization from a group", "Remove %(count)s organizations from a group", "count"
            ),
            ngettext_lazy("Removed %(count)s organization.", "Removed %(count)s organizations.", "count"),
            (GROUP,),
            _move(remove_members),
            _foresee("remove"),
        ),
    )
}


def actions_for(actor: Actor, *, archived: bool) -> list[dict[str, str]]:
    """What the actor may do with a selection; restoring only where archived records are shown."""
    possible = [action for action in ACTIONS.values() if archived or action.name != "restore"]
    return [{"name": action.name, "label": str(action.label)} for action in possible if actor.can(action.permission)]


class BulkForm(forms.Form):
    """The values that an action asks for, as texts."""

    def __init__(self, *args: Any, action: Action, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {
            name: _group_choice(actor) if name == GROUP else field_for(name, required=False) for name in action.fields
        }

    def tell(self, row: Row) -> None:
        for name, problems in row.errors.items():
            self.add_error(name, [problem.sentence() for problem in problems])


def _group_choice(actor: Actor) -> forms.ChoiceField:
    groups = [(str(group.public_id), group.name) for group in get_groups(actor)]
    label, blank = gettext_lazy("Organization group"), gettext_lazy("Choose a group")
    return forms.ChoiceField(label=label, choices=[("", blank), *groups])


@dataclass(frozen=True)
class Selection:
    """The organizations that a list's form chose. `is_all` stands for everything that matches the list."""

    rows: OrganizationQuerySet
    count: int
    is_all: bool
    ids: list[str]
    asked: Asked

    @property
    def refusal(self) -> str:
        if not self.count:
            return _("Nothing is selected. Tick the organizations first.")
        if self.count > MOST:
            return _("This is possible for up to 10,000 organizations at once. Narrow the list by search or filters.")
        return ""


def get_selection(actor: Actor, posted: QueryDict) -> Selection:
    """What was selected, as far as the actor sees it."""
    asked = Asked.of(actor, posted)
    is_all = posted.get("scope") == "all"
    ids = [text for text in posted.getlist("id") if uuid_of(text)]
    permitted = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    rows = find(actor, asked) if is_all else permitted.filter(public_id__in=ids)
    return Selection(rows, rows.order_by()[: MOST + 1].count(), is_all, ids, asked)
