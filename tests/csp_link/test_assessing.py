"""Comparing tenants with organizations: at once where they are few, by a worker where they are many."""

import time

import pytest
from django.db import connection
from support.tenants import LIST
from support.workers import at_once

from accounts.tenancy import acting_for
from csp_link import assessing
from csp_link.models import Assessment, Tenant
from csp_link.schedule import tick
from csp_link.tasks import assess, read
from jobs.models import Job
from jobs.work import MOST_FAILURES

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(desk, monkeypatch):
    """Five tenants are many here, and two of them a chunk."""
    monkeypatch.setattr(assessing, "FEW", 3)
    monkeypatch.setattr(assessing, "CHUNK", 2)
    for number in range(5):
        desk.tenant(f"Tenant {number}", f"t{number}.example")
    desk.organization("Known", primary_domain="t3.example")
    return desk


def jobs():
    return list(Job.objects.filter(task="csp_link.assess"))


def work(desk):
    (job,) = jobs()
    assess(desk.cast.northwind.pk, job.object_id)


def states(desk):
    with acting_for(desk.cast.northwind.pk):
        return list(Tenant.objects.order_by("name").values_list("finding", flat=True))


def test_many_are_compared_by_a_worker_while_the_list_stays_usable(many):
    page = many.browser.get(LIST)
    assert b"being compared" in page.content and len(page.context["rows"]) == 5
    assert b"being compared" in many.browser.get(f"{LIST}comparing/").content
    many.browser.get(LIST)
    assert len(jobs()) == 1 and set(states(many)) == {"unlinked"}
    work(many)
    assert states(many) == ["unlinked", "unlinked", "unlinked", "suggested", "unlinked"] and jobs() == []


@pytest.mark.django_db(transaction=True)
def test_the_note_goes_when_nothing_is_due_any_more(many):
    many.browser.get(LIST)
    work(many)
    assert many.browser.get(f"{LIST}comparing/").headers["HX-Refresh"] == "true"
    assert b"being compared" not in many.browser.get(LIST).content and jobs() == []


def test_the_form_of_a_tenant_says_that_suggestions_are_still_to_come(many):
    with acting_for(many.cast.northwind.pk):
        one = Tenant.objects.get(name="Tenant 3")
    assert b"Load the page again in a moment" in many.browser.get(f"{LIST}{one.tenant_id}/link/").content
    work(many)
    assert b"has the same domain" in many.browser.get(f"{LIST}{one.tenant_id}/link/").content


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_goes_on_where_it_was(many, monkeypatch):
    real, seen = assessing._find, []

    def find(tenant, *more):
        seen.append(tenant.name)
        if len(seen) == 4:
            raise SystemError
        return real(tenant, *more)

    monkeypatch.setattr(assessing, "_find", find)
    many.browser.get(LIST)
    work(many)
    assert len(seen) == 4 and len(jobs()) == 1
    work(many)
    assert seen[4:] == ["Tenant 2", "Tenant 3", "Tenant 4"], "those that were compared are not compared again"
    assert "suggested" in states(many) and jobs() == []


def test_an_error_without_end_gives_up_and_the_next_look_asks_again(many, monkeypatch):
    many.browser.get(LIST)
    monkeypatch.setattr(assessing, "directory_of", lambda reseller: 1 / 0)
    for _ in range(MOST_FAILURES):
        work(many)
    assert jobs() == []
    monkeypatch.undo()
    many.browser.get(LIST)
    assert states(many)[3] == "suggested"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_the_tenants_and_wait_for_nobody(many):
    many.browser.get(LIST)
    (job,) = jobs()
    with acting_for(many.cast.northwind.pk):
        Tenant.objects.select_for_update().get(name="Tenant 0")  # somebody is at work on it
        at_once(*[lambda: assess(many.cast.northwind.pk, job.object_id)] * 2)
    with acting_for(many.cast.northwind.pk):
        left = Tenant.objects.filter(assessed_version=None)
        assert [tenant.name for tenant in left] == ["Tenant 0"] and states(many)[3] == "suggested"
    assert many.browser.get(LIST).context["is_comparing"] is False
    with acting_for(many.cast.northwind.pk):
        assert not Tenant.objects.filter(assessed_version=None).exists()


