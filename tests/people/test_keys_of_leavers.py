"""API keys of somebody who leaves: the reseller's keys live on as they were, and whoever may revoke them is told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from support.programs import program

from accounts.models import ApiKey, Membership, User
from accounts.roles import Role
from accounts.tenancy import acting_for
from groups.assigning import change_groups
from jobs.models import Job
from people.changes import MAIL, change_role, deactivate_person, reactivate_person, remove_person
from people.tasks import mail_about_keys

KAM, ADMIN = "key_account_manager", "reseller_admin"


@pytest.fixture
def own(cast):
    """An organization of Nordics and one of DACH."""
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, name="Own AB", groups=[cast.nordics])
        cast.create(cast.admin, name="Dach GmbH", groups=[cast.dach])
    return own


@pytest.fixture
def maker(cast):
    """A second Reseller Admin, who may leave."""
    user = User.objects.create_user("second@northwind.example", name="Second Admin")
    cast.members["second"] = Membership.objects.create(reseller=cast.northwind, user=user, role=ADMIN)
    return cast.members["second"]


def act(cast, verb, person, **given):
    with acting_for(cast.northwind.pk):
        verb(cast.admin, person, **given)


def names(erp):
    answer = erp.get("organizations")
    return sorted(row["name"] for row in answer.json()["items"]) if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize("leave", [deactivate_person, remove_person])
def test_a_key_sees_what_it_saw_when_its_maker_has_left(cast, own, leave):
    erp = program(cast, KAM)
    assert names(erp) == ["Own AB"]
    act(cast, leave, cast.members[KAM])
    assert names(erp) == ["Own AB"]


def test_a_key_is_at_no_moment_wider_than_its_maker(cast, own):
    erp = program(cast, KAM)
    act(cast, change_groups, cast.members[KAM], add=[], remove=[cast.nordics])
    assert names(erp) == []
    act(cast, remove_person, cast.members[KAM])
    assert names(erp) == [], "leaving gives nothing back"


def test_a_maker_with_less_to_do_leaves_less_to_the_key(cast, own, maker):
    erp = program(cast, "second")
    assert names(erp) == ["Dach GmbH", "Own AB"]
    assert erp.patch(f"organizations/{own.public_id}", {"city": "Umeå"}).status_code == 200
    act(cast, change_role, maker, role=Role.VIEW_ONLY_ADMIN, was=ADMIN)
    assert names(erp) == ["Dach GmbH", "Own AB"]
    assert erp.patch(f"organizations/{own.public_id}", {"city": "Luleå"}).status_code == 403
    act(cast, change_role, maker, role=Role.KEY_ACCOUNT_MANAGER, was="view_only_admin")
    assert names(erp) == []
    act(cast, change_groups, maker, add=[cast.dach], remove=[])
    assert names(erp) == ["Dach GmbH"]


def test_the_question_before_somebody_leaves_names_their_keys(cast, maker):
    program(cast, "second", name="ERP of the second")
    for verb in ("deactivate", "remove"):
        page = cast.sign_in().get(f"/administrators/{maker.user.public_id}/{verb}/").text
        assert "1 API key that Second Admin made lives on until it is revoked: ERP of the second." in page


@pytest.mark.parametrize("leave", [deactivate_person, remove_person])
def test_the_other_admins_get_a_mail_that_names_the_keys(cast, maker, leave, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    program(cast, "second", name="ERP of the second")
    ended = program(cast, "second", name="Ended long ago")
    ApiKey.objects.filter(pk=ended.key.pk).update(expires_at=timezone.now() - timedelta(days=1))
    act(cast, leave, maker)
    mail_about_keys(cast.northwind.pk, maker.pk)
    (sent,) = mail.outbox
    assert sent.to == [cast.members[ADMIN].user.email]
    assert sent.subject == "API keys of Second Admin at Northwind Cloud live on"
    assert "ERP of the second (cb_" in sent.body and "Ended long ago" not in sent.body
    assert "/settings/api-keys/" in sent.body
    assert not Job.objects.filter(task=MAIL).exists()


def test_who_made_no_key_leaves_without_a_mail(cast, maker):
    act(cast, remove_person, maker)
    assert not Job.objects.filter(task=MAIL).exists()


def test_who_is_back_before_the_worker_looks_causes_no_mail(cast, maker, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    program(cast, "second")
    act(cast, deactivate_person, maker)
    act(cast, reactivate_person, maker)
    mail_about_keys(cast.northwind.pk, maker.pk)
    assert mail.outbox == []


def test_the_page_of_keys_says_whose_maker_has_left_until_the_key_is_revoked(cast, maker):
    erp, client = program(cast, "second", name="Orphan"), cast.sign_in()
    assert "Maker has left" not in client.get("/settings/api-keys/").text
    act(cast, remove_person, maker)
    page = client.get("/settings/api-keys/").text
    assert "Maker has left" in page and "no longer works here" in page
    assert "no longer works here" in client.get(f"/settings/api-keys/{erp.key.public_id}/").text
    client.post(f"/settings/api-keys/{erp.key.public_id}/", {"revoke": "yes", "confirmed": "yes"})
    assert "Maker has left" not in client.get("/settings/api-keys/").text
