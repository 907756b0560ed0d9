"""Erasing somebody who was removed: no name or address of theirs is left here, and every id, date and kind is."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from support.cast import customer
from support.files import newest, table, upload

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.tenancy import acting_for
from events.models import Event
from groups.assigning import hand_over
from organizations.changes import change_organization
from people.changes import change_role, remove_person
from people.inviting import Draft, invite_people
from people.models import Invitation

NAME, ADDRESS, PASSWORD = "Greta Goner", "greta@goner.example", "correct horse battery"
KAM = "key_account_manager"


@pytest.fixture
def greta(cast):
    """Somebody with a past: invited, she created, changed and imported; groups came to her and went to others."""
    user = User.objects.create_user(ADDRESS, PASSWORD, name=NAME)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    member = Membership.objects.create(reseller=cast.northwind, user=user, role="reseller_admin")
    cast.members["greta"] = member
    with acting_for(cast.northwind.pk):
        Invitation.objects.create(
            reseller=cast.northwind, email=ADDRESS, name=NAME, role="x", invited_by=cast.members["reseller_admin"]
        )
        Invitation.objects.update(accepted_at=member.created_at, accepted_by=user)
        greta = cast.act_as("greta")
        (made,) = cast.create(greta, customer("Made By Greta AB"), groups=[cast.nordics])
        change_organization(greta, made, {"city": "Umeå"}, version=1)
        invite_people(greta, [Draft("Ida Invited", "ida@northwind.example", "sales_agent")])
        hand_over(cast.admin, cast.members[KAM], member, [cast.nordics])
        hand_over(cast.admin, member, cast.members["sales_agent"], [cast.nordics])
    upload(cast.sign_in("greta"), table(customer("Filed AB")))
    with acting_for(cast.northwind.pk):
        change_role(cast.admin, member, Role.KEY_ACCOUNT_MANAGER, was="reseller_admin")
    return member


@pytest.fixture
def removed(cast, greta):
    with acting_for(cast.northwind.pk):
        remove_person(cast.admin, greta)
    return Membership.objects.select_related("user").get(pk=greta.pk)


def address(member):
    return f"/administrators/{member.user.public_id}/erase/"


def erase(cast, member, name=NAME):
    return cast.sign_in().post(address(member), {"name": name})


def pages(cast):
    client, job = cast.sign_in(), newest(cast)
    with acting_for(cast.northwind.pk):
        (organization,) = cast.northwind.organization_set.filter(name="Made By Greta AB")
    places = [
        "/events/",
        "/administrators/",
        "/administrators/?state=removed",
        f"/organizations/imports/{job.public_id}/",
    ]
    places += ["/organizations/imports/", f"/organizations/{organization.public_id}/"]
    places += [f"/administrators/{cast.members[role].user.public_id}/" for role in (KAM, "sales_agent")]
    found = {place: client.get(place).text for place in places}
    file = client.post("/events/export/")
    return found | {"file": b"".join(file.streaming_content).decode()}


def can_sign_in():
    return Client().post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD}).status_code == 302


def shown(cast):
    return {place for place, text in pages(cast).items() if NAME in text or ADDRESS in text}


def test_before_it_the_name_is_in_all_of_these_places_and_after_it_in_none(cast, removed):
    assert len(shown(cast)) >= 8
    assert erase(cast, removed).url == "/administrators/"
    assert shown(cast) == set()


def test_ids_dates_and_kinds_of_events_stay(cast, removed):
    def events():
        with acting_for(cast.northwind.pk):
            return list(Event.objects.order_by("id").values_list("public_id", "at", "kind", "subject_id", "actor_id"))

    before = events()
    erase(cast, removed)
    *kept, erased = events()
    assert kept == before
    assert erased[2:4] == ("person.erased", removed.user.public_id)


def test_other_peoples_part_in_the_same_events_stays(cast, removed):
    erase(cast, removed)
    page = cast.sign_in().get(f"/administrators/{cast.members['sales_agent'].user.public_id}/").text
    assert "handed groups of … over to Sales Agent: Nordics" in page


def test_nobody_signs_in_with_the_address_any_more_and_it_may_be_invited_anew(cast, removed):
    assert can_sign_in()
    erase(cast, removed)
    assert not can_sign_in()
    assert not EmailAddress.objects.filter(email=ADDRESS).exists()
    with acting_for(cast.northwind.pk):
        assert not Invitation.objects.filter(email=ADDRESS).exists()
        (checked,) = invite_people(cast.admin, [Draft(NAME, ADDRESS, "sales_agent")])
    assert checked.errors == {}


def test_their_place_at_another_reseller_stays_as_it_was_and_is_not_told_of(cast, removed):
    elsewhere = Membership.objects.create(reseller=cast.fabrikam, user=removed.user, role="sales_agent")
    page = cast.sign_in().get(address(removed)).text
    assert "Fabrikam" not in page
    erase(cast, removed)
    assert shown(cast) == set()
    kept = Membership.objects.select_related("user").get(pk=elsewhere.pk)
    assert (kept.user.name, kept.user.email, kept.user.is_active) == (NAME, ADDRESS, True)
    assert can_sign_in()
    here = Membership.objects.select_related("user").get(pk=removed.pk)
    assert (here.user.is_active, here.user.has_usable_password()) == (False, False)


def test_the_page_still_says_who_is_signed_in(cast, removed):
    page = cast.sign_in().get(address(removed))
    assert NAME not in page.text.partition("<main")[0]
    assert "Reseller Admin" in page.text.partition("<main")[0]


def test_the_name_must_be_typed(cast, removed):
    for typed in ("", "Greta", NAME.lower()):
        assert erase(cast, removed, typed).status_code == 422
    assert shown(cast)


def test_who_works_here_is_not_erased(cast, greta):
    assert erase(cast, greta).status_code == 404
    assert User.objects.get(pk=greta.user_id).name == NAME


def test_erased_once_there_is_nothing_left_to_erase(cast, removed):
    erase(cast, removed)
    assert erase(cast, removed).status_code == 404
    assert cast.sign_in().get("/administrators/?state=removed").context["rows"] == []


def test_who_is_invited_back_is_not_erased_meanwhile(cast, removed):
    with acting_for(cast.northwind.pk):
        invite_people(cast.admin, [Draft(NAME, ADDRESS, "sales_agent")])
    answer = erase(cast, removed)
    assert answer.status_code == 409 and "open invitation" in answer.text
    assert User.objects.get(pk=removed.user_id).name == NAME


@pytest.mark.parametrize("role", ["view_only_admin", KAM, "neighbour"])
def test_only_reseller_admins_of_the_reseller_erase(cast, removed, role):
    answer = cast.sign_in(role).post(address(removed), {"name": NAME})
    assert answer.status_code == (403 if role == "view_only_admin" else 404)
    assert User.objects.get(pk=removed.user_id).name == NAME


def test_who_may_only_look_sees_who_was_removed_and_no_way_to_erase(cast, removed):
    page = cast.sign_in("view_only_admin").get("/administrators/?state=removed").text
    assert NAME in page and address(removed) not in page
