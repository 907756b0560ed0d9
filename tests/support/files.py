"""Files of customers, how people hand them in, and how the work on them is done in the test's own process."""

import csv
import io

URL = "/organizations/create-multiple/"


def table(*rows, count=0, headings=None, delimiter=";"):
    """A CSV text of these rows (dicts of field to text) and then of `count` good ones."""
    rows = [*rows, *(numbered(number) for number in range(1, count + 1))]
    headings = headings or list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def numbered(number):
    """A good row with a number in it, of which no two are alike."""
    domain = f"customer-{number}.example"
    return {
        "name": f"Customer {number} AB",
        "primary_domain": domain,
        "notification_email": f"it@{domain}",
        "customer_number": f"{number:06d}",
    }


def upload(client, content, name="customers.csv", **data):
    from django.core.files.uploadedfile import SimpleUploadedFile

    content = content if isinstance(content, bytes) else content.encode()
    return client.post(URL, {"file": SimpleUploadedFile(name, content), **data})


def newest(cast):
    """The import that was made last, as it is now."""
    from accounts.tenancy import acting_for
    from imports.models import Import

    with acting_for(cast.northwind.pk):
        return Import.objects.select_related("membership__user", "reseller").latest("id")


def work_on(cast, *tasks, job=None):
    """Runs tasks (`read`, `create`) on the newest import, or on `job`, as a worker would; returns the import after."""
    from accounts.tenancy import acting_for
    from imports.models import Import

    job = job or newest(cast)
    for task in tasks:
        task(cast.northwind.pk, job.pk)
    with acting_for(cast.northwind.pk):
        return Import.objects.get(pk=job.pk)


def staged(cast, job):
    """The import's staged rows by number."""
    from accounts.tenancy import acting_for
    from imports.models import ImportRow

    with acting_for(cast.northwind.pk):
        return {row.number: row for row in ImportRow.objects.filter(batch_id=job.pk)}


def organizations(cast):
    """Northwind's organizations by domain."""
    from accounts.tenancy import acting_for
    from organizations.models import Organization

    with acting_for(cast.northwind.pk):
        return {row.primary_domain: row for row in Organization.objects.all()}


def sentences(job, row):
    """What the person who made the import reads about a staged row, by field."""
    from accounts.tenancy import acting_for
    from groups.access import actor_of
    from imports.problems import sentences_of

    with acting_for(job.reseller_id):
        return sentences_of(actor_of(job.membership), [row.errors])[0]
