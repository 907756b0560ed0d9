"""A file's way through the pages and the engine, with tasks run in the test's own process."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tenancy import acting_for
from imports.models import Import
from imports.tasks import create, read
from organizations.models import Organization

HEADING = "Name;Primary domain;Notification email;Customer number\r\n"


def upload(client, text, name="customers.csv", **data):
    content = text if isinstance(text, bytes) else text.encode("cp1252")
    return client.post("/organizations/create-multiple/", {"file": SimpleUploadedFile(name, content), **data})


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
