"""What the list can be narrowed by: each filter's words, its choices, and what it does to the rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from groups.access import get_groups
from groups.models import Group
from organizations.fields import BY_NAME
from organizations.models import LOOKED_FOR, GroupMembership, OrganizationQuerySet, Source
from organizations.tenants import linked, without_tenant

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Choices = list[tuple[str, str]]
NO_GROUP: Final = "none"
MISSING: Final = {"customer_number": Q(customer_number_key="")} | LOOKED_FOR


@dataclass(frozen=True)
class Filter:
    """One select above the list; `blank` says what it shows when it does not narrow anything."""

    name: str
    label: "StrPromise"
    blank: "StrPromise"
    choices: Callable[[Actor], Choices]
    apply: Callable[[Actor, OrganizationQuerySet, str], OrganizationQuerySet]


def _groups(actor: Actor) -> Choices:
    mine = [(str(group.public_id), group.name) for group in get_groups(actor)]
    return mine if actor.is_group_bound else [*mine, (NO_GROUP, str(_("In no group")))]


def _in_group(_actor: Actor, rows: OrganizationQuerySet, value: str) -> OrganizationQuerySet:
    """By keys of groups, since PostgreSQL knows how large each of them is, and plans without a clue through a join."""
    memberships = GroupMembership.objects.filter(organization_id=OuterRef("pk"), reseller_id=OuterRef("reseller_id"))
    if value == NO_GROUP:
        gone = list(Group.deleted.values_list("pk", flat=True))
        return rows.exclude(Exists(memberships.exclude(group__in=gone)))
    group = Group.key_of(value)
    return rows.filter(Exists(memberships.filter(group_id=group))) if group else rows.none()


def _missing(_actor: Actor, rows: OrganizationQuerySet, value: str) -> OrganizationQuerySet:
    return rows.filter(MISSING[value])


def _approval(_actor: Actor, rows: OrganizationQuerySet, value: str) -> OrganizationQuerySet:
    return rows.filter(source__in=Source.values, approval_process=value == "on")  # as their index has them


def _billing(actor: Actor, rows: OrganizationQuerySet, value: str) -> OrganizationQuerySet:
    """By what the organization's billing start date says today, where the reseller is."""
    if value == "none":
        return rows.filter(billing_start_date=None)
    return rows.filter(**{f"billing_start_date__{'gt' if value == 'later' else 'lte'}": actor.reseller.today()})


def _archived(_actor: Actor, rows: OrganizationQuerySet, value: str) -> OrganizationQuerySet:
    return rows.exclude(archived_at=None) if value == "only" else rows


FILTERS: Final = (
    Filter("group", _("Group"), _("Any group"), _groups, _in_group),
    Filter(
        "source",
        _("Source"),
        _("Any source"),
        lambda actor: [(value, str(label)) for value, label in Source.choices],
        lambda actor, rows, value: rows.filter(source=value),
    ),
    Filter(
        "tenant",
        _("Microsoft tenant"),
        _("With or without"),
        lambda actor: [("linked", str(_("Linked"))), ("none", str(_("None")))],
        lambda actor, rows, value: linked(rows) if value == "linked" else without_tenant(rows),
    ),
    Filter(
        "approval",
        _("Approval process"),
        _("On or off"),
        lambda actor: [("on", str(_("On"))), ("off", str(_("Off")))],
        _approval,
    ),
    Filter(
        "billing",
        _("Billing"),
        _("Any start"),
        lambda actor: [
            ("none", str(_("No start date"))),
            ("later", str(_("Starts later"))),
            ("started", str(_("Started"))),
        ],
        _billing,
    ),
    Filter(
        "missing",
        _("Missing data"),
        _("Complete or not"),
        lambda actor: [(name, str(_("No %s") % str(BY_NAME[name].heading).lower())) for name in MISSING],
        _missing,
    ),
    Filter(
        "archived",
        _("Archived"),
        _("Not archived"),
        lambda actor: [("only", str(_("Archived only"))), ("with", str(_("With archived")))],
        _archived,
    ),
)


def chosen(actor: Actor, query: Mapping[str, Any]) -> dict[str, str]:
    """The filters that the address asks for; a value that is no choice of this actor's narrows nothing."""
    wanted = {found.name: str(query.get(found.name, "")) for found in FILTERS}
    return {f.name: wanted[f.name] for f in FILTERS if wanted[f.name] and wanted[f.name] in dict(f.choices(actor))}


def narrow(actor: Actor, rows: OrganizationQuerySet, values: Mapping[str, str]) -> OrganizationQuerySet:
    """The rows that pass every chosen filter; archived ones only when they were asked for."""
    if "archived" not in values:
        rows = rows.filter(archived_at=None)
    for found in FILTERS:
        if found.name in values:
            rows = found.apply(actor, rows, values[found.name])
    return rows
