"""Joining by invitation: one mail, one link, once; it tells strangers nothing and opens no other door."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from support.workers import at_once

from accounts.models import Membership, User
from accounts.refusals import Refused
from accounts.roles import Role
from accounts.tenancy import acting_for
from events.models import Event
from groups.access import actor_of, get_groups
from jobs import work
from jobs.models import Job
from people import inviting, mailing
from people.inviting import Draft, invite_people, send_again
from people.models import Invitation
from people.tasks import mail_invitation

PASSWORD = "a good long password"
GOOD = {"name": "Nils Ny", "email": "Nils@Northwind.example ", "role": "sales_agent"}
NEW = {"name": "Nils Ny", "password": PASSWORD, "again": PASSWORD}


def newest(cast):
    with acting_for(cast.northwind.pk):
        return Invitation.objects.select_related("reseller").latest("id")


def deliver(cast):
    """Do the mailing as a worker would; the path of the newest mail's link."""
    for job in Job.objects.filter(task=inviting.MAIL):
        mail_invitation(cast.northwind.pk, job.object_id)
    return path_in(mail.outbox[-1])


def path_in(message):
    (path,) = re.findall(r"https?://[^/\s]+(/invitations/\S+)", message.body)
    return path


def invite(cast, **changes):
    groups = [str(group.public_id) for group in changes.pop("groups", [])]
    answer = cast.sign_in().post("/administrators/invite/", GOOD | changes | {"groups": groups})
    assert answer.status_code == 302, answer.context["form"].errors
    return deliver(cast)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


# The whole way


def test_somebody_new_is_invited_chooses_a_password_and_sees_exactly_the_groups(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, name="Own AB", groups=[cast.nordics])
        cast.create(cast.admin, name="Dach GmbH", groups=[cast.dach])
    path = invite(cast, groups=[cast.dach])
    (message,) = mail.outbox
    assert message.to == ["nils@northwind.example"]
    assert message.subject == "Invitation to Northwind Cloud on Cloudbroker"
    page = Client().get(path)
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    for told in ("Reseller Admin", "Northwind Cloud", "Sales Agent", "nils@northwind.example"):
        assert told in page.text and told in message.body + message.to[0]
    client = Client()
    assert client.post(path, NEW).url == "/accounts/login/"
    assert client.post("/accounts/login/", {"login": "nils@northwind.example", "password": PASSWORD}).url == "/"
    rows = client.get("/organizations/").context["rows"]
    assert [row["name"] for row in rows] == ["Dach GmbH"]


def test_the_event_log_tells_of_the_invitation_and_of_its_acceptance(cast):
    Client().post(invite(cast), NEW)
    user = User.objects.get(email="nils@northwind.example")
    with acting_for(cast.northwind.pk):
        events = Event.objects.filter(subject_id=user.public_id).order_by("id")
        told = [(event.kind, event.actor_label) for event in events]
    assert told == [("person.invited", "Reseller Admin"), ("person.accepted", "Nils Ny")]
    page = cast.sign_in().get(f"/administrators/{user.public_id}/").text
    assert "invited Nils Ny" in page and "accepted the invitation by Reseller Admin" in page


def test_the_link_is_kept_as_a_hash_and_its_secret_nowhere(cast):
    token = invite(cast).rstrip("/").rpartition("/")[2]
    assert len(token) >= 43
    invitation = newest(cast)
    assert invitation.token_hash == mailing.hash_of(token)
    with acting_for(cast.northwind.pk):
        rows = str(list(Invitation.objects.values())) + str(list(Event.objects.values("details")))
    assert token not in rows and token not in str(list(Job.objects.values()))


def test_looking_at_the_link_uses_nothing_up(cast):
    path = invite(cast)
    for _ in range(3):
        assert Client().get(path).status_code == 200
    assert Client().head(path).status_code == 200
    assert Client().post(path, NEW).status_code == 302


# Links that do not work


def test_a_link_works_once(cast):
    path = invite(cast)
    assert Client().post(path, NEW).status_code == 302
    again = Client().post(path, NEW | {"password": "another long password", "again": "another long password"})
    assert again.status_code == 410 and "accepted already" in again.text
    assert check_password(PASSWORD, User.objects.get(email="nils@northwind.example").password)


def test_a_link_ends_in_time_and_the_next_mail_brings_a_new_one(cast, settings, monkeypatch):
    old = invite(cast)
    with acting_for(cast.northwind.pk):
        Invitation.objects.update(sent_at=timezone.now() - timedelta(days=settings.INVITATION_DAYS, seconds=1))
    late = Client().post(old, NEW)
    assert late.status_code == 410 and "not used in time" in late.text
    assert "Invitation expired" in cast.sign_in().get("/administrators/").text
    cast.sign_in().post(f"/administrators/invitations/{newest(cast).public_id}/send-again/")
    new = deliver(cast)
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    assert Client().post(new, NEW).status_code == 302


