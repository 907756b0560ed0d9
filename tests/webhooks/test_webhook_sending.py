"""What becomes of a message: signed, taken, tried again, given up; and of an endpoint that takes nothing."""

import base64
import hashlib
import hmac
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from support.webhooks import Webhook, wanted

from accounts.refusals import Refused
from accounts.tenancy import acting_for
from webhooks import posting, sending
from webhooks.endpoints import (
    MOST,
    change_endpoint,
    get_deliveries,
    get_endpoint,
    get_endpoints,
    make_endpoint,
    remove_endpoint,
    roll_secret,
    send_again,
    send_test,
    switch_off,
    switch_on,
)
from webhooks.models import Delivery, Endpoint
from webhooks.tasks import forget_deliveries, tick

pytestmark = pytest.mark.django_db


def is_signed(request, secret):
    """As the specification says it, in words of our own: https://www.standardwebhooks.com"""
    told = request["headers"]
    content = b".".join([told["webhook-id"].encode(), told["webhook-timestamp"].encode(), request["body"]])
    key = base64.b64decode(re.fullmatch(r"whsec_(.+)", secret)[1])
    mine = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return mine in [word[3:] for word in told["webhook-signature"].split(" ") if word.startswith("v1,")]


def test_a_test_is_sent_signed_and_noted(webhook, receiver):
    (delivery,) = webhook.test()
    (request,) = receiver.requests
    assert (delivery.state, delivery.attempts, delivery.status, delivery.excerpt) == ("delivered", 1, 200, "thanks")
    assert is_signed(request, webhook.secret) and not is_signed(request, "whsec_" + "A" * 44)
    assert request["path"] == "/hooks?token=secret"
    assert request["headers"]["content-type"] == "application/json"
    assert abs(int(request["headers"]["webhook-timestamp"]) - timezone.now().timestamp()) < 5
    assert receiver.messages[0]["type"] == "webhook.test"
    assert webhook.jobs == 0


def test_the_secret_lies_sealed_in_the_database(webhook):
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", webhook.secret)
    assert webhook.secret not in webhook.now.sealed_secret and len(webhook.now.sealed_secret) > 60


def test_for_a_while_a_rolled_secret_signs_beside_the_new_one(webhook, receiver):
    new = webhook.do(roll_secret, timedelta(hours=1))
    webhook.test()
    assert [is_signed(receiver.requests[0], secret) for secret in (webhook.secret, new)] == [True, True]
    webhook.set(old_until=timezone.now() - timedelta(seconds=1))
    webhook.test()
    assert [is_signed(receiver.requests[1], secret) for secret in (webhook.secret, new)] == [False, True]
    newer = webhook.do(roll_secret, timedelta(0))
    webhook.test()
    assert [is_signed(receiver.requests[2], secret) for secret in (new, newer)] == [False, True]


def test_a_message_that_is_not_taken_is_tried_again_as_the_same_message(webhook, receiver):
    receiver.how = "refuse"
    (delivery,) = webhook.test()
    assert (delivery.state, delivery.attempts, delivery.trouble, delivery.status) == ("waiting", 1, "refused", 500)
    assert 3 < (delivery.next_at - timezone.now()).total_seconds() <= 5
    receiver.how = "ok"
    webhook.put(next_at=timezone.now())
    webhook.set(paused_until=None)
    (delivery,) = webhook.work()
    assert (delivery.state, delivery.attempts, delivery.trouble) == ("delivered", 2, "")
    first, second = receiver.requests
    assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
    assert first["body"] == second["body"] and is_signed(second, webhook.secret)


def test_it_waits_longer_each_time_and_fails_after_three_days(webhook, receiver):
    receiver.how, waited = "refuse", []
    webhook.test()
    while webhook.log[0].state == "waiting":
        waited.append(webhook.log[0].next_at - timezone.now())
        webhook.put(next_at=timezone.now())
        webhook.set(paused_until=None)
        webhook.work()
    assert waited == sorted(waited) and timedelta(days=3) < sum(waited, timedelta()) < timedelta(days=4)
    assert webhook.log[0].attempts == len(receiver.requests) == 11
    webhook.set(paused_until=None)
    webhook.work()
    assert len(receiver.requests) == 11


