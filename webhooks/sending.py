"""What a worker does for an endpoint: read new events, send what is due a few at a time, and note what came of it.

A delivery is claimed as if it would fail, and sent outside any transaction: whoever is killed meanwhile has only
delayed it. So it may come twice, and is never lost.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from accounts.sealed import Unsealable, unseal
from accounts.tenancy import acting_for
from jobs.clock import now
from jobs.work import Turn
from webhooks.ending import has_failed_for_long, mail_administrators, switch_off_by_itself
from webhooks.messages import bodies_of
from webhooks.models import Delivery, Endpoint, Off, State
from webhooks.outbox import take_in
from webhooks.posting import Answer, Letter, post

SEND: Final = "webhooks.send"
AT_ONCE: Final = 8
# After which time a message is tried again; three days and some hours in all.
DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
# How long an endpoint rests that has taken nothing of what it was sent, however much waits.
RESTS: Final = (timedelta(seconds=4), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5))
# Longer than sending takes: nobody sends a message that somebody else is sending.
IN_HAND: Final = timedelta(seconds=30)


def work(turn: Turn) -> None:
    _mail_if_due(turn)
    while not turn.is_over and not turn.is_finished:
        _read_events(turn)
        if claimed := _claim(turn):
            _settle(turn, _send(turn, claimed))


def give_up(turn: Turn) -> None:
    """After repeated errors: the next tick begins anew with whatever is due; a mail that can't be sent is not."""
    Endpoint.objects.filter(reseller_id=turn.reseller_id, pk=turn.object_id).update(is_mail_due=False)


def _mail_if_due(turn: Turn) -> None:
    with turn.step(gets_on=False):
        endpoint = _locked(turn)
        if endpoint is not None and endpoint.is_mail_due:
            mail_administrators(endpoint)


def _read_events(turn: Turn) -> None:
    more = True
    while more and not turn.is_over:
        with turn.step(gets_on=False):
            endpoint = _locked(turn)
            more = endpoint is not None and endpoint.is_on and take_in(endpoint)


def _claim(turn: Turn) -> list[Delivery]:
    """The next few that are due, put off until this attempt must have failed; the job ends when there is none."""
    with turn.step():
        endpoint, moment = _locked(turn), now()
        due = _due(endpoint, moment) if endpoint is not None else []
        for delivery in due:
            delivery.attempts += 1
            delivery.tried_at = moment
            delivery.next_at = moment + max(IN_HAND, _delay(delivery.attempts))
        Delivery.objects.bulk_update(due, ["attempts", "tried_at", "next_at"])
        if not due:
            turn.finish()
    return due


def _due(endpoint: Endpoint, moment: datetime) -> list[Delivery]:
    if not endpoint.is_on or (endpoint.paused_until and endpoint.paused_until > moment):
        return []
    waiting = Delivery.objects.filter(
        reseller_id=endpoint.reseller_id, endpoint=endpoint, state=State.WAITING, next_at__lte=moment
    )
    return list(waiting.select_for_update(skip_locked=True).order_by("next_at", "created_at", "pk")[:AT_ONCE])


def _delay(attempts: int) -> timedelta:
    return DELAYS[min(attempts, len(DELAYS)) - 1]


def _send(turn: Turn, claimed: Sequence[Delivery]) -> list[Answer]:
    try:
        with acting_for(turn.reseller_id):
            letters = _letters(turn, claimed)
    except Unsealable:
        return [Answer(delivery.pk, trouble="secret_lost") for delivery in claimed]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(post, letters))


def _letters(turn: Turn, claimed: Sequence[Delivery]) -> list[Letter]:
    endpoint = _endpoints(turn).select_related("reseller", "made_by__user").first()
    if endpoint is None:
        return []
    bodies, keys = bodies_of(endpoint, claimed), secrets_of(endpoint)
    return [Letter(one.pk, endpoint.url, f"msg_{one.message_id.hex}", bodies[one.pk], keys) for one in claimed]


def secrets_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Those in force, the newest first."""
    old = endpoint.sealed_old_secret if endpoint.old_until and endpoint.old_until > timezone.now() else ""
    return tuple(unseal(sealed) for sealed in (endpoint.sealed_secret, old) if sealed)


def _settle(turn: Turn, answers: Sequence[Answer]) -> None:
    """Note what came of it. Not a step: the result counts even if somebody else has finished the job meanwhile."""
    with acting_for(turn.reseller_id):
        endpoint = _locked(turn)
        if endpoint is None:
            return
        told = {answer.delivery_id: answer for answer in answers}
        deliveries = Delivery.objects.filter(reseller_id=turn.reseller_id, pk__in=told).select_for_update()
        for delivery in deliveries:
            _note(delivery, told[delivery.pk])
        _judge(endpoint, answers)


def _note(delivery: Delivery, answer: Answer) -> None:
    delivery.took, delivery.status, delivery.trouble = answer.took, answer.status, answer.trouble
    delivery.excerpt = answer.excerpt
    if not answer.trouble:
        delivery.state = State.DELIVERED
    elif delivery.attempts > len(DELAYS):
        delivery.state = State.FAILED
    else:
        delivery.next_at = now() + max(_delay(delivery.attempts), timedelta(seconds=answer.wait))
    delivery.save(update_fields=["took", "status", "trouble", "excerpt", "state", "next_at"])


def _judge(endpoint: Endpoint, answers: Sequence[Answer]) -> None:
    """How the endpoint fares: a message that was taken makes up for others, but not for a wait that was asked for."""
    moment, rounds = now(), endpoint.failed_rounds
    rest = timedelta(seconds=max(answer.wait for answer in answers))
    if any(not answer.trouble for answer in answers):
        endpoint.failed_rounds, endpoint.failing_since = 0, None
    else:
        endpoint.failed_rounds, endpoint.failing_since = rounds + 1, endpoint.failing_since or moment
        rest = max(rest, RESTS[min(rounds, len(RESTS) - 1)])
    endpoint.paused_until = moment + rest if rest else None
    endpoint.save(update_fields=["failed_rounds", "failing_since", "paused_until"])
    if not endpoint.is_on:
        return
    if any(answer.trouble == "gone" for answer in answers):
        switch_off_by_itself(endpoint, Off.GONE)
    elif has_failed_for_long(endpoint):
        switch_off_by_itself(endpoint, Off.FAILING)


def _endpoints(turn: Turn) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(reseller_id=turn.reseller_id, pk=turn.object_id)


def _locked(turn: Turn) -> Endpoint | None:
    return _endpoints(turn).select_related("reseller").select_for_update(of=("self",), no_key=True).first()