def test_a_withdrawn_link_ends_at_once_and_the_address_can_be_invited_again(cast):
    path = invite(cast)
    assert cast.sign_in().post(f"/administrators/invitations/{newest(cast).public_id}/withdraw/").status_code == 302
    answer = Client().post(path, NEW)
    assert answer.status_code == 410 and "was withdrawn" in answer.text
    assert not User.objects.filter(email="nils@northwind.example").exists()
    assert Client().get(invite(cast)).status_code == 200


@pytest.mark.parametrize("how", ["other token", "shorter", "neighbour's door", "no such reseller"])
def test_a_forged_link_leads_nowhere(cast, how):
    path = invite(cast)
    before, _, token = path.rstrip("/").rpartition("/")
    forged = {
        "other token": f"{before}/{'x' * len(token)}/",
        "shorter": f"{before}/{token[:-1]}/",
        "neighbour's door": path.replace(str(cast.northwind.public_id), str(cast.fabrikam.public_id)),
        "no such reseller": path.replace(str(cast.northwind.public_id), "00000000-0000-0000-0000-000000000000"),
    }[how]
    for client in (Client(), cast.sign_in("sales_agent")):
        assert client.get(forged).status_code == 404
        assert client.post(forged, NEW).status_code == 404
    assert Client().get(path).status_code == 200


def test_an_invitation_does_not_outlive_the_right_of_who_sent_it(cast):
    """Also when an operator switched the person off, whom the reseller's own verbs never saw."""
    path = invite(cast)
    User.objects.filter(pk=cast.members["reseller_admin"].user.pk).update(is_active=False)
    assert Client().post(path, NEW).status_code == 410
    assert not User.objects.filter(email="nils@northwind.example").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_follow_the_link_at_once_make_one_person(cast):
    path = invite(cast)
    answers = at_once(*[lambda: Client().post(path, NEW).status_code] * 2)
    assert answers.count(302) >= 1 and set(answers) <= {302, 409, 410}
    assert Membership.objects.filter(user__email="nils@northwind.example").count() == 1


# The password


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("short", "short", "too short"),
        ("password1234", "password1234", "too common"),
        ("nils@northwind", "nils@northwind", "too similar"),
        (PASSWORD, "another long password", "not the same"),
        ("", "", "This field is required"),
    ],
)
def test_a_poor_password_is_refused_in_words_and_the_link_goes_on(cast, password, again, says):
    path = invite(cast)
    answer = Client().post(path, NEW | {"password": password, "again": again})
    assert answer.status_code == 422 and says in answer.text and 'value="Nils Ny"' in answer.text
    assert not User.objects.filter(email="nils@northwind.example").exists()
    assert Client().post(path, NEW).status_code == 302


# Somebody who exists


def test_a_person_of_another_reseller_signs_in_and_accepts(cast):
    user = cast.neighbour.user
    user.set_password(PASSWORD)
    user.save()
    path = invite(cast, email=user.email, groups=[cast.nordics])
    page = Client().get(path)
    assert f"Sign in as {user.email}" in page.text and 'type="password"' not in page.text
    client = Client()
    login = client.post(path, NEW).url
    assert login == f"/accounts/login/?next={path}"
    assert client.post(login, {"login": user.email, "password": PASSWORD, "next": path}).url == path
    assert "Accept" in client.get(path).text
    assert client.post(path).url == "/"
    assert client.get("/help/").context["reseller"] == cast.northwind
    assert check_password(PASSWORD, User.objects.get(pk=user.pk).password)
    member = Membership.objects.get(reseller=cast.northwind, user=user)
    with acting_for(cast.northwind.pk):
        assert [group.name for group in get_groups(actor_of(member))] == ["Nordics"]
    assert cast.neighbour.role == Membership.objects.get(pk=cast.neighbour.pk).role


def test_nothing_tells_whether_an_address_is_known_elsewhere(cast):
    """The inviter sees the same pages and the same mail for an address of the neighbour's as for one of nobody's."""
    seen = []
    for email in (cast.neighbour.user.email, "nobody@elsewhere.example"):
        invite(cast, email=email)
        invitation = newest(cast)
        message = mail.outbox[-1]
        page = cast.sign_in().get(f"/administrators/invitations/{invitation.public_id}/").text
        token = path_in(message).split("/")[-2]
        texts = [message.subject, message.body.replace(token, ""), page]
        for varying in (email, escape(email), str(invitation.public_id)):
            texts = [text.replace(varying, "*") for text in texts]
        seen.append([re.sub(r'csrfmiddlewaretoken" value="\w+"|datetime="[^"]+"', "", text) for text in texts])
    assert seen[0] == seen[1]
    assert newest(cast).public_id not in (cast.neighbour.user.public_id,)


