"""Role, place and end of a person's work for a reseller; nobody can lock everybody out, nor climb by themselves."""

import pytest
from django.core.exceptions import PermissionDenied
from support.workers import at_once

from accounts.models import Membership, User
from accounts.refusals import Refused
from accounts.roles import Role
from accounts.tenancy import acting_for
from events.models import Event
from groups.access import actor_of
from groups.models import Assignment
from people.changes import change_role, deactivate_person, reactivate_person, remove_person
from people.inviting import Draft, invite_people
from people.models import Invitation

ADMIN, AGENT = "reseller_admin", "sales_agent"


def address(member, verb=""):
    return f"/administrators/{member.user.public_id}/{verb}"


def again(member):
    return Membership.objects.select_related("user", "reseller").get(pk=member.pk)


def kinds(cast, member):
    with acting_for(cast.northwind.pk):
        return list(
            Event.objects.filter(subject_id=member.user.public_id).order_by("id").values_list("kind", flat=True)
        )


@pytest.fixture
def second(cast):
    """Another Reseller Admin of Northwind, so that neither is the last."""
    user = User.objects.create_user("second@northwind.example", name="Second Admin")
    cast.members["second"] = Membership.objects.create(reseller=cast.northwind, user=user, role=ADMIN)
    return cast.members["second"]


# Role


def test_a_new_role_counts_from_the_next_click_on(cast):
    agent = cast.members[AGENT]
    client = cast.sign_in(AGENT)
    assert client.get("/organizations/new/").status_code == 200
    answer = cast.sign_in().post(address(agent, "role/"), {"role": "key_account_viewer", "was": AGENT})
    assert answer.url == address(agent)
    assert client.get("/organizations/new/").status_code == 403
    assert kinds(cast, agent) == ["person.role_changed"]
    page = cast.sign_in().get(address(agent)).text
    assert "<del>Sales Agent</del>" in page and "<ins>Key Account Viewer</ins>" in page


def test_a_page_that_shows_an_old_role_changes_nothing(cast):
    agent = cast.members[AGENT]
    answer = cast.sign_in().post(address(agent, "role/"), {"role": ADMIN, "was": "key_account_viewer"})
    assert answer.status_code == 409 and "Somebody else changed the role" in answer.text
    assert (again(agent).role, kinds(cast, agent)) == (AGENT, [])


@pytest.mark.parametrize("role", ["", "owner", "Reseller Admin", "\0"])
def test_what_is_no_role_is_refused_at_its_field(cast, role):
    agent = cast.members[AGENT]
    answer = cast.sign_in().post(address(agent, "role/"), {"role": role, "was": AGENT})
    assert (answer.status_code, again(agent).role) == (422, AGENT)


# Nobody is locked out, nobody climbs


