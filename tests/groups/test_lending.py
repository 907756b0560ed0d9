"""Who looks after a group for good and who stands in until a day; what each of them sees, and when it ends."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.refusals import Refused
from accounts.tenancy import acting_for
from events.models import Event
from groups.access import get_groups
from groups.assigning import change_groups, end_loan, get_loans, get_own_groups, hand_over, lend_groups
from groups.models import Assignment


@pytest.fixture
def pair(at_northwind):
    """A Key Account Manager with Nordics, and a Sales Agent without any group."""
    Assignment.objects.filter(membership=at_northwind.members["sales_agent"]).delete()
    return at_northwind.members["key_account_manager"], at_northwind.members["sales_agent"]


def seen_by(cast, role):
    return [group.name for group in get_groups(cast.act_as(role))]


def told(person):
    rows = Event.objects.filter(subject_id=person.user.public_id).order_by("id")
    return [(row.kind, row.details) for row in rows]


def at(monkeypatch, moment):
    monkeypatch.setattr(timezone, "now", lambda: parse_datetime(moment))


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


# For good


def test_groups_are_given_and_taken_with_one_event(at_northwind, pair):
    manager, _ = pair
    change_groups(at_northwind.admin, manager, add=[at_northwind.dach], remove=[at_northwind.nordics])
    assert seen_by(at_northwind, "key_account_manager") == ["DACH"]
    details = {"name": "Key Account Manager", "changes": {"groups": ["Nordics", "DACH"]}}
    assert told(manager) == [("person.groups_changed", details)]


def test_what_another_admin_gave_meanwhile_stays(at_northwind, pair):
    """The page knew neither group; each of two admins adds one."""
    _, agent = pair
    change_groups(at_northwind.admin, agent, add=[at_northwind.dach], remove=[])
    change_groups(at_northwind.admin, agent, add=[at_northwind.nordics], remove=[])
    assert seen_by(at_northwind, "sales_agent") == ["DACH", "Nordics"]


def test_giving_what_one_has_and_taking_what_one_has_not_changes_and_tells_nothing(at_northwind, pair):
    manager, _ = pair
    change_groups(at_northwind.admin, manager, add=[at_northwind.nordics], remove=[at_northwind.dach])
    assert (seen_by(at_northwind, "key_account_manager"), told(manager)) == (["Nordics"], [])


def test_a_handover_moves_groups_at_once_and_is_told_on_both(at_northwind, pair):
    manager, agent = pair
    hand_over(at_northwind.admin, manager, agent, [at_northwind.nordics])
    assert seen_by(at_northwind, "key_account_manager") == []
    assert seen_by(at_northwind, "sales_agent") == ["Nordics"]
    words = {"name": "Key Account Manager", "other": "Sales Agent", "groups": "Nordics"}
    assert told(manager) == told(agent) == [("person.handed_over", words)]


def test_a_handover_to_somebody_who_has_the_group_leaves_it_there_once(at_northwind, pair):
    manager, agent = pair
    change_groups(at_northwind.admin, agent, add=[at_northwind.nordics], remove=[])
    hand_over(at_northwind.admin, manager, agent, [at_northwind.nordics])
    assert [group.name for group in get_own_groups(agent)] == ["Nordics"]
    assert seen_by(at_northwind, "key_account_manager") == []


@pytest.mark.parametrize("which", ["oneself", "deactivated", "not theirs"])
def test_what_can_not_be_handed_over_is_refused_and_nothing_moves(at_northwind, pair, which):
    manager, agent = pair
    groups = [at_northwind.dach if which == "not theirs" else at_northwind.nordics]
    if which == "deactivated":
        type(agent).objects.filter(pk=agent.pk).update(is_active=False)
    to = manager if which == "oneself" else agent
    with pytest.raises(Refused):
        hand_over(at_northwind.admin, manager, to, groups)
    with pytest.raises(Refused):
        lend_groups(at_northwind.admin, manager, to, groups, until=in_days(1))
    assert (seen_by(at_northwind, "key_account_manager"), told(manager), told(agent)) == (["Nordics"], [], [])


# Until a day


def test_a_stand_in_sees_the_groups_and_the_lender_keeps_them(at_northwind, pair):
    manager, agent = pair
    until = in_days(3)
    lend_groups(at_northwind.admin, manager, agent, [at_northwind.nordics], until=until)
    assert seen_by(at_northwind, "sales_agent") == seen_by(at_northwind, "key_account_manager") == ["Nordics"]
    (loan,) = get_loans(agent)
    assert get_loans(manager) == [loan]
    assert (loan.lent_by, loan.membership, loan.until) == (manager, agent, until)
    words = {"name": "Key Account Manager", "other": "Sales Agent", "groups": "Nordics", "until": until.isoformat()}
    assert told(manager) == told(agent) == [("person.lent", words)]


@pytest.mark.parametrize(
    ("zone", "last_moment", "first_after"),
    [
        ("UTC", "2026-12-24T23:59:59Z", "2026-12-25T00:00:00Z"),
        ("Europe/Stockholm", "2026-12-24T22:59:59Z", "2026-12-24T23:00:00Z"),
        ("Pacific/Auckland", "2026-12-24T10:59:59Z", "2026-12-24T11:00:00Z"),
        ("America/Los_Angeles", "2026-12-25T07:59:59Z", "2026-12-25T08:00:00Z"),
        ("Nowhere/At_All", "2026-12-24T23:59:59Z", "2026-12-25T00:00:00Z"),
    ],
)
def test_a_loan_lasts_to_the_end_of_its_day_where_the_reseller_works(
    at_northwind, pair, monkeypatch, zone, last_moment, first_after
):
    manager, agent = pair
    for member in at_northwind.members.values():
        member.reseller.time_zone = zone
    at(monkeypatch, "2026-12-20T12:00:00Z")
    lend_groups(at_northwind.admin, manager, agent, [at_northwind.nordics], until=date(2026, 12, 24))
    at(monkeypatch, last_moment)
    assert seen_by(at_northwind, "sales_agent") == ["Nordics"]
    at(monkeypatch, first_after)
    assert seen_by(at_northwind, "sales_agent") == []
    assert (get_loans(agent), get_loans(manager)) == ([], [])
    assert seen_by(at_northwind, "key_account_manager") == ["Nordics"]


def test_the_end_of_a_loan_is_felt_on_the_next_click_without_any_job(cast, monkeypatch):
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, name="Own AB", groups=[cast.dach])
        member = cast.members["sales_agent"]
        lender = cast.members["key_account_viewer"]
        Assignment.objects.create(reseller=cast.northwind, group=cast.dach, membership=lender)
        lend_groups(cast.admin, lender, member, [cast.dach], until=timezone.localdate())
    client = cast.sign_in("sales_agent")
    assert client.get(f"/organizations/{own.public_id}/").status_code == 200
    at(monkeypatch, f"{in_days(1)}T00:00:01Z")
    assert cast.sign_in("sales_agent").get(f"/organizations/{own.public_id}/").status_code == 404


@pytest.mark.parametrize("days", [-1, 367])
def test_a_loan_ends_neither_in_the_past_nor_after_more_than_a_year(at_northwind, pair, days):
    manager, agent = pair
    lend_groups(at_northwind.admin, manager, agent, [at_northwind.nordics], until=in_days(0))
    with pytest.raises(Refused, match="between today and a year"):
        lend_groups(at_northwind.admin, manager, agent, [at_northwind.nordics], until=in_days(days))
    assert get_loans(agent)[0].until == in_days(0)


def test_lending_again_moves_the_day_instead_of_lending_twice(at_northwind, pair):
    manager, agent = pair
    for days in (5, 2):
        lend_groups(at_northwind.admin, manager, agent, [at_northwind.nordics], until=in_days(days))
    assert [loan.until for loan in get_loans(agent)] == [in_days(2)]


def test_two_lenders_lend_the_same_group_and_the_longer_loan_counts(at_northwind, pair, monkeypatch):
    manager, agent = pair
    viewer = at_northwind.members["key_account_viewer"]
    at(monkeypatch, "2026-12-20T12:00:00Z")
    lend_groups(at_northwind.admin, manager, agent, [at_northwind.nordics], until=date(2026, 12, 21))
    lend_groups(at_northwind.admin, viewer, agent, [at_northwind.nordics], until=date(2026, 12, 23))
    at(monkeypatch, "2026-12-22T12:00:00Z")
    assert seen_by(at_northwind, "sales_agent") == ["Nordics"]


def test_a_loan_can_be_ended_early_and_only_that_loan(at_northwind, pair):
    manager, agent = pair
    viewer = at_northwind.members["key_account_viewer"]
    for lender in (manager, viewer):
        lend_groups(at_northwind.admin, lender, agent, [at_northwind.nordics], until=in_days(2))
    assert end_loan(at_northwind.admin, manager, agent) == 1
    assert [loan.lent_by for loan in get_loans(agent)] == [viewer]
    assert told(manager)[-1][0] == "person.loan_ended"
    assert end_loan(at_northwind.admin, manager, agent) == 0
    assert [kind for kind, _ in told(manager)] == ["person.lent", "person.loan_ended"]


def test_a_borrowed_group_is_not_the_borrowers_to_lend_on(at_northwind, pair):
    manager, agent = pair
    lend_groups(at_northwind.admin, manager, agent, [at_northwind.nordics], until=in_days(2))
    with pytest.raises(Refused, match="no longer has"):
        lend_groups(
            at_northwind.admin,
            agent,
            at_northwind.members["key_account_viewer"],
            [at_northwind.nordics],
            until=in_days(2),
        )


@pytest.mark.parametrize("role", ["view_only_admin", "key_account_manager", "sales_agent"])
def test_only_who_may_edit_people_assigns(at_northwind, pair, role):
    manager, agent = pair
    actor = at_northwind.act_as(role)
    with pytest.raises(PermissionDenied):
        change_groups(actor, agent, add=[at_northwind.dach], remove=[])
    with pytest.raises(PermissionDenied):
        hand_over(actor, manager, agent, [at_northwind.nordics])
    with pytest.raises(PermissionDenied):
        lend_groups(actor, manager, agent, [at_northwind.nordics], until=in_days(1))
    with pytest.raises(PermissionDenied):
        end_loan(actor, manager, agent)
    assert (seen_by(at_northwind, "sales_agent"), told(agent)) == ([], [])


def test_who_lost_the_right_since_the_page_was_made_changes_nothing(at_northwind, pair):
    """The actor in hand still says yes; the database, asked again under the lock, says no."""
    actor, admin = at_northwind.admin, at_northwind.members["reseller_admin"]
    type(admin).objects.filter(pk=admin.pk).update(role="sales_agent")
    with pytest.raises(PermissionDenied):
        change_groups(actor, pair[1], add=[at_northwind.dach], remove=[])
    assert seen_by(at_northwind, "sales_agent") == []


@pytest.mark.parametrize("half", [{"until": date(2027, 1, 1)}, {"lent_by": True}])
def test_the_database_knows_that_a_loan_has_an_end_and_a_lender(at_northwind, pair, half):
    manager, agent = pair
    values = half | ({"lent_by": manager} if "lent_by" in half else {})
    with pytest.raises(IntegrityError, match="a_loan_has_an_end_and_a_lender"), transaction.atomic():
        Assignment.objects.create(reseller=at_northwind.northwind, group=at_northwind.dach, membership=agent, **values)