@pytest.mark.parametrize(
    ("later", "least", "most"),
    [("600", 590, 600), ("1", 3, 5), ("99999999", 3_590, 3_600), ("Thu, 01 Jan 2099 00:00:00 GMT", 3_590, 3_600)],
)
def test_a_receiver_that_says_when_to_come_again_is_left_alone_until_then_but_for_an_hour_at_most(
    webhook, receiver, later, least, most
):
    receiver.how, receiver.later = "busy", later
    (delivery,) = webhook.test()
    assert (delivery.state, delivery.trouble, delivery.status) == ("waiting", "refused", 429)
    for moment in (delivery.next_at, webhook.now.paused_until):
        assert least <= (moment - timezone.now()).total_seconds() <= most
    assert webhook.work() and len(receiver.requests) == 1, "nothing else goes there meanwhile"


def test_a_receiver_that_took_some_messages_and_asked_to_wait_with_others_is_waited_for(webhook, monkeypatch):
    def busy_after_the_first(letter, post=sending.post):
        answer = post(letter)
        return answer if letter.delivery_id == first.pk else replace(answer, status=429, trouble="refused", wait=600)

    webhook.do(send_test)
    (first,) = webhook.log
    monkeypatch.setattr(sending, "post", busy_after_the_first)
    assert [one.state for one in webhook.test()] == ["delivered", "waiting"]
    assert webhook.now.failing_since is None
    assert (webhook.now.paused_until - timezone.now()).total_seconds() > 590


@pytest.mark.parametrize(("how", "trouble"), [("hang", "timeout"), ("cut", "cut_short")])
def test_whatever_a_receiver_does_is_told_by_name(webhook, receiver, monkeypatch, how, trouble):
    monkeypatch.setattr(posting, "TOTAL", 0.5)
    receiver.how = how
    assert [(one.state, one.trouble) for one in webhook.test()] == [("waiting", trouble)]


def test_an_address_that_was_allowed_once_is_looked_at_every_time(webhook, receiver, settings):
    settings.WEBHOOKS_CALL_LOOPBACK = False
    assert [(one.state, one.trouble) for one in webhook.test()] == [("waiting", "not_public")]
    assert receiver.requests == []


def test_a_secret_that_cannot_be_read_is_told_and_breaks_nothing(webhook, receiver, settings):
    settings.SECRET_KEY = "another key"
    assert [(one.state, one.trouble) for one in webhook.test()] == [("waiting", "secret_lost")]
    assert receiver.requests == []


# An endpoint that takes nothing


def test_an_endpoint_that_takes_nothing_rests_however_much_waits(webhook, receiver):
    receiver.how = "refuse"
    for _ in range(20):
        webhook.do(send_test)
    webhook.turn()
    assert len(receiver.requests) == sending.AT_ONCE
    assert webhook.now.paused_until > timezone.now() and webhook.jobs == 0
    assert tick() == 0
    webhook.set(paused_until=timezone.now())
    webhook.work()
    assert len(receiver.requests) == 2 * sending.AT_ONCE
    assert (webhook.now.paused_until - timezone.now()).total_seconds() > 20


def test_one_message_that_is_taken_ends_the_rest(webhook, receiver):
    receiver.how = "refuse"
    webhook.test()
    assert webhook.now.failing_since is not None
    receiver.how = "ok"
    webhook.test()
    now = webhook.now
    assert (now.failed_rounds, now.failing_since, now.paused_until) == (0, None, None)


def failing_for(webhook, days, rounds):
    webhook.receiver.how = "refuse"
    webhook.set(failing_since=timezone.now() - timedelta(days=days), failed_rounds=rounds)
    webhook.test()