def test_who_is_signed_in_as_somebody_else_can_not_take_the_place(cast):
    path, client = invite(cast), cast.sign_in("neighbour")
    page = client.get(path)
    assert page.status_code == 200 and "you are signed in as admin@fabrikam.example" in page.text
    answer = client.post(path)
    assert answer.status_code == 409 and "This invitation is for nils@northwind.example" in answer.text
    assert not Membership.objects.filter(reseller=cast.northwind, user=cast.neighbour.user).exists()
    assert Client().post(path, NEW).status_code == 302


def test_who_works_for_nobody_may_accept(cast):
    user = User.objects.create_user("nils@northwind.example", PASSWORD)
    client = signed_in(user)
    assert client.get("/organizations/").status_code == 403
    assert client.post(invite(cast)).url == "/"
    assert client.get("/organizations/").status_code == 200


def test_who_was_removed_comes_back_with_what_the_invitation_says(cast):
    agent, admin = cast.members["sales_agent"], cast.sign_in()
    admin.post(f"/administrators/{agent.user.public_id}/remove/")
    path = invite(cast, email=agent.user.email, role="key_account_viewer", groups=[cast.dach])
    assert signed_in(agent.user).post(path).url == "/"
    back = Membership.objects.get(pk=agent.pk)
    assert (back.role, back.is_active, back.removed_at) == (Role.KEY_ACCOUNT_VIEWER, True, None)
    with acting_for(cast.northwind.pk):
        assert [group.name for group in get_groups(actor_of(back))] == ["DACH"]


def test_a_group_that_was_deleted_meanwhile_is_left_out(cast):
    path = invite(cast, groups=[cast.nordics, cast.dach])
    with acting_for(cast.northwind.pk):
        cast.dach.delete()
    assert Client().post(path, NEW).status_code == 302
    with acting_for(cast.northwind.pk):
        member = Membership.objects.get(user__email="nils@northwind.example")
        assert [group.name for group in get_groups(actor_of(member))] == ["Nordics"]


