"""What was exported and imported again changes nothing: in every format, with every awkward customer that we know.

`ROUND_TRIP=5000` takes that many instead of a thousand.
"""

import json
import os

import pytest
from support.awkward import customers
from support.files import upload, work_on
from support.programs import program

from accounts.tenancy import acting_for
from events.models import Event
from exports.formats import FORMATS
from imports.readers import READERS
from imports.tasks import create, read
from organizations.models import Organization

COUNT = int(os.environ.get("ROUND_TRIP", "1000"))
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(60 + COUNT // 20)]
IN_FILES = sorted(name for name, made in FORMATS.items() if (made.ending or name) in READERS)


def export(cast, name):
    answer = cast.sign_in().post("/organizations/export/", {"format": name, "scope": "all"})
    return b"".join(answer.streaming_content)


def stored(cast):
    """Everything of every organization, its version and times included."""
    with acting_for(cast.northwind.pk):
        return list(Organization.objects.order_by("pk").values())


def written(cast):
    """How many events there are of organizations."""
    with acting_for(cast.northwind.pk):
        return Event.objects.filter(kind__startswith="organization.").count()


@pytest.fixture
def kept(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *customers(COUNT), groups=[cast.nordics, cast.dach])
    return stored(cast), written(cast)


def test_every_format_goes_round():
    assert {*IN_FILES, "json"} == set(FORMATS)


@pytest.mark.parametrize("name", IN_FILES)
def test_an_export_imported_again_leaves_everything_as_it_was(cast, kept, name):
    client = cast.sign_in()
    address = upload(client, export(cast, name), f"organizations.{FORMATS[name].ending or name}", mode="update").url
    job = work_on(cast, read)
    said = (job.state, job.rows_read, job.rows_to_keep, job.rows_to_update, job.rows_invalid)
    assert said == ("ready", COUNT, COUNT, 0, 0)
    assert "there is nothing to change" in client.get(address).text
    client.post(f"{address}start/")
    job = work_on(cast, create)
    told = (job.rows_unchanged, job.rows_created, job.rows_updated, job.rows_failed)
    assert told == (0, 0, 0, 0) or told == (COUNT, 0, 0, 0)
    assert (stored(cast), written(cast)) == kept


def test_json_goes_back_through_the_api(cast, kept):
    rows = json.loads(export(cast, "json"))
    unchanged = 0
    for start in range(0, COUNT, 1_000):
        sent = [{name: row[name] for name in row.keys() - {"id", "groups"}} for row in rows[start : start + 1_000]]
        answer = program(cast).post("organizations/bulk", {"mode": "upsert", "rows": sent}).json()
        unchanged += answer["unchanged"]
        assert (answer["created"], answer["updated"], answer["failed"]) == (0, 0, 0)
    assert unchanged == COUNT
    assert (stored(cast), written(cast)) == kept
