"""Signing in and out, and for whom one then works."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils.html import escape

from accounts.models import Membership, Reseller, User
from accounts.roles import Role

PASSWORD = "a good long password"
WRONG = "The email address and/or password you specified are not correct."
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Attempts are counted in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def person(cast):
    user = cast.members[Role.RESELLER_ADMIN].user
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(email, password=PASSWORD, client=None, **data):
    return (client or Client()).post(LOGIN, {"login": email, "password": password, **data})


@pytest.mark.parametrize("change", [str, str.upper, str.title, lambda email: f" {email} "])
def test_the_email_address_may_be_typed_in_any_case(person, change):
    answer = sign_in(change(person.email))
    assert (answer.status_code, answer.url) == (302, "/")
    assert answer.client.get("/organizations/").status_code == 200


def test_signing_in_leads_to_the_page_that_was_wanted(person):
    wanted = Client().get("/organizations/new/")
    assert wanted.url == f"{LOGIN}?next=/organizations/new/"
    assert sign_in(person.email, next="/organizations/new/").url == "/organizations/new/"


PAGE = {"accept": "text/html,*/*"}


def test_whoever_sent_a_form_without_a_session_is_told_and_comes_back_to_its_page(person):
    page = "http://testserver/groups/?search=a"
    answer = Client().post("/groups/new/", {"name": "Lost"}, headers=PAGE | {"referer": page}, follow=True)
    assert answer.redirect_chain == [(f"{LOGIN}?next=/groups/%3Fsearch%3Da", 302)]
    assert "what you sent was not saved" in answer.text
    assert "what you sent was not saved" not in Client().get("/groups/new/", headers=PAGE, follow=True).text


@pytest.mark.parametrize("referer", ["", "https://evil.example/groups/", "nonsense"])
def test_a_form_that_came_from_elsewhere_leads_back_to_where_it_was_sent(person, referer):
    answer = Client().post("/groups/new/", {"name": "Lost"}, headers=PAGE | {"referer": referer})
    assert answer.url == f"{LOGIN}?next=/groups/new/"


def test_signing_in_leads_nowhere_else(person):
    assert sign_in(person.email, next="https://evil.example/").url == "/"


def refused(answer, sentence=WRONG):
    page = answer.client.get("/organizations/")
    return (answer.status_code, escape(sentence) in answer.text, page.status_code) == (200, True, 302)


def test_a_wrong_password_is_said_to_be_wrong(person):
    assert sign_in(person.email).status_code == 302
    assert refused(sign_in(person.email, "a bad long password"))


def test_an_unknown_address_gets_the_same_sentence_as_a_wrong_password(person):
    assert refused(sign_in("nobody@northwind.example"))


def test_a_deactivated_person_cannot_sign_in(person):
    assert sign_in(person.email).status_code == 302
    User.objects.filter(pk=person.pk).update(is_active=False)
    answer = sign_in(person.email)
    assert answer.client.get("/organizations/").status_code == 302


def test_who_is_deactivated_while_signed_in_is_out_at_once(person):
    client = sign_in(person.email).client
    assert client.get("/organizations/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/organizations/").url.startswith(LOGIN)


def test_repeated_wrong_passwords_lock_the_right_one_out_too(person):
    for _ in range(10):
        sign_in(person.email, "a bad long password")
    assert refused(sign_in(person.email), "Too many failed login attempts. Try again later.")


def test_signing_out_takes_a_post(person):
    client = sign_in(person.email).client
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/organizations/").status_code == 200
    assert client.post("/accounts/logout/").url == LOGIN
    assert client.get("/organizations/").status_code == 302


def test_nobody_signs_up(db):
    assert "Nobody signs up here by themselves." in Client().get("/accounts/signup/").text
    data = {"email": "new@northwind.example", "password1": PASSWORD, "password2": PASSWORD}
    Client().post("/accounts/signup/", data)
    assert not User.objects.filter(email="new@northwind.example").exists()


def test_a_forgotten_password_is_replaced_by_a_mailed_link(person):
    client = Client()
    assert client.post("/accounts/password/reset/", {"email": person.email.upper()}).status_code == 302
    (message,) = mail.outbox
    assert message.to == [person.email]
    (link,) = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", message.body)
    form = client.get(link).url
    new = {"password1": "another long password", "password2": "another long password"}
    assert client.post(form, new).status_code == 302
    assert sign_in(person.email, "another long password").status_code == 302
    assert refused(sign_in(person.email))


def test_the_reset_page_does_not_tell_who_has_an_account(person):
    answers = [Client().post("/accounts/password/reset/", {"email": e}) for e in (person.email, "no@one.example")]
    assert len({(answer.status_code, answer.url) for answer in answers}) == 1


@pytest.mark.parametrize("password", ["short", "password1234", "reseller_admin@northwind"])
def test_a_weak_password_is_not_accepted(person, password):
    client = sign_in(person.email).client
    data = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post("/accounts/password/change/", data).status_code == 200
    good = data | {"password1": "another long password", "password2": "another long password"}
    assert client.post("/accounts/password/change/", good).status_code == 302


def test_addresses_are_kept_in_lower_case_and_unique_in_any(db):
    assert User.objects.create_user("  Ada@Example.COM ", PASSWORD).email == "ada@example.com"
    with pytest.raises(Exception, match="user_email_is_unique"):
        User(email="ADA@example.com").save()


# For whom one works


@pytest.fixture
def commuter(cast):
    """Northwind's admin, who also has a role at Fabrikam."""
    user = cast.members[Role.RESELLER_ADMIN].user
    Membership.objects.create(reseller=cast.fabrikam, user=user, role=Role.VIEW_ONLY_ADMIN)
    client = Client()
    client.force_login(user)
    return client


