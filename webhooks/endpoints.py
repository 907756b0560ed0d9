"""The life of an endpoint, and what an administrator does with its deliveries."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Reseller, new_id
from accounts.refusals import Refused
from accounts.roles import Permission
from accounts.sealed import seal
from events.log import record
from events.models import Kind
from jobs.work import enqueue
from webhooks.addresses import problem_with, target_of
from webhooks.kinds import OFFERED, TEST
from webhooks.models import Delivery, Endpoint, Off, State
from webhooks.outbox import place_now
from webhooks.sending import SEND
from webhooks.signing import new_secret

MOST: Final = 20
# What the log tells the changes of.
LABELS: Final = {
    "host": gettext_lazy("Host"),
    "kinds": gettext_lazy("Events"),
    "each_organization": gettext_lazy("Each organization of large imports too"),
}
# Nothing bad is known about it, and it is heard from at once.
_FRESH: Final[dict[str, Any]] = {"failed_rounds": 0, "failing_since": None, "paused_until": None}


@dataclass(frozen=True)
class Wanted:
    """What an endpoint shall be."""

    name: str
    url: str
    kinds: frozenset[str]
    each_organization: bool = False


def get_endpoints(actor: Actor) -> QuerySet[Endpoint]:
    """The reseller's endpoints, newest first, for those who may make them."""
    rows = Endpoint.objects.filter(reseller=actor.reseller).select_related("made_by__user")
    return rows.order_by("-created_at", "-id") if actor.can(Permission.SETTINGS_EDIT) else rows.none()


def get_endpoint(actor: Actor, public_id: uuid.UUID) -> Endpoint:
    found = get_endpoints(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_deliveries(actor: Actor, endpoint: Endpoint) -> QuerySet[Delivery]:
    """What was sent to an endpoint that the caller has obtained for this actor."""
    return Delivery.objects.filter(reseller=actor.reseller, endpoint=endpoint)


@transaction.atomic
def make_endpoint(actor: Actor, wanted: Wanted) -> tuple[Endpoint, str]:
    """A new endpoint for what happens from now on, and its secret, which is told this once."""
    actor.require(Permission.SETTINGS_EDIT)
    _check(wanted)
    Reseller.objects.select_for_update(no_key=True).get(pk=actor.reseller.pk)  # two at once would be one too many
    if get_endpoints(actor).count() >= MOST:
        raise Refused(_("A reseller has at most %(most)s webhooks. Remove one first.") % {"most": MOST})
    secret = new_secret()
    endpoint = Endpoint.objects.create(
        reseller=actor.reseller, made_by=actor.membership, sealed_secret=seal(secret), **_values(wanted), **place_now()
    )
    details = _told(endpoint) | {"changes": _changes({}, _texts(wanted))}
    record(actor, Kind.WEBHOOK_MADE, endpoint.public_id, details=details)
    return endpoint, secret


@transaction.atomic
def change_endpoint(actor: Actor, endpoint: Endpoint, wanted: Wanted) -> None:
    """Another name, address or choice of events; what waits is sent to the new address."""
    actor.require(Permission.SETTINGS_EDIT)
    _check(wanted)
    now = _locked(actor, endpoint)
    before = Wanted(now.name, now.url, frozenset(now.kinds), now.each_organization)
    changes = _changes(_texts(before), _texts(wanted))
    if before == wanted:
        return
    _set(now, **_values(wanted), **(_FRESH if before.url != wanted.url else {}))
    record(actor, Kind.WEBHOOK_CHANGED, now.public_id, details=_told(now) | {"changes": changes})


def _check(wanted: Wanted) -> None:
    """Raises Refused for what no form lets through."""
    if problem := problem_with(wanted.url):
        raise Refused(problem)
    if not wanted.kinds or not wanted.kinds <= set(OFFERED):
        raise Refused(_("Choose at least one event."))


def _values(wanted: Wanted) -> dict[str, Any]:
    kinds = [kind for kind in OFFERED if kind in wanted.kinds]
    same = {"name": wanted.name, "url": wanted.url, "each_organization": wanted.each_organization}
    return same | {"kinds": kinds}


def _texts(wanted: Wanted) -> dict[str, str]:
    """For the log. Of the address only the host: what follows it is often a secret."""
    return {
        "name": wanted.name,
        "host": target_of(wanted.url).host,
        "kinds": ", ".join(sorted(wanted.kinds)),
        "each_organization": "Yes" if wanted.each_organization else "No",  # put into words for each reader
    }


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [before.get(name, ""), text] for name, text in after.items() if before.get(name, "") != text}