def test_after_days_of_failing_it_is_switched_off_and_administrators_are_told(webhook, cast):
    failing_for(webhook, days=3.1, rounds=9)
    assert (webhook.now.is_on, webhook.now.off_reason) == (False, "failing")
    (event,) = webhook.events("webhook.switched_off")
    assert (event.actor_label, event.details) == ("Webhooks", {"name": "ERP"})
    webhook.work()
    (message,) = mail.outbox
    assert message.to == ["reseller_admin@northwind.example"]
    assert "ERP" in message.subject and f"/settings/webhooks/{webhook.public_id}/" in message.body
    webhook.work()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("days", "rounds"), [(2.9, 50), (30, 5)])
def test_neither_many_failures_nor_long_silence_alone_switch_it_off(webhook, days, rounds):
    failing_for(webhook, days, rounds)
    assert webhook.now.is_on


def test_a_receiver_that_is_gone_is_believed_at_once(webhook, receiver):
    receiver.how = "gone"
    webhook.test()
    assert (webhook.now.is_on, webhook.now.off_reason) == (False, "gone")
    webhook.work()
    assert "410 Gone" in mail.outbox[0].body


def test_a_mail_server_that_is_away_keeps_no_endpoint_on_and_no_job_for_ever(webhook, receiver, monkeypatch):
    receiver.how = "gone"
    monkeypatch.setattr("webhooks.ending.send_mail", lambda *args: 1 / 0)
    webhook.test()
    for _ in range(5):
        webhook.work()
    assert (webhook.now.is_on, webhook.now.is_mail_due, webhook.jobs) == (False, False, 0)


def test_an_endpoint_that_is_off_is_sent_nothing(webhook, receiver):
    webhook.do(send_test)
    webhook.do(switch_off)
    webhook.work()
    assert receiver.requests == [] and webhook.log[0].state == "waiting"
    for verb in (send_test, lambda actor, endpoint: send_again(actor, endpoint, get_deliveries(actor, endpoint))):
        with pytest.raises(Refused):
            webhook.do(verb)
    webhook.do(switch_on)
    webhook.work()
    assert len(receiver.requests) == 1


# Sending again


def test_a_message_is_sent_again_on_request_under_its_id(webhook, receiver):
    receiver.how = "refuse"
    webhook.test()
    webhook.put(state="failed")
    receiver.how = "ok"
    again = lambda actor, endpoint: send_again(actor, endpoint, get_deliveries(actor, endpoint))  # noqa: E731
    assert webhook.do(again) == 1
    (delivery,) = webhook.turn()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert webhook.do(again) == 1
    webhook.turn()
    assert len({request["headers"]["webhook-id"] for request in receiver.requests}) == 1
    assert len(receiver.requests) == 3


def test_deliveries_are_forgotten_after_a_month(webhook, monkeypatch):
    monkeypatch.setattr("webhooks.tasks.AT_ONCE", 1)
    webhook.test()
    webhook.test()
    webhook.put(created_at=timezone.now() - timedelta(days=29))
    assert forget_deliveries() == 0
    webhook.put(created_at=timezone.now() - timedelta(days=31))
    assert forget_deliveries() == 2 and webhook.log == []


# A worker that dies, and two at once


def test_a_worker_that_dies_while_sending_has_only_delayed_the_message(webhook, receiver, monkeypatch):
    """The message had arrived; so it comes twice, under one id."""

    def die(*args):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_settle", die)
        with pytest.raises(SystemExit):
            webhook.test()
    (delivery,) = webhook.log
    assert (delivery.state, delivery.attempts) == ("waiting", 1) and delivery.next_at > timezone.now()
    webhook.put(next_at=timezone.now())
    (delivery,) = webhook.work()
    assert delivery.state == "delivered"
    assert len({request["headers"]["webhook-id"] for request in receiver.requests}) == 1


def test_what_one_worker_has_in_hand_another_leaves_alone(webhook, receiver, monkeypatch):
    def meanwhile(letter, post=sending.post):
        answers.append(post(letter))
        return answers[-1]

    answers = []
    monkeypatch.setattr(sending, "post", meanwhile)
    settle = sending._settle

    def second(turn, told):
        monkeypatch.setattr(sending, "_settle", settle)
        webhook.turn()  # finds nothing that is due, and finishes the job
        settle(turn, told)

    monkeypatch.setattr(sending, "_settle", second)
    (delivery,) = webhook.test()
    assert len(receiver.requests) == 1 and delivery.state == "delivered"