def works_for(client):
    return client.get("/help/").context["reseller"].name


def test_the_first_reseller_by_name_is_entered(cast, commuter):
    assert works_for(commuter) == "Fabrikam Services"
    small = Reseller.objects.create(name="acme")
    Membership.objects.create(reseller=small, user=cast.members[Role.RESELLER_ADMIN].user, role=Role.VIEW_ONLY_ADMIN)
    page = commuter.get("/help/")
    assert [row["name"] for row in page.context["resellers"]] == ["acme", "Fabrikam Services", "Northwind Cloud"]
    assert page.context["reseller"] == small


def test_one_switches_to_another_of_ones_resellers(cast, commuter):
    for reseller in (cast.northwind, cast.fabrikam):
        assert commuter.post("/resellers/switch/", {"reseller": str(reseller.public_id)}).url == "/"
        assert works_for(commuter) == reseller.name


def test_one_has_there_the_role_one_has_there(cast, commuter):
    commuter.post("/resellers/switch/", {"reseller": str(cast.fabrikam.public_id)})
    assert commuter.get("/organizations/new/").status_code == 403
    commuter.post("/resellers/switch/", {"reseller": str(cast.northwind.public_id)})
    assert commuter.get("/organizations/new/").status_code == 200


def test_somebody_elses_reseller_does_not_exist(cast, commuter):
    theirs = Reseller.objects.create(name="Contoso")
    before = works_for(commuter)
    assert commuter.post("/resellers/switch/", {"reseller": str(theirs.public_id)}).status_code == 404
    assert works_for(commuter) == before


@pytest.mark.parametrize("reseller", ["", "1", "nonsense", "00000000-0000-0000-0000-000000000000", "\0"])
def test_a_foolish_reseller_does_not_exist_either(commuter, reseller):
    assert commuter.post("/resellers/switch/", {"reseller": reseller}).status_code == 404


def test_a_reseller_that_one_left_is_left_at_the_next_request(cast, commuter):
    commuter.post("/resellers/switch/", {"reseller": str(cast.northwind.public_id)})
    assert works_for(commuter) == cast.northwind.name
    Membership.objects.filter(reseller=cast.northwind, user__email__startswith="reseller_admin").update(is_active=False)
    assert works_for(commuter) == cast.fabrikam.name


def test_only_ones_own_resellers_are_offered(cast, commuter):
    Reseller.objects.create(name="Contoso")
    page = commuter.get("/help/")
    assert [choice["name"] for choice in page.context["resellers"]] == ["Fabrikam Services", "Northwind Cloud"]
    assert "Contoso" not in page.text


def test_who_works_for_nobody_is_told_so(db):
    client = Client()
    client.force_login(User.objects.create_user("new@northwind.example"))
    answer = client.get("/organizations/")
    assert answer.status_code == 403
    assert "You do not work for a reseller yet" in answer.text
    assert "new@northwind.example" in answer.text