@transaction.atomic
def roll_secret(actor: Actor, endpoint: Endpoint, overlap: timedelta) -> str:
    """A new secret; for `overlap` messages are signed with the old one as well."""
    actor.require(Permission.SETTINGS_EDIT)
    now, secret = _locked(actor, endpoint), new_secret()
    old = {"sealed_old_secret": now.sealed_secret, "old_until": timezone.now() + overlap}
    _set(now, sealed_secret=seal(secret), **(old if overlap else {"sealed_old_secret": "", "old_until": None}))
    record(actor, Kind.WEBHOOK_ROLLED, now.public_id, details=_told(now))
    return secret


@transaction.atomic
def switch_on(actor: Actor, endpoint: Endpoint) -> None:
    """From now on. What happened while it was off is not sent; what waited then is."""
    actor.require(Permission.SETTINGS_EDIT)
    now = _locked(actor, endpoint)
    if not now.is_on:
        _set(now, off_at=None, off_reason="", is_mail_due=False, **_FRESH, **place_now())
        record(actor, Kind.WEBHOOK_SWITCHED_ON, now.public_id, details=_told(now))


@transaction.atomic
def switch_off(actor: Actor, endpoint: Endpoint) -> None:
    actor.require(Permission.SETTINGS_EDIT)
    now = _locked(actor, endpoint)
    if now.is_on:
        _set(now, off_at=timezone.now(), off_reason=Off.BY_HAND)
        record(actor, Kind.WEBHOOK_SWITCHED_OFF, now.public_id, details=_told(now))


@transaction.atomic
def remove_endpoint(actor: Actor, endpoint: Endpoint) -> None:
    """With its secret and its log."""
    actor.require(Permission.SETTINGS_EDIT)
    now = _locked(actor, endpoint)
    record(actor, Kind.WEBHOOK_REMOVED, now.public_id, details=_told(now))
    now.delete()


@transaction.atomic
def send_test(actor: Actor, endpoint: Endpoint) -> None:
    """A message that is about nothing, sent at once whatever rests."""
    actor.require(Permission.SETTINGS_EDIT)
    now = _working(actor, endpoint)
    Delivery.objects.create(reseller=actor.reseller, endpoint=now, message_id=new_id(), kind=TEST)
    _begin(now)


@transaction.atomic
def send_again(actor: Actor, endpoint: Endpoint, deliveries: QuerySet[Delivery]) -> int:
    """Send messages once more that were delivered or have failed, each as the same message; returns how many."""
    actor.require(Permission.SETTINGS_EDIT)
    now = _working(actor, endpoint)
    again = deliveries.filter(reseller=actor.reseller, endpoint=now).exclude(state=State.WAITING, attempts=0)
    count = again.update(state=State.WAITING, attempts=0, next_at=timezone.now(), trouble="", status=None)
    if count:
        _begin(now)
    return count


def _begin(endpoint: Endpoint) -> None:
    _set(endpoint, paused_until=None)
    enqueue(SEND, reseller_id=endpoint.reseller_id, object_id=endpoint.pk)


def _working(actor: Actor, endpoint: Endpoint) -> Endpoint:
    now = _locked(actor, endpoint)
    if not now.is_on:
        raise Refused(_("This webhook is switched off. Switch it on first."))
    return now


def _locked(actor: Actor, endpoint: Endpoint) -> Endpoint:
    """As it is now; workers and other administrators wait meanwhile."""
    found = Endpoint.objects.select_for_update(no_key=True).filter(reseller=actor.reseller, pk=endpoint.pk).first()
    if found is None:
        raise Http404
    return found


def _set(endpoint: Endpoint, **values: Any) -> None:
    """Write these columns and no other."""
    for name, value in values.items():
        setattr(endpoint, name, value)
    endpoint.save(update_fields=list(values))


def _told(endpoint: Endpoint) -> dict[str, Any]:
    return {"name": endpoint.name}