# Whose it is


def test_only_who_may_change_settings_has_anything_to_do_with_webhooks(webhook, cast):
    verbs = [
        lambda actor, endpoint: make_endpoint(actor, wanted()),
        lambda actor, endpoint: change_endpoint(actor, endpoint, wanted(name="CRM")),
        lambda actor, endpoint: roll_secret(actor, endpoint, timedelta(0)),
        switch_off,
        switch_on,
        send_test,
        remove_endpoint,
        lambda actor, endpoint: send_again(actor, endpoint, get_deliveries(actor, endpoint)),
    ]
    with acting_for(cast.northwind.pk):
        endpoint = Endpoint.objects.get()
        for role in set(cast.members) - {"reseller_admin"}:
            for verb in verbs:
                with pytest.raises(PermissionDenied):
                    verb(cast.act_as(role), endpoint)
            assert not get_endpoints(cast.act_as(role)).exists()
    assert webhook.now.is_on and webhook.now.name == "ERP"


def test_the_neighbour_finds_no_webhook_of_others(webhook, cast):
    webhook.test()
    with acting_for(cast.fabrikam.pk):
        assert not Endpoint.objects.exists() and not Delivery.objects.exists()
        with pytest.raises(Http404):
            get_endpoint(cast.neighbours_admin, webhook.public_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://127.0.0.1/"},
        {"url": "nonsense"},
        {"kinds": frozenset()},
        {"kinds": frozenset({"api_key.made"})},
    ],
)
def test_the_verbs_let_nothing_through_that_the_form_would_not(webhook, cast, settings, changes):
    settings.WEBHOOKS_CALL_LOOPBACK = False
    with pytest.raises(Refused):
        webhook.do(lambda actor, endpoint: make_endpoint(actor, wanted(**changes)))
    with pytest.raises(Refused):
        webhook.do(change_endpoint, wanted(**changes))
    with acting_for(cast.northwind.pk):
        assert Endpoint.objects.get().url == webhook.receiver.url


def test_there_is_an_end_to_how_many_a_reseller_may_have(cast):
    with acting_for(cast.northwind.pk):
        for _ in range(MOST):
            make_endpoint(cast.admin, wanted())
        with pytest.raises(Refused, match="at most 20"):
            make_endpoint(cast.admin, wanted())


def test_the_log_tells_every_change_and_no_secret(webhook):
    webhook.do(change_endpoint, wanted(url="https://crm.example/hook?token=hidden", kinds=frozenset({"group.created"})))
    webhook.do(roll_secret, timedelta(0))
    webhook.do(switch_off)
    webhook.do(switch_on)
    webhook.do(remove_endpoint)
    told = {
        kind: webhook.events(f"webhook.{kind}") for kind in ("made", "changed", "rolled", "switched_off", "removed")
    }
    assert [len(events) for events in told.values()] == [1] * 5
    changes = told["changed"][0].details["changes"]
    assert changes["host"] == ["127.0.0.1", "crm.example"] and changes["kinds"][1] == "group.created"
    everything = str([event.details for events in told.values() for event in events])
    assert "hidden" not in everything and "secret" not in everything and "whsec" not in everything


def test_removing_an_endpoint_removes_what_waits_for_it(webhook, receiver):
    webhook.do(send_test)
    webhook.do(remove_endpoint)
    assert webhook.turn() == [] and webhook.jobs == 0 and receiver.requests == []


def test_another_webhook_is_not_held_up_by_one_that_hangs(webhook, cast, receiver):
    other = Webhook(cast, receiver, name="Other")
    webhook.do(send_test)
    webhook.set(paused_until=timezone.now() + timedelta(minutes=5))
    other.test()
    assert (webhook.log[0].state, other.log[0].state) == ("waiting", "delivered")
