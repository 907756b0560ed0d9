"""Create and update of a large file says and does the same as of a small one, though most rows are never looked at."""

import json
from unittest.mock import patch

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import awkward
from support.cast import customer
from support.files import staged, table, work_on

from accounts.tenancy import acting_for
from imports import reading, recognising
from imports.checking import rows as checking
from imports.checking.request import Request
from imports.models import Blanks, Import, Mode
from imports.receiving import Options, receive_file, start_import
from imports.tasks import create, read
from organizations.changes import archive_organizations, texts_of
from organizations.fields import NAMES
from organizations.models import Organization

pytestmark = pytest.mark.django_db
NOBODYS = "0195d0b0-1f7c-7f7e-9d3e-0123456789ab"
RECORDS = [
    customer("Plain AB"),
    customer("Full AB", customer_number="A1", country="SE", registration_number="556703-7485", city="Umeå")
    | {"contact_phone": "08-123 456 78", "approval_process": "TRUE", "approval_limit": "1500.50"},
    customer("Odd GmbH", customer_number="Å1", country="DE", registration_number="DE 123", contact_phone="007")
    | {"contact_cell_phone": "+46 8 123 456 78", "street_address": "Gate 1\nYard", "billing_start_date": "01/02/2026"},
    customer("Every AB", customer_number="ab-2", approval_process="TRUE", contact_cell_phone="030 123456"),
    customer("Åkeri", primary_domain="åkeri.se", notification_email="it@åkeri.se", customer_number="=1"),
    customer("Hidden AB", customer_number="H1", country="NO"),
    customer("Old AB", customer_number="O1"),
]
ODD = ["", " ", "\N{ZERO WIDTH SPACE}", "\x1c", "\x01", "?", "'=1", "Ä" * 300]
OTHERS = {
    "primary_domain": ["WWW.Full-AB.example/", "new.example", "hidden-ab.example", "old-ab.example", "co.uk"],
    "customer_number": ["a1", "A1", "å1", "H1", "O1", "n-1", " A1 "],
    "country": ["Sweden", "de", "NO", "Atlantis"],
    "registration_number": ["556703-7486", "556703-7485"],
    "contact_phone": ["+46 8 123 456 78", "08-123 456 78", "007"],
    "contact_cell_phone": ["+49 30 123456", "030 123456"],
    "approval_process": ["yes", "No", "FALSE", "maybe"],
    "approval_limit": ["1500,50", "1500.5", "0", "-1", "1.500"],
    "billing_start_date": ["2026-02-01", "31/02/2026", "02/01/2026"],
    "organization_id": ["417", NOBODYS, " "],
    "organization_groups": ["Nordics", "Nobody's"],
    "microsoft_id": [NOBODYS, "x"],
}
BESIDE = ["organization_id", "organization_groups", "microsoft_id"]


class Here:
    """The checker's work without its process, which has tests of its own."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def chunks(self, request):
        return checking.chunks(Request.from_json(json.loads(json.dumps(request.as_json()))))


@pytest.fixture
def records(cast):
    """What is there: seen by everybody who is bound to Nordics but for one, and one of them archived."""
    with acting_for(cast.northwind.pk):
        found = [
            *cast.create(cast.admin, *RECORDS[:5], *RECORDS[6:], groups=[cast.nordics]),
            *cast.create(cast.admin, RECORDS[5], groups=[cast.dach]),
        ]
        archive_organizations(cast.admin, Organization.objects.filter(name="Old AB"))
    return found


@st.composite
def rows_for(draw, records):
    """Texts of a row: those of a record, or of none, with some cells as somebody else would write them."""
    record = draw(st.sampled_from([None, *records]))
    known = texts_of(record) if record else customer(draw(st.sampled_from(["New AB", "Newer AB"])))
    ids = [str(one.public_id) for one in records]
    given_id = draw(st.sampled_from(["", "", *([str(record.public_id)] if record else [])]))
    row = dict.fromkeys([*NAMES, *BESIDE], "") | known | {"organization_id": given_id}
    for name in draw(st.lists(st.sampled_from([*row]), max_size=3)):
        others = [*OTHERS.get(name, ["Other"]), *ODD, ""]
        others += [*ids, ids[0].upper()] if name == "organization_id" else []
        row[name] = draw(st.sampled_from(others))
    return row


@st.composite
def files_for(draw, records):
    rows = draw(st.lists(rows_for(records), min_size=3, max_size=12))
    everything = [*NAMES, *BESIDE]
    left_out = draw(st.sets(st.sampled_from(everything), max_size=4) | st.just(set()))
    left_out -= {draw(st.sampled_from(["primary_domain", "customer_number", "organization_id"]))}
    columns = [name for name in everything if name not in left_out]
    return table(*[{name: row[name] for name in columns} for row in rows], headings=columns)


options = st.builds(
    Options,
    mode=st.just(Mode.UPDATE),
    blanks=st.sampled_from(Blanks),
    all_or_nothing=st.just(False),
    defaults=st.sampled_from([{}, {}, {"country": "DE", "notification_email": "all@example.com"}]),
)
ROLES = ["reseller_admin", "reseller_admin", "key_account_manager", "limited_key_account_manager"]


def outcome(cast, role, content, chosen, *, large):
    """All that a file says when it is checked, and does when it is imported; nothing of it stays."""
    with (
        transaction.atomic(),
        patch.object(reading, "LARGE", 0 if large else 10**9),
        patch.object(reading, "Checker", Here),
    ):
        with acting_for(cast.northwind.pk):
            actor = cast.act_as(role)
            groups = [cast.nordics.public_id] if actor.is_group_bound else []
            job = receive_file(actor, ContentFile(content.encode(), "customers.csv"), groups=groups, options=chosen)
        found = [told(cast, work_on(cast, read, job=job))]
        if found[0]["state"] == "ready" and found[0]["rows_valid"]:
            with acting_for(cast.northwind.pk):
                start_import(cast.act_as(role), Import.objects.get(pk=job.pk))
            found.append(told(cast, work_on(cast, create, job=job)))
            with acting_for(cast.northwind.pk):
                found.append([values_of(row) for row in Organization.objects.order_by("primary_domain")])
        transaction.set_rollback(True)
    return found


def told(cast, job):
    said = {name: value for name, value in vars(job).items() if name in ("state", "error") or name.startswith("rows_")}
    return said | {"rows": [staged_of(row) for row in staged(cast, job).values()]}


def staged_of(row):
    """A new record's id, and what is made of it, is another one each time."""
    own = {"batch_id", "_state", *(["public_id", "search_text"] if row.action == "created" else [])}
    return {name: value for name, value in vars(row).items() if name not in own}


