"""API keys: made once, never wider than their maker, rolled and revoked at once."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from support.programs import program

from accounts.models import ApiKey
from accounts.refusals import Refused
from accounts.roles import Role
from accounts.scopes import Scope
from accounts.tenancy import acting_for
from api.keys import Wanted, make_key, make_key_for, revoke_key, roll_key
from events.models import Event

pytestmark = pytest.mark.django_db
READ = frozenset({Scope.ORGANIZATIONS_READ})


def test_only_a_hash_of_the_key_is_kept(cast):
    erp = program(cast)
    row = ApiKey.objects.values().get()
    assert erp.secret not in str(row)
    assert erp.secret.startswith(row["shown"]) and len(row["shown"]) == 12
    with acting_for(cast.northwind.pk):
        assert erp.secret not in str(list(Event.objects.values()))


def test_a_revoked_key_ends_with_the_next_request(cast):
    erp = program(cast)
    assert erp.get("organizations").status_code == 200
    with acting_for(cast.northwind.pk):
        revoke_key(cast.admin, erp.key)
    assert erp.get("organizations").status_code == 401


def test_an_expired_key_ends(cast):
    erp = program(cast, expires_at=timezone.now() + timedelta(seconds=60))
    assert erp.get("organizations").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert erp.get("organizations").status_code == 401


def test_rolled_the_old_key_works_until_the_overlap_ends(cast):
    erp, new = program(cast), program(cast, name="x")
    with acting_for(cast.northwind.pk):
        new.secret = roll_key(cast.admin, erp.key, timedelta(hours=1))
    assert (erp.get("organizations").status_code, new.get("organizations").status_code) == (200, 200)
    ApiKey.objects.filter(pk=erp.key.pk).update(old_until=timezone.now() - timedelta(seconds=1))
    assert (erp.get("organizations").status_code, new.get("organizations").status_code) == (401, 200)
    with acting_for(cast.northwind.pk):
        revoke_key(cast.admin, erp.key)
        with pytest.raises(Refused):
            roll_key(cast.admin, erp.key, timedelta(0))


def test_a_key_lives_on_when_its_maker_leaves(cast):
    erp = program(cast)
    member = cast.members["reseller_admin"]
    member.is_active = False
    member.save()
    assert erp.get("organizations").status_code == 200


def test_a_key_is_never_wider_than_its_maker(cast):
    with acting_for(cast.northwind.pk):
        kam = cast.act_as("key_account_manager")
        with pytest.raises(Refused):
            make_key_for(kam, Wanted("x", Role.RESELLER_ADMIN, READ))
        with pytest.raises(Refused):
            make_key_for(kam, Wanted("x", Role.KEY_ACCOUNT_MANAGER, READ))
        with pytest.raises(Refused):
            make_key_for(kam, Wanted("x", Role.KEY_ACCOUNT_MANAGER, READ, (cast.nordics, cast.dach)))
        make_key_for(kam, Wanted("x", Role.KEY_ACCOUNT_MANAGER, READ, (cast.nordics,)))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.RESELLER_ADMIN])
def test_only_reseller_admins_make_keys_on_pages(cast, role):
    from django.core.exceptions import PermissionDenied

    with acting_for(cast.northwind.pk), pytest.raises(PermissionDenied):
        make_key(cast.act_as(role), Wanted("x", Role(role), READ, ()))


def command(*args):
    out = io.StringIO()
    call_command("create_api_key", *args, stdout=out)
    return out.getvalue().strip()


def test_the_command_prints_a_key_that_works_once(cast):
    from support.programs import Program

    out = command("--email", "reseller_admin@northwind.example")
    (secret,) = [word for word in out.split() if word.startswith("cb_")]
    assert Program(secret).get("organizations").status_code == 200


def test_the_command_takes_scopes_groups_and_an_end(cast):
    args = ["--email", "reseller_admin@northwind.example", "--scopes", "organizations:read,groups:read"]
    command(*args, "--groups", "Nordics,DACH", "--expires", "2999-01-31", "--name", "CRM")
    key = ApiKey.objects.get()
    assert key.scopes == ["groups:read", "organizations:read"]
    assert key.group_ids == [cast.nordics.pk, cast.dach.pk]
    assert (key.name, key.expires_at.year, key.role) == ("CRM", 2999, "reseller_admin")


@pytest.mark.parametrize(
    "args",
    [
        ["--email", "nobody@northwind.example"],
        ["--email", "reseller_admin@northwind.example", "--scopes", "everything"],
        ["--email", "reseller_admin@northwind.example", "--groups", "Nowhere"],
        ["--email", "reseller_admin@northwind.example", "--expires", "soon"],
        ["--email", "reseller_admin@northwind.example", "--expires", "2020-01-01"],
        ["--email", "sales_agent@northwind.example", "--groups", "DACH"],
    ],
)
def test_the_command_says_what_is_wrong(cast, args):
    with pytest.raises(CommandError):
        command(*args)
    assert not ApiKey.objects.exists()
