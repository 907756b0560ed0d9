"""/operator/: the platform's own pages, for its superusers and nobody else."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Membership, Reseller, User
from accounts.roles import Role


@pytest.fixture
def operator(db):
    client = Client()
    client.force_login(User.objects.create_superuser("op@cloudbroker.example", "a good long password"))
    return client


PAGES = [
    "/operator/",
    "/operator/accounts/reseller/",
    "/operator/accounts/reseller/add/",
    "/operator/accounts/user/",
    "/operator/accounts/user/add/",
    "/operator/accounts/",
    "/operator/mail/",
    "/operator/password_change/",
]


@pytest.mark.parametrize("url", PAGES)
def test_a_page_shows_to_an_operator(operator, url):
    assert operator.get(url).status_code == 200


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("role", ["reseller_admin", "sales_agent"])
def test_a_page_shows_to_nobody_else(cast, operator, url, role):
    answer = cast.sign_in(role).get(url)
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/operator/login/")


def test_an_operator_makes_a_reseller_with_its_first_administrator(cast, operator):
    person = User.objects.create_user("new@contoso.example")
    rows = {
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": person.pk,
        "memberships-0-role": Role.RESELLER_ADMIN,
        "memberships-0-is_active": "on",
    }
    reseller = {"name": "Contoso", "country": "NO", "currency": "NOK", "time_zone": "UTC", "language": "en"}
    assert operator.post("/operator/accounts/reseller/add/", reseller | rows).status_code == 302
    assert Membership.objects.get(user=person).reseller.name == "Contoso"


def test_a_reseller_of_the_same_name_is_refused_in_words(cast, operator):
    reseller = {"name": "NORTHWIND cloud", "currency": "NOK", "time_zone": "UTC", "language": "en"}
    answer = operator.post(
        "/operator/accounts/reseller/add/", reseller | {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    )
    assert answer.status_code == 200
    assert Reseller.objects.filter(name__iexact="northwind cloud").count() == 1


@pytest.mark.parametrize("place", ["reseller", "user"])
def test_each_record_has_its_page(cast, operator, place):
    record = cast.northwind if place == "reseller" else cast.neighbour.user
    page = operator.get(reverse(f"admin:accounts_{place}_change", args=[record.pk]))
    assert page.status_code == 200
    assert escape(record) in page.text


def test_people_are_found_by_part_of_name_or_address(cast, operator):
    page = operator.get("/operator/accounts/user/?q=fabrikam")
    assert "admin@fabrikam.example" in page.text
    assert "reseller_admin@northwind.example" not in page.text


def test_a_person_is_added_with_a_password_that_works(operator):
    data = {"email": "New@Contoso.example", "name": "Nils", "usable_password": "true"}
    passwords = {"password1": "a good long password", "password2": "a good long password"}
    answer = operator.post("/operator/accounts/user/add/", data | passwords)
    assert answer.status_code == 302, answer.context["errors"]
    assert User.objects.get(email__iexact="new@contoso.example").check_password("a good long password")


@pytest.fixture
def mails(settings, tmp_path):
    folder = tmp_path / "mail"
    folder.mkdir(exist_ok=True)
    settings.EMAIL_FILE_PATH = str(folder)
    (folder / "20260101-1.log").write_text("Subject: Välkommen\n\n<b>hej</b>")
    (tmp_path / "secret.log").write_text("elsewhere")
    return folder


def test_mail_that_was_written_to_files_can_be_read(operator, mails):
    assert "20260101-1.log" in operator.get("/operator/mail/").text
    message = operator.get("/operator/mail/20260101-1.log")
    assert "Välkommen" in message.text
    assert message["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("name", ["missing.log", "..%2Fsecret.log", "%2e%2e%2fsecret.log"])
def test_only_files_of_that_folder_can_be_read(operator, mails, name):
    assert operator.get(f"/operator/mail/{name}").status_code == 404


def test_without_any_mail_the_page_says_so(operator, settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "none")
    assert "None yet." in operator.get("/operator/mail/").text
