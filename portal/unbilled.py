"""What will not be billed, reason by reason, as far as somebody may see it: for the page, its file and the mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.roles import Permission
from csp_link.access import get_tenants
from organizations import filters
from organizations.models import Organization
from organizations.pages import Order, count_honestly, honest

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PAGE: Final = "unbilled"  # the name of the page's address


@dataclass(frozen=True)
class Reason:
    """Why something is not billed. `narrowing` is the filter of the organizations list; empty for Microsoft tenants."""

    name: str
    label: "StrPromise"
    told: "StrPromise"
    order: Order
    permission: Permission = Permission.ORGANIZATIONS_SEE
    narrowing: Mapping[str, str] = field(default_factory=dict)

    def find(self, actor: Actor) -> QuerySet[Any]:
        if not self.narrowing:
            return get_tenants(actor).open()
        return filters.narrow(actor, Organization.objects.permitted(actor, self.permission), self.narrowing)


REASONS: Final = (
    Reason(
        "tenants",
        _("Microsoft tenants without an organization"),
        _("Nobody is billed for what they use at Microsoft. The oldest come first."),
        Order("first_seen"),
        Permission.TENANTS_SEE,
    ),
    Reason(
        "no_start",
        _("No billing start date"),
        _("Billing reports don't run for these organizations. The oldest come first."),
        Order("created_at"),
        narrowing={"billing": "none"},
    ),
    Reason(
        "later",
        _("Billing starts later"),
        _("Billing reports don't run before the date. The next come first."),
        Order("billing_start_date"),
        narrowing={"billing": "later"},
    ),
    Reason(
        "no_number",
        _("No customer number"),
        _("An invoice can't be told whose it is. The oldest come first."),
        Order("created_at"),
        narrowing={"missing": "customer_number"},
    ),
)


@dataclass(frozen=True)
class Counted:
    """How many a reason holds for somebody, counted no further than a list counts."""

    reason: Reason
    count: int
    is_more: bool

    @property
    def in_words(self) -> str:
        return f"{self.reason.label}: {honest(self.count, self.is_more)}"


def reasons_for(actor: Actor) -> list[Reason]:
    """Those that the actor may know of."""
    return [reason for reason in REASONS if actor.can(reason.permission)]


def count_reasons(actor: Actor) -> list[Counted]:
    """Every reason that the actor may know of, one query each."""
    return [Counted(reason, *count_honestly(reason.find(actor))) for reason in reasons_for(actor)]