def values_of(row):
    return {name: getattr(row, name) for name in (*NAMES, "sort_name", "customer_number_key", "version")}


def test_a_large_file_says_and_does_the_same_as_a_small_one(cast, records):
    looked_at, known = [], recognising.check_again

    def looking(actor, job, rows):
        looked_at.append(len(rows))
        return known(actor, job, rows)

    compared = []

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        content=files_for(records),
        chosen=options,
        role=st.sampled_from(ROLES),
        mandatory=st.sampled_from([[], ["country"], ["approval_limit"]]),
    )
    def compare(content, chosen, role, mandatory):
        cast.northwind.mandatory_fields = mandatory
        cast.northwind.save(update_fields=["mandatory_fields"])
        for member in cast.members.values():
            member.reseller.mandatory_fields = mandatory
        small, large = (outcome(cast, role, content, chosen, large=large) for large in (False, True))
        assert small == large
        compared.append(small[0]["rows_read"])

    with patch.object(recognising, "check_again", looking):
        compare()
    recognised = sum(compared) - sum(looked_at)
    assert recognised > 15, "or there was nothing to compare"
    assert sum(looked_at) > 100


def test_no_row_of_the_same_file_is_looked_at_again(cast, monkeypatch):
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading, "Checker", Here)
    monkeypatch.setattr(recognising, "check_again", None)
    monkeypatch.setattr(reading.steps, "CHUNK", 100)
    content = awkward.as_csv(awkward.customers(300))
    first = told(cast, import_file(cast, content, Options()))
    again = told(cast, import_file(cast, content, Options(Mode.UPDATE)))
    assert (first["rows_created"], again["rows_unchanged"], again["rows_warned"]) == (300, 300, first["rows_warned"])
    assert [row["warnings"] for row in again["rows"]] == [row["warnings"] for row in first["rows"]]
    assert {row["action"] for row in again["rows"]} == {"unchanged"}


def import_file(cast, content, chosen):
    with acting_for(cast.northwind.pk):
        job = receive_file(cast.admin, ContentFile(content, "customers.csv"), options=chosen)
    work_on(cast, read, job=job)
    with acting_for(cast.northwind.pk):
        start_import(cast.admin, Import.objects.get(pk=job.pk))
    return work_on(cast, create, job=job)


def test_many_rows_are_recognised_with_as_many_statements_as_few(cast, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading, "Checker", Here)
    content = table(count=200)
    import_file(cast, content.encode(), Options())
    known = recognising.stage

    def counting(*args):
        with django_assert_num_queries(4):
            return known(*args)

    monkeypatch.setattr(recognising, "stage", counting)
    for rows in (5, 200):
        with acting_for(cast.northwind.pk):
            text = table(count=rows).encode()
            job = receive_file(cast.admin, ContentFile(text, "c.csv"), options=Options(Mode.UPDATE))
        assert work_on(cast, read, job=job).rows_to_keep == rows
