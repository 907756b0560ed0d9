"""The columns that a list of organizations can have: the heading of each, what a cell shows, and what a file holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from groups.names import join_names
from organizations.fields import BESIDE, BY_NAME, NAMES, shown, text_of
from organizations.models import Organization, Source
from organizations.tenants import tenant_state

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# What a cell of the list shows: `text`, `badges`, `badge` with its `tone`, or `when`; empty for a blank one.
Cell = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """`english` is the heading in files. `sort` is the name by which the list can be sorted, if it can.

    A cell is made of what it `reads` in a row, be it of what stands beside it (beside.py); a text of an organization
    with groups and tenants.
    """

    name: str
    label: "StrPromise"
    english: str
    reads: str
    cell: Callable[[Any], Cell]
    text: Callable[[Organization], str]
    sort: str = ""
    is_short: bool = False


def _field(name: str, sort: str = "") -> Column:
    """One of the seventeen fields; short ones are not broken into lines."""

    def cell(row: Any) -> Cell:
        value = getattr(row, name)
        return {"text": shown(name, value)} if value not in (None, "") else {}

    def text(organization: Organization) -> str:
        return text_of(name, getattr(organization, name))

    field = BY_NAME[name]
    return Column(name, field.heading, field.english_heading, name, cell, text, sort, is_short=name in _SHORT)


_SHORT: Final = {"approval_process", "approval_limit", "billing_start_date", "postal_code", "contact_phone"}


def _groups(organization: Organization) -> list[str]:
    return [group.name for group in organization.groups.all()]


def _tenant_cell(row: Any) -> Cell:
    told = tenant_state(row.tenant_ends)
    return {"badge": told["tenant_label"], "tone": told["tenant_tone"]} if told["tenant_label"] else {}


def _moment(name: str, label: "StrPromise", english: str, sort: str = "") -> Column:
    def text(organization: Organization) -> str:
        return str(getattr(organization, name).isoformat(timespec="seconds"))

    def cell(row: Any) -> Cell:
        return {"when": getattr(row, name)}

    return Column(name.removesuffix("_at"), label, english, name, cell, text, sort, is_short=True)


# In the order in which they are offered. The name is the first column of every list.
COLUMNS: Final = {
    column.name: column
    for column in (
        _field("primary_domain", "domain"),
        _field("customer_number", "customer_number"),
        Column(
            "groups",
            _("Groups"),
            BESIDE["organization_groups"],
            "group_names",
            lambda row: {"badges": row.group_names},
            lambda row: join_names(_groups(row)),
        ),
        Column(
            "tenant",
            _("Microsoft tenant"),
            "Microsoft tenants",
            "tenant_ends",
            _tenant_cell,
            lambda row: "; ".join(str(tenant) for tenant in row.tenants.all() if tenant.ended_at is None),
        ),
        Column(
            "source",
            _("Source"),
            "Source",
            "source",
            lambda row: {"text": Source(row.source).label},
            lambda row: row.source,
            is_short=True,
        ),
        _moment("created_at", _("Created"), "Created", "created"),
        _moment("updated_at", _("Changed"), "Changed"),
        *(_field(name) for name in NAMES if name not in ("name", "primary_domain", "customer_number")),
    )
}
USUAL: Final = ("primary_domain", "customer_number", "groups", "tenant", "source", "created")


def known_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are columns, each once, in their order."""
    return tuple(name for name in dict.fromkeys(names) if name in COLUMNS)
