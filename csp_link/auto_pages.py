"""What the pages of Auto create and link show, as plain values."""

from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from accounts.actors import Actor
from accounts.roles import Permission
from csp_link.access import get_last_auto_link, get_tenants
from csp_link.auto_linking import BUSY
from csp_link.health import again, in_words
from csp_link.models import AutoLink, AutoState, Standing
from csp_link.tenant_list import missing_in_words
from csp_link.tenant_pages import tenant_crumbs
from organizations.forms import GroundForm
from organizations.pages import grouped

TONES: Final = {AutoState.READY: "accent", AutoState.DONE: "ok", AutoState.FAILED: "bad"}
MOST_NAMED: Final = 20


def auto_card(actor: Actor) -> dict[str, Any]:
    """At the bottom of the list: the last run, and the button for the next."""
    last = get_last_auto_link(actor)
    return {
        "can_edit": actor.can(Permission.TENANTS_EDIT),
        "url": reverse("csp_link:auto", args=[last.public_id]) if last else "",
        "state": last.get_state_display() if last else "",
        "tone": TONES.get(AutoState(last.state), "info") if last else "",
    }


def auto_context(actor: Actor, auto: AutoLink, form: GroundForm | None = None) -> dict[str, Any]:
    title = _("Auto create and link")
    state = AutoState(auto.state)
    return {
        "auto": auto,
        "title": title,
        "tone": TONES.get(state, "info"),
        "is_busy": state in BUSY,
        "is_ready": state == AutoState.READY,
        "is_preview": state in (AutoState.PREPARING, AutoState.READY),
        "progress": _progress(auto),
        "progress_url": reverse("csp_link:auto_progress", args=[auto.public_id]),
        "counts": [] if state in BUSY or state == AutoState.FAILED else _counts(auto),
        "effects": _effects(auto) if state == AutoState.READY else [],
        "finished": _finished(auto),
        "outcome": in_words(auto.trouble, auto.trouble_details, again=again(auto.resumes_at)) if auto.trouble else None,
        "skipped": _skipped(actor) if state in (AutoState.READY, AutoState.DONE) else [],
        "skipped_url": f"{reverse('csp_link:tenants')}?state={Standing.INCOMPLETE}",
        "can_edit": actor.can(Permission.TENANTS_EDIT),
        "form": form or GroundForm(actor=actor),
        "breadcrumbs": tenant_crumbs((title, "")),
    }


def _finished(auto: AutoLink) -> str:
    if auto.finished_at is None or auto.state != AutoState.DONE:
        return ""
    moment = date_format(timezone.localtime(auto.finished_at), "DATETIME_FORMAT")
    return _("Finished on %(moment)s. What is left waits in the list of tenants.") % {"moment": moment}


def _progress(auto: AutoLink) -> dict[str, Any]:
    seen = grouped(auto.seen)
    total = grouped(auto.total)
    told = {"seen": seen, "total": total}
    preparing = auto.state == AutoState.PREPARING
    words = _("%(seen)s of %(total)s profiles read.") if preparing else _("%(seen)s of %(total)s tenants done.")
    return {"done": auto.seen, "total": auto.total, "label": words % told}


def _counts(auto: AutoLink) -> list[dict[str, Any]]:
    """What is to be done, or was done, each with the list where those tenants are."""
    done = auto.state == AutoState.DONE
    words = (
        (_("Linked") if done else _("Will be linked"), "ok", "" if done else Standing.SUGGESTED),
        (_("Created and linked") if done else _("Will be created"), "ok", "" if done else Standing.UNLINKED),
        (_("Need a decision"), "warn", Standing.NEEDS_DECISION),
        (_("Lack something"), "warn", Standing.INCOMPLETE),
    )
    numbers = (auto.linked, auto.created, auto.decided, auto.skipped) if done else _planned(auto)
    url = reverse("csp_link:tenants")
    return [
        {"label": label, "number": number, "tone": tone, "url": f"{url}?state={state}" if state else url}
        for number, (label, tone, state) in zip(numbers, words, strict=True)
    ]


def _planned(auto: AutoLink) -> tuple[int, int, int, int]:
    return auto.to_link, auto.to_create, auto.to_decide, auto.to_skip


# The preview in sentences, by the number of each.
EFFECTS: Final = {
    "to_link": ngettext_lazy(
        "%(n)s tenant is linked to an organization that you have: its ID or domain is the same.",
        "%(n)s tenants are linked to organizations that you have: their IDs or domains are the same.",
        "count",
    ),
    "to_create": ngettext_lazy(
        "%(n)s organization is created and linked.",
        "%(n)s organizations are created and linked.",
        "count",
    ),
    "lent": ngettext_lazy(
        "%(n)s of them gets a domain that Microsoft lent, since Partner Center shows no other.",
        "%(n)s of them get domains that Microsoft lent, since Partner Center shows no others.",
        "count",
    ),
    "to_decide": ngettext_lazy(
        "%(n)s tenant is left to you: an organization may be meant, but it is not certain.",
        "%(n)s tenants are left to you: organizations may be meant, but it is not certain.",
        "count",
    ),
    "to_skip": ngettext_lazy(
        "%(n)s tenant is left out, because something mandatory is missing or wrong.",
        "%(n)s tenants are left out, because something mandatory is missing or wrong.",
        "count",
    ),
}


def _effects(auto: AutoLink) -> list[str]:
    counts = {name: getattr(auto, name) for name in EFFECTS}
    told = [EFFECTS[name] % {"count": count, "n": grouped(count)} for name, count in counts.items() if count]
    return told or [_("There is nothing to do: no tenant waits.")]


def _skipped(actor: Actor) -> list[dict[str, str]]:
    rows = get_tenants(actor).standing(Standing.INCOMPLETE).order_by("list_order", "public_id")[:MOST_NAMED]
    return [
        {
            "name": str(tenant),
            "url": reverse("csp_link:link", args=[tenant.tenant_id]),
            "missing": missing_in_words(tenant),
        }
        for tenant in rows
    ]
