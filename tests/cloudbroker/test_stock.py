"""How things stand over all resellers, as Prometheus reads it: right sums, and nobody's name."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from support.connections import wanted as connection
from support.files import table, upload, work_on
from support.webhooks import wanted as webhook

from accounts.models import new_id
from accounts.tenancy import acting_for
from cloudbroker.stock import KEY, health_of
from cloudbroker.tasks import take_stock
from csp_link.connecting import set_connection
from csp_link.models import Connection
from csp_link.troubles import TROUBLES
from imports import tasks
from imports.receiving import start_import
from jobs.models import Job
from webhooks.endpoints import make_endpoint
from webhooks.models import Delivery, Endpoint


@pytest.fixture(autouse=True)
def _nobody_has_counted():
    cache.delete(KEY)
    yield
    cache.delete(KEY)


def numbers_of(name):
    text = Client().get("/metrics").text
    return {
        label: float(value) for label, value in re.findall(rf'^{name}{{\w+="(\w+)"}} ([\d.e+-]+)$', text, re.MULTILINE)
    }


def oldest():
    return float(
        re.search(r"^cloudbroker_webhook_oldest_seconds (\S+)$", Client().get("/metrics").text, re.MULTILINE)[1]
    )


@pytest.fixture
def two_resellers(cast):
    """Imports, connections and webhooks at both, in every state."""
    upload(cast.sign_in(), table(count=3))
    upload(cast.sign_in("neighbour"), table(count=3))
    for reseller, actor, trouble in (
        (cast.northwind, lambda: cast.admin, "throttled"),
        (cast.fabrikam, lambda: cast.neighbours_admin, "wrong_secret"),
    ):
        with acting_for(reseller.pk):
            set_connection(actor(), connection())
            Connection.objects.update(trouble=trouble)
            endpoint, _ = make_endpoint(actor(), webhook())
            Delivery.objects.create(
                reseller=reseller,
                endpoint=endpoint,
                message_id=new_id(),
                kind="organization.created",
                created_at=timezone.now() - timedelta(minutes=5),
            )
    return cast


def test_how_things_stand_is_counted_over_all_resellers(two_resellers):
    cast = two_resellers
    take_stock()
    assert numbers_of("cloudbroker_imports")["reading"] == 2
    assert numbers_of("cloudbroker_connections") == {"well": 0, "waiting": 1, "broken": 1}
    assert numbers_of("cloudbroker_webhooks") == {"on": 2, "failing": 0, "off": 0}
    assert numbers_of("cloudbroker_webhook_messages") == {"waiting": 2}
    assert 290 < oldest() < 400
    job = work_on(cast, tasks.read)
    with acting_for(cast.northwind.pk):
        start_import(cast.admin, job)
    work_on(cast, tasks.create)
    take_stock()
    assert numbers_of("cloudbroker_import_rows_total") == {"created": 3, "updated": 0, "unchanged": 0, "failed": 0}
    assert numbers_of("cloudbroker_imports")["reading"] == 1


def test_an_endpoint_that_is_off_owes_nothing(two_resellers):
    for reseller in (two_resellers.northwind, two_resellers.fabrikam):
        with acting_for(reseller.pk):
            Endpoint.objects.update(off_at=timezone.now(), off_reason="by_hand")
    take_stock()
    assert numbers_of("cloudbroker_webhooks") == {"on": 0, "failing": 0, "off": 2}
    assert numbers_of("cloudbroker_webhook_messages") == {"waiting": 0}
    assert oldest() == 0


def test_no_number_names_anybody(two_resellers):
    take_stock()
    text = Client().get("/metrics").text
    assert "cloudbroker_connections" in text
    assert not re.search(r"northwind|fabrikam|example", text, re.IGNORECASE)


def test_every_trouble_is_one_that_passes_or_waits_for_a_person():
    found = {code: health_of(code) for code in TROUBLES}
    assert set(found.values()) == {"waiting", "broken"} and health_of("") == "well"
    assert all((health == "waiting") == TROUBLES[code].passes for code, health in found.items())


def test_the_queue_is_told_by_task(cast):
    for number, task in enumerate(("imports.read", "imports.read", "webhooks.send")):
        Job.objects.create(reseller=cast.northwind, task=task, object_id=number, due_at=timezone.now())
    text = Client().get("/metrics").text
    assert (
        'cloudbroker_queue{task="imports.read"} 2.0' in text and 'cloudbroker_queue{task="webhooks.send"} 1.0' in text
    )
