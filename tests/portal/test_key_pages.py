"""Settings › API keys: made and shown once, rolled, revoked."""

import re

import pytest
from support.programs import Program, program

from accounts.models import ApiKey

pytestmark = pytest.mark.django_db
PAGE = "/settings/api-keys/"


def secret_in(answer):
    (secret,) = set(re.findall(r"cb_[\w-]{40,}", answer.text))
    return secret


def make(client, **changes):
    given = {"name": "ERP", "role": "reseller_admin", "scopes": ["organizations:read"], "expires": ""}
    return client.post(f"{PAGE}new/", given | changes)


def test_a_key_is_shown_once_and_works(cast, admin):
    answer = make(admin)
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    secret = secret_in(answer)
    assert Program(secret).get("organizations").status_code == 200
    for address in (PAGE, f"{PAGE}{ApiKey.objects.get().public_id}/", "/events/"):
        assert secret not in admin.get(address).text
    assert "ERP" in admin.get(PAGE).text
    assert "made the API key ERP" in admin.get("/events/").text


def test_a_form_that_is_wrong_makes_nothing(cast, admin):
    for changes in (
        {"name": ""},
        {"scopes": []},
        {"scopes": ["x"]},
        {"role": "owner"},
        {"role": "sales_agent"},
        {"expires": "2020-01-01"},
        {"expires": "9999-12-31"},
        {"groups": [str(cast.abroad.public_id)]},
    ):
        assert make(admin, **changes).status_code == 422, changes
    assert not ApiKey.objects.exists()


def test_a_key_bound_to_a_group_sees_that_group(cast, admin):
    secret = secret_in(make(admin, role="sales_agent", groups=[str(cast.nordics.public_id)]))
    key = ApiKey.objects.get()
    assert (key.role, key.group_ids) == ("sales_agent", [cast.nordics.pk])
    assert Program(secret).get("organizations").status_code == 200


def test_a_rolled_key_is_another_and_the_old_one_ends(cast, admin):
    erp = program(cast)
    address = f"{PAGE}{erp.key.public_id}/"
    new = Program(secret_in(admin.post(address, {"overlap": "0"})))
    assert (erp.get("organizations").status_code, new.get("organizations").status_code) == (401, 200)
    newer = Program(secret_in(admin.post(address, {"overlap": "3600"})))
    assert (new.get("organizations").status_code, newer.get("organizations").status_code) == (200, 200)
    assert admin.post(address, {"overlap": "5"}).status_code == 422


def test_a_revoked_key_ends_for_good(cast, admin):
    erp = program(cast)
    address = f"{PAGE}{erp.key.public_id}/"
    question = admin.post(address, {"revoke": "yes"}).content.decode()
    assert "Revoke the key" in question and "refused from its next request on" in question, "nothing goes unasked"
    assert admin.post(address, {"revoke": "yes", "confirmed": "yes"}).status_code == 302
    assert erp.get("organizations").status_code == 401
    assert admin.post(address, {"overlap": "0"}).status_code == 422
    assert "Revoked" in admin.get(PAGE).text


def test_pages_of_keys_ask_for_the_password_again(cast):
    member = cast.members["reseller_admin"]
    member.user.set_password("a long enough password")
    member.user.save()
    client = cast.sign_in()
    for address in (PAGE, f"{PAGE}new/", f"{PAGE}{program(cast).key.public_id}/"):
        answer = client.get(address)
        assert (answer.status_code, "/reauthenticate/" in answer.url) == (302, True)
