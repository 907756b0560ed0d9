"""What a Reseller Admin decides for the whole reseller: its profile, and the columns that new organizations must fill.

Only what somebody changed is written, so two admins at work on different settings don't undo each other.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.models import Reseller
from accounts.roles import Permission
from csp_link.assessing import forget_findings
from events.log import record
from events.models import Kind
from imports.access import get_imports
from imports.models import State
from organizations.fields import MANDATORY, NAMES
from organizations.models import Organization

PROFILE: Final = {
    "name": gettext_lazy("Name"),
    "country": gettext_lazy("Country"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "currency": gettext_lazy("Currency"),
}
LABELS: Final = PROFILE | {
    "mandatory_fields": gettext_lazy("Mandatory columns"),
    "demands_second_factor": gettext_lazy("Second factor demanded"),
}


class Refused(Exception):
    """A setting that can't be had; `sentence` says at `field` why, and names nobody else's reseller."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field)
        self.field, self.sentence = field, sentence


def change_profile(actor: Actor, changes: Mapping[str, str]) -> None:
    """Set the named parts of the profile to valid values, or raise Refused and set none."""
    actor.require(Permission.SETTINGS_EDIT)
    with transaction.atomic():
        reseller = _locked(actor)
        if changes.get("currency", reseller.currency) != reseller.currency and (lock := currency_lock(actor)):
            raise Refused("currency", lock)
        _write(actor, reseller, {name: changes[name] for name in PROFILE if name in changes})


def change_mandatory_fields(actor: Actor, *, demand: Collection[str], release: Collection[str]) -> None:
    """Make fields mandatory for creation, and others no longer; our own three always are."""
    actor.require(Permission.SETTINGS_EDIT)
    with transaction.atomic():
        reseller = _locked(actor)
        wanted = {*reseller.mandatory_fields, *demand} - {*release} - MANDATORY
        _write(actor, reseller, {"mandatory_fields": [name for name in NAMES if name in wanted]})
        forget_findings(reseller)


def demand_second_factor(actor: Actor, demanded: bool) -> None:
    """Ask everybody who works for the reseller for a second factor, or no longer."""
    actor.require(Permission.SETTINGS_EDIT)
    with transaction.atomic():
        _write(actor, _locked(actor), {"demands_second_factor": demanded})


def currency_lock(actor: Actor) -> str:
    """Why the currency can't be changed now; empty when it can."""
    if get_imports(actor).filter(state=State.IMPORTING).exists():
        return _("Locked: an import is creating organizations, perhaps with approval limits. Wait until it is done.")
    limited = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).exclude(approval_limit=None)
    if not (count := limited.count()):
        return ""
    sentence = ngettext(
        "Locked: %(count)s organization has an approval limit in %(currency)s, and its amount would mean something"
        " else. Remove the limit first.",
        "Locked: %(count)s organizations have an approval limit in %(currency)s, and their amounts would mean something"
        " else. Remove the limits first.",
        count,
    )
    return sentence % {"count": count, "currency": actor.reseller.currency}


def _locked(actor: Actor) -> Reseller:
    """The reseller as it is now, for us alone to change; who only refers to it doesn't wait."""
    return Reseller.objects.select_for_update(no_key=True).get(pk=actor.reseller.pk)


def _write(actor: Actor, reseller: Reseller, wanted: Mapping[str, Any]) -> None:
    before = {name: getattr(reseller, name) for name in wanted}
    changed = [name for name in wanted if wanted[name] != before[name]]
    if not changed:
        return
    for name in changed:
        setattr(reseller, name, wanted[name])
    try:
        with transaction.atomic():
            reseller.save(update_fields=changed)
    except IntegrityError:
        raise Refused("name", _("This name is not free. Add what tells you apart, such as your city.")) from None
    changes = {name: [_text(before[name]), _text(wanted[name])] for name in changed}
    record(actor, Kind.SETTINGS_CHANGED, reseller.public_id, details={"changes": changes})


def _text(value: str | bool | list[str]) -> str:
    """In English: the log is put into words for each reader."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value if isinstance(value, str) else ", ".join(value)
