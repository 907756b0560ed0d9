"""`manage.py create_reseller`, as an operator types it."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Membership, Reseller, User
from accounts.roles import Role

pytestmark = pytest.mark.django_db
PASSWORD = "a good long password"


@pytest.fixture
def run(monkeypatch):
    def create(*arguments, password=PASSWORD):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        out = io.StringIO()
        call_command("create_reseller", *arguments, stdout=out)
        return out.getvalue()

    return create


def test_it_makes_a_reseller_and_somebody_who_can_sign_in(run):
    said = run("Contoso", "--email", "Root@Contoso.example", "--person", "Rut", "--country", "SE", "--currency", "SEK")
    assert said == "Created Contoso. root@contoso.example signs in as Reseller Admin.\n"
    member = Membership.objects.get()
    assert (member.reseller.name, member.reseller.country, member.reseller.currency) == ("Contoso", "SE", "SEK")
    assert (member.user.name, member.role) == ("Rut", Role.RESELLER_ADMIN)
    client = Client()
    client.post("/accounts/login/", {"login": "root@contoso.example", "password": PASSWORD})
    assert client.get("/organizations/new/").status_code == 200


def test_the_administrator_is_no_platform_operator(run):
    run("Contoso", "--email", "root@contoso.example")
    assert User.objects.filter(is_staff=True).exists() is False
    assert User.objects.filter(is_superuser=True).exists() is False


def test_a_person_who_exists_gets_the_role_and_keeps_the_password(run, cast):
    user = cast.neighbour.user
    user.set_password("the password of before")
    user.save()
    run("Contoso", "--email", user.email.upper(), password="")
    assert User.objects.get(pk=user.pk).check_password("the password of before")
    assert set(user.memberships.values_list("reseller__name", flat=True)) == {"Fabrikam Services", "Contoso"}


@pytest.mark.parametrize(
    ("arguments", "password", "says"),
    [
        (["Northwind CLOUD", "--email", "root@contoso.example"], PASSWORD, "reseller_name_is_unique"),
        (["", "--email", "root@contoso.example"], PASSWORD, "cannot be blank"),
        (["Contoso", "--email", "no address"], PASSWORD, "valid email"),
        (["Contoso", "--email", "root@contoso.example"], "short", "too short"),
        (["Contoso", "--email", "root@contoso.example"], "", "too short"),
        (["Contoso", "--email", "root@contoso.example", "--country", "Sweden"], PASSWORD, "at most 2 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(run, cast, arguments, password, says):
    before = (Reseller.objects.count(), User.objects.count())
    with pytest.raises(CommandError, match=says):
        run(*arguments, password=password)
    assert (Reseller.objects.count(), User.objects.count()) == before
