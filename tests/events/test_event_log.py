"""What the event log keeps and how a record's timeline reads."""

import pytest
from support.cast import customer

from accounts.models import new_id
from accounts.tenancy import acting_for
from events.log import get_timeline, record
from events.models import Event, Kind


def test_an_event_says_who_did_what_to_which_record(at_northwind):
    subject, batch = new_id(), new_id()
    record(at_northwind.admin, Kind.IMPORT_READ, subject, batch_id=batch, details={"file": "a.csv", "rows": 3})
    event = Event.objects.get(subject_id=subject)
    assert (event.kind, event.reseller_id) == ("import.read", at_northwind.northwind.pk)
    assert (event.actor_id, event.actor_label) == (at_northwind.admin.public_id, "Reseller Admin")
    assert (event.batch_id, event.details) == (batch, {"file": "a.csv", "rows": 3})


def test_an_event_knows_its_transaction(at_northwind):
    """By it a reader with a cursor can tell that an older event may still be on its way."""
    record(at_northwind.admin, Kind.GROUP_CREATED, at_northwind.nordics.public_id)
    record(at_northwind.admin, Kind.GROUP_CREATED, at_northwind.dach.public_id)
    first, second = Event.objects.order_by("id")
    assert first.transaction == second.transaction > 0


def test_the_timeline_is_newest_first_and_in_words(at_northwind):
    subject = new_id()
    record(at_northwind.admin, Kind.IMPORT_READ, subject, details={"file": "100% new.csv"})
    record(at_northwind.act_as("sales_agent"), Kind.IMPORT_FINISHED, subject, details={"created": 2, "failed": 1})
    told = [(entry.who, entry.sentence) for entry in get_timeline(at_northwind.admin, subject)]
    assert told == [
        ("Sales Agent", "finished the import: 2 created, 1 failed"),
        ("Reseller Admin", "read the file 100% new.csv"),
    ]


def test_the_timeline_ends_somewhere(at_northwind):
    subject = new_id()
    for _ in range(5):
        record(at_northwind.admin, Kind.GROUP_CREATED, subject)
    assert len(get_timeline(at_northwind.admin, subject, most=3)) == 3


def test_every_kind_can_be_told_from_the_details_that_it_is_recorded_with(at_northwind):
    details = {
        "file": "a.csv",
        "created": 1,
        "failed": 0,
        "group": "Nordics",
        "count": 1,
        "format": "CSV",
        "updated": 0,
        "name": "X",
    }
    for kind in Kind:
        record(at_northwind.admin, kind, (subject := new_id()), details=details)
        (entry,) = get_timeline(at_northwind.admin, subject)
        assert entry.sentence
        assert "%" not in entry.sentence


def test_another_resellers_events_are_not_on_it_even_for_the_same_record(cast):
    subject = new_id()
    with acting_for(cast.fabrikam.pk):
        record(cast.neighbours_admin, Kind.GROUP_CREATED, subject)
    with acting_for(cast.northwind.pk):
        assert get_timeline(cast.admin, subject) == []
    with acting_for(cast.fabrikam.pk):
        assert len(get_timeline(cast.neighbours_admin, subject)) == 1


def test_an_event_outlives_the_name_of_who_caused_it(at_northwind):
    (made,) = at_northwind.create(at_northwind.admin, customer("Adventure Works AB"))
    user = at_northwind.members["reseller_admin"].user
    user.name = "Somebody Else"
    user.save()
    (entry,) = get_timeline(at_northwind.admin, made.public_id)
    assert (entry.who, entry.sentence) == ("Reseller Admin", "created the organization")


@pytest.mark.parametrize("role", ["reseller_admin", "sales_agent"])
def test_the_timeline_shows_on_the_page_of_the_record(cast, role):
    with acting_for(cast.northwind.pk):
        (made,) = cast.create(cast.admin, customer("Adventure Works AB"), groups=[cast.nordics])
    page = cast.sign_in(role).get(f"/organizations/{made.public_id}/")
    assert "<strong>Reseller Admin</strong> created the organization" in page.text