# Inviting


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": " "}, "Enter a name."),
        ({"name": "x" * 256}, "longer than 255"),
        ({"name": "a\0b"}, "control character"),
        ({"email": ""}, "Enter an e-mail address."),
        ({"email": "nils@"}, "is not an e-mail address"),
        ({"email": f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'w' * 60}.{'v' * 30}.example"}, "longer than 254"),
        ({"role": ""}, "Choose a role"),
        ({"role": "emperor"}, "is not a role"),
        ({"groups": ["00000000-0000-0000-0000-000000000000"]}, "There is no group named"),
        ({"email": "SALES_AGENT@northwind.example"}, "is an administrator here already"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nobody_is_invited(cast, changes, says):
    answer = cast.sign_in().post("/administrators/invite/", GOOD | changes)
    assert answer.status_code == 422 and says in answer.text
    assert not answer.context["form"].non_field_errors()
    with acting_for(cast.northwind.pk):
        assert not Invitation.objects.exists()
    assert not Job.objects.exists()


def test_a_group_of_the_neighbours_does_not_exist(cast):
    answer = cast.sign_in().post("/administrators/invite/", GOOD | {"groups": [str(cast.abroad.public_id)]})
    assert answer.status_code == 422 and "There is no group named" in answer.text


def test_an_address_is_invited_once_at_a_time_and_by_each_reseller_for_itself(cast):
    invite(cast)
    again = cast.sign_in().post("/administrators/invite/", GOOD)
    assert again.status_code == 422 and "has an invitation already" in again.text
    assert cast.sign_in("neighbour").post("/administrators/invite/", GOOD).status_code == 302


def test_a_deactivated_person_is_reactivated_instead(cast):
    agent = cast.members["sales_agent"]
    Membership.objects.filter(pk=agent.pk).update(is_active=False)
    answer = cast.sign_in().post("/administrators/invite/", GOOD | {"email": agent.user.email})
    assert answer.status_code == 422 and "Reactivate them instead" in answer.text


def test_a_role_that_will_see_nothing_is_warned_of(cast):
    page = cast.sign_in().post("/administrators/invite/", GOOD, follow=True)
    assert "sees nothing without a group" in page.text
    full = GOOD | {"email": "b@northwind.example", "groups": [str(cast.nordics.public_id)]}
    assert "sees nothing without a group" not in cast.sign_in().post("/administrators/invite/", full, follow=True).text


@pytest.mark.parametrize("role", ["view_only_admin", "key_account_manager", "sales_agent"])
def test_no_other_role_invites(cast, role):
    assert cast.sign_in(role).post("/administrators/invite/", GOOD).status_code == 403
    assert not Job.objects.exists()


# Mail


def test_an_address_gets_no_more_than_five_mails_a_day(cast):
    invite(cast)
    admin, url = cast.sign_in(), f"/administrators/invitations/{newest(cast).public_id}/"
    for _ in range(4):
        assert admin.post(f"{url}send-again/").status_code == 302
        deliver(cast)
    answer = admin.post(f"{url}send-again/")
    assert answer.status_code == 409 and "got enough mail for today" in answer.text
    admin.post(f"{url}withdraw/")
    again = admin.post("/administrators/invite/", GOOD)
    assert again.status_code == 422 and "got enough mail for today" in again.text
    assert len(mail.outbox) == 5
    with acting_for(cast.northwind.pk):
        Invitation.objects.update(sent_at=timezone.now() - timedelta(days=1, seconds=1))
    assert admin.post("/administrators/invite/", GOOD).status_code == 302


def test_a_reseller_sends_no_more_than_its_share_a_day(at_northwind, monkeypatch):
    monkeypatch.setattr(inviting, "MAILS_OF_A_RESELLER", 3)
    drafts = [Draft(f"P{n}", f"p{n}@northwind.example", "sales_agent") for n in range(4)]
    with pytest.raises(Refused, match="at most 3 invitations a day"):
        invite_people(at_northwind.admin, drafts)
    assert not Invitation.objects.exists()
    invite_people(at_northwind.admin, drafts[:3])
    with pytest.raises(Refused):
        invite_people(at_northwind.admin, drafts[3:])
    with pytest.raises(Refused):
        send_again(at_northwind.admin, Invitation.objects.first())


def test_a_mail_is_sent_once_however_often_the_task_comes(cast):
    invite(cast)
    invitation = newest(cast)
    mail_invitation(cast.northwind.pk, invitation.pk)
    assert (len(mail.outbox), Job.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_fails_is_tried_again_and_in_the_end_told_of(cast, monkeypatch):
    cast.sign_in().post("/administrators/invite/", GOOD)
    fails = monkeypatch.setattr
    with monkeypatch.context() as broken:
        broken.setattr(mailing, "send_mail", lambda *_: 1 / 0)
        for attempt in range(1, work.MOST_FAILURES + 1):
            mail_invitation(cast.northwind.pk, newest(cast).pk)
            assert newest(cast).mail_failed == (attempt == work.MOST_FAILURES)
    assert (newest(cast).token_hash, newest(cast).mails, Job.objects.count()) == (None, 0, 0)
    url = f"/administrators/invitations/{newest(cast).public_id}/"
    assert "could not be sent" in cast.sign_in().get(url).text
    assert "Mail not sent" in cast.sign_in().get("/administrators/").text
    cast.sign_in().post(f"{url}send-again/")
    assert Client().get(deliver(cast)).status_code == 200
    assert fails


def test_a_mail_that_is_due_for_a_withdrawn_invitation_is_not_sent(cast):
    cast.sign_in().post("/administrators/invite/", GOOD)
    invitation = newest(cast)
    cast.sign_in().post(f"/administrators/invitations/{invitation.public_id}/withdraw/")
    mail_invitation(cast.northwind.pk, invitation.pk)
    assert (mail.outbox, Job.objects.count()) == ([], 0)


def test_a_name_in_the_mail_is_text_and_no_header(cast):
    cast.northwind.name = "North\nBcc: victim@x.example"
    cast.northwind.save()
    invite(cast, name="<b>Nils</b>")
    (message,) = mail.outbox
    assert message.recipients() == ["nils@northwind.example"] and "\n" not in message.subject
    assert "Hello <b>Nils</b>," in message.body


def test_nobody_else_sees_or_touches_an_invitation(cast):
    invite(cast)
    url = f"/administrators/invitations/{newest(cast).public_id}/"
    for person in ("neighbour", "key_account_manager", "sales_agent"):
        client = cast.sign_in(person)
        assert client.get(url).status_code == 404
        assert client.post(f"{url}withdraw/").status_code == 404
        assert client.post(f"{url}send-again/").status_code == 404
    assert cast.sign_in("view_only_admin").get(url).status_code == 200
    assert cast.sign_in("view_only_admin").post(f"{url}withdraw/").status_code == 403
    assert newest(cast).withdrawn_at is None
