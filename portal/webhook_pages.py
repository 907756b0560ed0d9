"""What the pages of webhooks show: an endpoint in words, and the log of what was sent to it."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from organizations.pages import Order, get_page, grouped, neighbours
from webhooks.endpoints import get_deliveries
from webhooks.kinds import in_words
from webhooks.models import Delivery, Endpoint, Off, State
from webhooks.sending import IN_HAND
from webhooks.troubles import TROUBLES

NEWEST_FIRST: Final = Order("created_at", descending=True)
SIZE: Final = 25
TONES: Final = {State.DELIVERED: "ok", State.WAITING: "info", State.FAILED: "bad"}
SOON: Final = IN_HAND + timedelta(seconds=5)  # what is being sent right now is put off by as much


def endpoint_in_words(endpoint: Endpoint) -> dict[str, Any]:
    state, tone = _state(endpoint)
    return {
        "url": reverse("webhook", args=[endpoint.public_id]),
        "name": endpoint.name,
        "address": endpoint.url,
        "host": urlsplit(endpoint.url).hostname,
        "state": state,
        "tone": tone,
        "trouble": _trouble(endpoint),
        "is_on": endpoint.is_on,
        "count": len(endpoint.kinds),
    }


def _state(endpoint: Endpoint) -> tuple[str, str]:
    if not endpoint.is_on:
        return _("Off"), "bad" if endpoint.off_reason != Off.BY_HAND else ""
    return (_("Failing"), "warn") if endpoint.failing_since else (_("Works"), "ok")


def _trouble(endpoint: Endpoint) -> dict[str, str] | None:
    """What a person should know before anything else, as a banner."""
    if endpoint.off_at:
        told = {"reason": endpoint.get_off_reason_display(), "time": _moment(endpoint.off_at)}
        return {"tone": "warning", "text": _("%(reason)s, on %(time)s. Nothing is sent.") % told}
    if endpoint.failing_since:
        told = {"time": _moment(endpoint.failing_since)}
        return {"tone": "warning", "text": _("No message was taken since %(time)s. We go on trying.") % told}
    return None


def facts_of(endpoint: Endpoint) -> list[dict[str, Any]]:
    old = endpoint.old_until if endpoint.old_until and endpoint.old_until > timezone.now() else None
    each = _("Each one") if endpoint.each_organization else _("The import only")
    facts = [
        (_("Address"), endpoint.url),
        (_("Events"), ", ".join(endpoint.kinds)),
        (_("Imports of more than 1,000 rows"), each),
        (_("Made by"), f"{endpoint.made_by.user}, {date_format(timezone.localtime(endpoint.created_at))}"),
    ]
    if old:
        facts.append((_("The old secret signs until"), _moment(old)))
    return [{"label": label, "value": value} for label, value in facts]


def log_of(actor: Actor, endpoint: Endpoint, query: QueryDict) -> dict[str, Any]:
    """The deliveries that the address asks for, and whether the page should look again soon."""
    everything = get_deliveries(actor, endpoint)
    chosen = query.get("state", "")
    chosen = chosen if chosen in State.values else ""
    rows = everything.filter(state=chosen) if chosen else everything
    page = get_page(rows, NEWEST_FIRST, size=SIZE, after=query.get("after", ""), before=query.get("before", ""))
    soon = everything.filter(state=State.WAITING, next_at__lt=timezone.now() + SOON)
    return {
        "deliveries": [_row(delivery) for delivery in page.rows],
        "counts": _counts(actor, endpoint, chosen),
        "pager": neighbours(page, lambda **place: _address(chosen, **place)),
        "asks_again": endpoint.is_on and soon.exists(),
        "chosen": chosen,
        "has_failed": everything.filter(state=State.FAILED).exists(),
    }


def _counts(actor: Actor, endpoint: Endpoint, chosen: str) -> list[dict[str, Any]]:
    """How many there are of each state, each a link that narrows the log to them."""
    counted = {state.value: Count("pk", filter=Q(state=state)) for state in State}
    found = get_deliveries(actor, endpoint).aggregate(all=Count("pk"), **counted)
    shown = [("", _("All"), "", found["all"])]
    shown += [(state.value, str(state.label), TONES[state], found[state.value]) for state in State]
    return [
        {"label": label, "number": grouped(number), "tone": tone, "url": _address(value), "current": value == chosen}
        for value, label, tone, number in shown
    ]


def _address(state: str, **place: str) -> str:
    query = QueryDict(mutable=True)
    query.update(({"state": state} if state else {}) | place)
    return f"?{query.urlencode()}#deliveries"


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": str(delivery.public_id),
        "what": in_words(delivery.kind),
        "kind": delivery.kind,
        "at": delivery.at,
        "state": delivery.get_state_display(),
        "tone": "warn" if delivery.trouble and delivery.state == State.WAITING else TONES[State(delivery.state)],
        "answer": _answer(delivery),
        "excerpt": delivery.excerpt,
        "when": _when(delivery),
        "can_send": delivery.attempts > 0,
    }


def _answer(delivery: Delivery) -> str:
    trouble = str(TROUBLES.get(delivery.trouble, delivery.trouble))
    told = f"HTTP {delivery.status}." if delivery.status else ""
    return " ".join(filter(None, (told, trouble)))


def _when(delivery: Delivery) -> str:
    """Of its attempts: how many, how long the last one took, and when the next one is due."""
    if not delivery.attempts:
        return _("Not tried yet")
    words = ngettext("%(n)s attempt", "%(n)s attempts", delivery.attempts) % {"n": delivery.attempts}
    if delivery.state == State.WAITING:
        return _("%(attempts)s, the next at %(time)s") % {"attempts": words, "time": _moment(delivery.next_at)}
    return _("%(attempts)s, the last took %(n)s ms") % {"attempts": words, "n": delivery.took}


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