@pytest.mark.parametrize("verb", ["role/", "deactivate/", "remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_last_reseller_admin_stays_and_is_told_why(cast, verb, method):
    me = cast.members[ADMIN]
    answer = getattr(cast.sign_in(), method)(address(me, verb), {"role": AGENT, "was": ADMIN})
    assert answer.status_code == 409 and "is the last active Reseller Admin of Northwind Cloud" in answer.text
    assert (again(me).role, again(me).is_active, kinds(cast, me)) == (ADMIN, True, [])


@pytest.mark.parametrize("verb", ["role/", "deactivate/", "remove/"])
def test_nobody_changes_their_own_place(cast, second, verb):
    me = cast.members[ADMIN]
    answer = cast.sign_in().post(address(me, verb), {"role": AGENT, "was": ADMIN})
    assert answer.status_code == 409 and "Ask another Reseller Admin" in answer.text
    assert (again(me).role, again(me).is_active) == (ADMIN, True)
    assert address(me, verb) not in cast.sign_in().get(address(me)).text
    assert address(second, verb) in cast.sign_in().get(address(second)).text


@pytest.mark.parametrize(
    "spare", [{"is_active": False}, {"user__is_active": False}, {"role": "view_only_admin"}], ids=str
)
def test_an_admin_who_can_not_act_is_no_spare_one(cast, second, spare):
    if "user__is_active" in spare:
        User.objects.filter(pk=second.user.pk).update(is_active=False)
    else:
        Membership.objects.filter(pk=second.pk).update(**spare)
    with acting_for(cast.northwind.pk), pytest.raises(Refused, match="last active"):
        deactivate_person(cast.admin, cast.members[ADMIN])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [deactivate_person, remove_person])
def test_two_admins_who_end_each_other_at_once_end_one(cast, second, verb):
    first = cast.members[ADMIN]
    actors = {}
    with acting_for(cast.northwind.pk):
        actors = {first: actor_of(again(first)), second: actor_of(again(second))}

    def end(actor, other):
        with acting_for(cast.northwind.pk):
            try:
                verb(actor, other)
            except PermissionDenied:
                return "denied"
        return "done"

    answers = at_once(lambda: end(actors[first], second), lambda: end(actors[second], first))
    assert sorted(answers) == ["denied", "done"]
    assert sorted([again(first).is_active, again(second).is_active]) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_at_once_demote_one(cast, second):
    first = cast.members[ADMIN]

    def demote(person, other):
        return person.post(address(other, "role/"), {"role": AGENT, "was": ADMIN}).status_code

    clients = cast.sign_in(), cast.sign_in("second")
    answers = at_once(lambda: demote(clients[0], second), lambda: demote(clients[1], first))
    assert answers.count(302) == 1
    assert sorted([again(first).role, again(second).role]) == [ADMIN, AGENT]


# In and out


def test_a_deactivated_person_is_out_here_at_once_and_in_elsewhere(cast):
    agent = cast.members[AGENT]
    Membership.objects.create(reseller=cast.fabrikam, user=agent.user, role=AGENT)
    client = cast.sign_in(AGENT)
    session = client.session
    session["reseller"] = str(cast.northwind.public_id)
    session.save()
    assert client.get("/help/").context["reseller"] == cast.northwind
    assert "see none" not in cast.sign_in().get(address(agent, "deactivate/")).text
    assert cast.sign_in().post(address(agent, "deactivate/")).status_code == 302
    page = client.get("/help/")
    assert (page.status_code, page.context["reseller"]) == (200, cast.fabrikam)
    assert [one["name"] for one in page.context["resellers"]] == ["Fabrikam Services"]


def test_who_worked_here_only_is_told_so_and_comes_back_with_their_groups(cast):
    agent = cast.members[AGENT]
    client, admin = cast.sign_in(AGENT), cast.sign_in()
    admin.post(address(agent, "deactivate/"))
    assert client.get("/organizations/").status_code == 403
    assert "deactivated and sees nothing" in admin.get(address(agent)).text
    admin.post(address(agent, "reactivate/"))
    assert client.get("/organizations/").status_code == 200
    with acting_for(cast.northwind.pk):
        assert actor_of(again(agent)).group_ids == {cast.nordics.pk}
    assert kinds(cast, agent) == ["person.deactivated", "person.reactivated"]


def test_who_was_removed_is_on_no_list_keeps_nothing_and_stays_in_the_log(cast):
    agent, admin = cast.members[AGENT], cast.sign_in()
    question = admin.get(address(agent, "remove/")).text
    assert "no longer looks after: Nordics." in question and "Hand the groups over first" in question
    assert admin.post(address(agent, "remove/")).url == "/administrators/"
    assert agent.user.email not in admin.get("/administrators/").text
    assert admin.get(address(agent)).status_code == 404
    assert admin.post(address(agent, "reactivate/")).status_code == 404
    with acting_for(cast.northwind.pk):
        assert not Assignment.objects.filter(membership=agent).exists()
        (event,) = Event.objects.filter(subject_id=agent.user.public_id)
    assert (event.kind, event.details["name"]) == ("person.removed", "Sales Agent")


def test_asking_twice_does_and_tells_it_once(at_northwind):
    agent = at_northwind.members[AGENT]
    for verb in (deactivate_person, deactivate_person, reactivate_person, reactivate_person, remove_person):
        verb(at_northwind.admin, agent)
    with pytest.raises(Refused, match="was removed meanwhile"):
        remove_person(at_northwind.admin, agent)
    assert kinds(at_northwind, agent) == ["person.deactivated", "person.reactivated", "person.removed"]


@pytest.mark.parametrize(
    "end",
    [
        deactivate_person,
        remove_person,
        lambda actor, person: change_role(actor, person, Role.VIEW_ONLY_ADMIN, was=ADMIN),
    ],
)
def test_what_somebody_invited_ends_with_their_right_to_invite(cast, second, end):
    with acting_for(cast.northwind.pk):
        invite_people(actor_of(second), [Draft("Mole", "mole@evil.example", ADMIN)])
        invite_people(cast.admin, [Draft("Good", "good@northwind.example", AGENT)])
        end(cast.admin, second)
        assert [one.email for one in Invitation.objects.permitted(cast.admin).open()] == ["good@northwind.example"]


def test_questions_name_the_person_and_the_count(cast, second):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, name="Own AB", groups=[cast.nordics])
        invite_people(actor_of(second), [Draft("Ida", "ida@northwind.example", AGENT)])
    text = cast.sign_in().get(address(cast.members[AGENT], "deactivate/")).text
    assert "Deactivate Sales Agent?" in text and "sees 1 organization of Northwind Cloud now" in text
    assert "1 open invitation that they sent is withdrawn." in cast.sign_in().get(address(second, "remove/")).text


@pytest.mark.parametrize("role", ["view_only_admin", "key_account_manager", AGENT])
@pytest.mark.parametrize("verb", [deactivate_person, reactivate_person, remove_person])
def test_no_other_role_may(at_northwind, role, verb):
    target = at_northwind.members["key_account_viewer"]
    with pytest.raises(PermissionDenied):
        verb(at_northwind.act_as(role), target)
    assert again(target).is_active
    verb(at_northwind.admin, target)


def test_the_neighbours_people_do_not_exist(cast):
    admin = cast.sign_in()
    for verb in ("", "role/", "groups/", "handover/", "deactivate/", "reactivate/", "remove/"):
        assert admin.get(address(cast.neighbour, verb)).status_code == 404
        assert admin.get(address(cast.members[AGENT], verb)).status_code == 200
    loan = f"loans/{cast.members[AGENT].user.public_id}/end/"
    assert admin.post(address(cast.neighbour, loan)).status_code == 404
    assert cast.neighbour.user.email not in admin.get("/administrators/").text


def test_a_person_of_both_is_changed_here_only(cast):
    agent = cast.members[AGENT]
    theirs = Membership.objects.create(reseller=cast.fabrikam, user=agent.user, role="view_only_admin")
    cast.sign_in().post(address(agent, "role/"), {"role": "key_account_viewer", "was": AGENT})
    cast.sign_in().post(address(agent, "remove/"))
    assert (again(theirs).role, again(theirs).is_active) == ("view_only_admin", True)
    with acting_for(cast.fabrikam.pk):
        assert not Event.objects.filter(subject_id=agent.user.public_id).exists()
