"""A file's way through the pages and the engine, with tasks run in the test's own process."""

import pytest
from support.files import numbered, table, upload
from support.workers import at_once

from accounts.tenancy import acting_for
from events.models import Event
from imports.models import Import
from imports.tasks import create, read
from organizations.models import Organization

HEADING = "Name;Primary domain;Notification email;Customer number\r\n"


@pytest.fixture
def jobs(cast):
    """Runs the newest import's task as a worker would."""

    def run(task):
        with acting_for(cast.northwind.pk):
            job = Import.objects.latest("id")
        task(cast.northwind.pk, job.pk)
        with acting_for(cast.northwind.pk):
            return Import.objects.get(pk=job.pk)

    return run


def test_a_file_becomes_organizations(cast, jobs):
    client = cast.sign_in()
    answer = upload(client, HEADING + "Åkeri AB;https://www.Åkeri.se/;it@åkeri.se;00417\r\nBad;nodomain;x;1\r\n")
    assert answer.status_code == 302
    job = jobs(read)
    assert (job.state, job.rows_valid, job.rows_invalid) == ("ready", 1, 1)
    page = client.get(answer.url)
    assert "Create/Import Organizations (1)" in page.text
    assert "“nodomain” is not a complete domain" in page.text
    assert client.post(f"{answer.url}start/").status_code == 302
    job = jobs(create)
    assert (job.state, job.rows_created, job.rows_failed) == ("done", 1, 0)
    with acting_for(cast.northwind.pk):
        made = Organization.objects.get()
    assert (made.name, made.primary_domain, made.customer_number) == ("Åkeri AB", "xn--keri-poa.se", "00417")
    assert "Åkeri AB" in client.get("/organizations/").text
    assert "Åkeri AB" in client.get(f"/organizations/{made.public_id}/").text
    assert client.get("/organizations/imports/").status_code == 200
    report = client.get(f"{answer.url}failed-rows/").getvalue().decode("utf-8-sig")
    assert report.splitlines()[0].endswith(";Errors")
    assert report.splitlines()[1].startswith("Bad;nodomain;x;1;")


@pytest.mark.django_db(transaction=True)
def test_the_same_customers_posted_twice_at_once_and_started_twice_makes_each_organization_once(cast):
    rows = [numbered(number) for number in range(300)]
    contents = table(*rows), table(*reversed(rows))  # each in an order of its own: locks must not cross
    answers = at_once(*[lambda text=text: upload(cast.sign_in(), text) for text in contents])
    assert [answer.status_code for answer in answers] == [302, 302]
    with acting_for(cast.northwind.pk):
        twins = list(Import.objects.order_by("id"))
    for job in twins:
        read(cast.northwind.pk, job.pk)
    clicks = [lambda u=answer.url: cast.sign_in().post(f"{u}start/") for answer in answers for _ in range(2)]
    assert {answer.status_code for answer in at_once(*clicks)} == {302}
    at_once(*[lambda job=job: create(cast.northwind.pk, job.pk) for job in twins])
    with acting_for(cast.northwind.pk):
        assert Organization.objects.count() == 300
        first, second = Import.objects.order_by("id")
        assert (first.state, second.state) == ("done", "done")
        assert first.rows_created + second.rows_created == 300
        assert first.rows_failed + second.rows_failed == 300
        assert Event.objects.filter(kind="organization.created").count() == 300
        assert Event.objects.filter(kind="import.started").count() == 2
    loser = first if first.rows_failed else second
    page = cast.sign_in().get(f"/organizations/imports/{loser.public_id}/?rows=failed").text
    assert "is already used by Customer" in page