def test_only_who_has_changed_is_compared_again(many, monkeypatch):
    many.browser.get(LIST)
    work(many)
    with acting_for(many.cast.northwind.pk):
        Assessment.objects.update(at="2100-01-01T00:00Z")  # as if the organizations had settled
        one = Tenant.objects.get(name="Tenant 3")
        (known,) = many.organizations.values()
    seen = []
    real = assessing._find
    monkeypatch.setattr(assessing, "_find", lambda tenant, *more: seen.append(tenant.name) or real(tenant, *more))
    many.act(one, "reject", organization=str(known.public_id))
    many.browser.get(LIST)
    assert seen == ["Tenant 3"] and states(many)[3] == "needs_decision"


def test_a_reading_of_the_list_has_its_tenants_compared(desk, link):
    link.connect()
    desk.browser.post("/csp/sync/refresh/")
    with acting_for(desk.cast.northwind.pk):
        reading = Job.objects.get(task="csp_link.sync")
    desk.organization("Bergström", primary_domain="bergstromsoner.se")
    read(desk.cast.northwind.pk, reading.object_id)
    work(desk)
    assert states(desk).count("suggested") == 1, "before anybody looked"


def test_the_schedule_has_compared_what_nobody_looks_at(many):
    tick()
    work(many)
    assert states(many)[3] == "suggested"


def test_what_became_mandatory_is_missing_from_then_on(desk):
    desk.tenant("Read", "read.example", profile={"notification_email": "it@read.example"})
    assert desk.rows()["Read"]["state"] == "Not linked"
    desk.browser.post("/settings/mandatory-columns/", {"field": ["customer_number"]})
    assert desk.rows()["Read"]["missing"] == "Customer number"


# Ten thousand

TENANTS = """
INSERT INTO csp_link_tenant (reseller_id, public_id, tenant_id, name, domain, domains, relationship, first_seen,
    last_seen, sort_name, search_text, reason, profile, profile_at, profile_trouble, finding, candidates, missing,
    rejected)
SELECT %(reseller)s, gen_random_uuid(), gen_random_uuid(), 'Tenant ' || n || ' AB', 't' || n || '.example', '{}',
    'reseller', now(), now(), 'tenant ' || n || ' ab', 'tenant ' || n || ' ab', '', '{"city": "Oslo"}', now(), '',
    'unlinked', '[]', '{}', '{}'
FROM generate_series(1, 10000) AS n
"""


@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_of_each_are_compared_in_seconds_and_the_list_never_waits(desk, record_property):
    reseller = desk.cast.northwind
    desk.browser.get(LIST)  # whose templates are read once
    with acting_for(reseller.pk), connection.cursor() as cursor:
        cursor.execute(TENANTS, {"reseller": reseller.pk})
    pattern = desk.organization("Tenant 1", primary_domain="t1.example")
    copies(pattern, 10_000)
    looked = timed(lambda: desk.browser.get(LIST))
    compared = timed(lambda: work(desk))
    assert states(desk).count("suggested") == 10_000
    again = timed(lambda: desk.browser.get(LIST))
    for name, seconds in {"the first look": looked, "comparing": compared, "the next look": again}.items():
        record_property(f"seconds for {name} at 10,000", round(seconds, 3))
    assert looked < 1 and again < 1 and compared < 30
    assert jobs() == []


def copies(organization, count):
    """So many more like it, with names and domains of their own."""
    columns = [
        field.column
        for field in organization._meta.concrete_fields
        if not field.generated and field.column not in ("id", "public_id", "name", "sort_name", "primary_domain")
    ]
    listed = ", ".join(columns)
    with acting_for(organization.reseller_id), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO organizations_organization (public_id, name, sort_name, primary_domain, {listed})"
            f" SELECT gen_random_uuid(), 'Tenant ' || n, 'tenant ' || n, 't' || n || '.example', {listed}"
            " FROM organizations_organization, generate_series(2, %s) AS n",
            [count],
        )


def timed(call):
    began = time.monotonic()
    call()
    return time.monotonic() - began
