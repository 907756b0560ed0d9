"""Idempotency-Key, and how often a key may come."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from support.cast import customer
from support.programs import program

from accounts.tenancy import acting_for
from api.models import Answer
from api.tasks import forget_answers
from organizations.models import Organization


def count(cast):
    with acting_for(cast.northwind.pk):
        return Organization.objects.filter(reseller=cast.northwind).count()


@pytest.mark.django_db
def test_the_same_request_is_answered_again_without_a_second_effect(cast):
    erp = program(cast)
    first = erp.post("organizations", customer(), Idempotency_Key="a")
    second = erp.post("organizations", customer(), Idempotency_Key="a")
    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.content, second["ETag"]) == (first.content, first["ETag"])
    assert "Idempotency-Replayed" not in first and second["Idempotency-Replayed"] == "true"
    assert count(cast) == 1


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused(cast):
    erp = program(cast)
    erp.post("organizations", customer(), Idempotency_Key="a")
    answer = erp.post("organizations", customer("B AB"), Idempotency_Key="a")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert count(cast) == 1


@pytest.mark.django_db
def test_a_refusal_is_remembered_and_nothing_of_it_is_written(cast):
    erp = program(cast)
    bad = {"rows": [customer("Good AB"), {}], "all_or_nothing": True}
    first = erp.post("organizations/bulk", bad, Idempotency_Key="a")
    assert first.status_code == erp.post("organizations/bulk", bad, Idempotency_Key="a").status_code == 422
    assert count(cast) == 0


@pytest.mark.django_db
def test_each_program_has_keys_of_its_own(cast):
    one, other = program(cast), program(cast, name="CRM")
    one.post("organizations", customer("A AB"), Idempotency_Key="a")
    assert other.post("organizations", customer("B AB"), Idempotency_Key="a").status_code == 201


@pytest.mark.django_db
def test_after_a_day_the_key_is_free_and_the_answer_forgotten(cast):
    erp = program(cast)
    erp.post("organizations", customer("A AB"), Idempotency_Key="a")
    with acting_for(cast.northwind.pk):
        Answer.objects.update(at=timezone.now() - timedelta(hours=25))
    assert erp.post("organizations", customer("B AB"), Idempotency_Key="a").status_code == 201
    erp.post("organizations", customer("C AB"), Idempotency_Key="c")
    with acting_for(cast.northwind.pk):
        Answer.objects.filter(name="a").update(at=timezone.now() - timedelta(hours=25))
    assert forget_answers() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["x" * 256, "a\tb"])
def test_a_key_that_makes_no_sense_is_refused(cast, name):
    assert program(cast).post("organizations", customer(), Idempotency_Key=name).status_code == 400


@pytest.mark.django_db
def test_a_server_error_is_not_remembered(cast, monkeypatch):
    erp = program(cast)
    with monkeypatch.context() as patch:
        patch.setattr("organizations.api.create_organizations", lambda *args, **kwargs: 1 / 0)
        failed = erp.post("organizations", customer(), Idempotency_Key="a")
        assert (failed.status_code, failed.json()["code"]) == (500, "internal")
        assert "division" not in failed.content.decode()
    assert erp.post("organizations", customer(), Idempotency_Key="a").status_code == 201


@pytest.mark.django_db
def test_an_outage_says_when_to_come_again_and_is_not_remembered(cast, monkeypatch):
    erp = program(cast)
    with monkeypatch.context() as patch:
        patch.setattr("organizations.api.create_organizations", raise_outage)
        failed = erp.post("organizations", customer(), Idempotency_Key="a")
    assert (failed.status_code, failed.json()["code"], failed["Retry-After"]) == (503, "unavailable", "30")
    assert erp.post("organizations", customer(), Idempotency_Key="a").status_code == 201


def raise_outage(*args, **kwargs):
    raise OperationalError("the database is away")


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_have_one_effect(cast):
    erp = program(cast)
    answers = []

    def ask():
        answers.append(erp.__class__(erp.secret).post("organizations", customer(), Idempotency_Key="a"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert count(cast) == 1


@pytest.mark.django_db
def test_a_key_that_comes_too_often_is_told_when_to_come_again(cast, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    erp, other = program(cast), program(cast, name="CRM")
    assert [erp.get("organizations").status_code for _ in range(3)] == [200] * 3
    late = erp.get("organizations")
    assert (late.status_code, late.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(late["Retry-After"]) <= 20
    assert other.get("organizations").status_code == 200
