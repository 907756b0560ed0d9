"""Signing in through a company's own OpenID Connect provider: a real one, in a process of its own."""

import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from support import oidc_provider

from accounts.models import User

pytestmark = [pytest.mark.processes]
LOGIN = "/accounts/login/"
COMPANY = "/accounts/oidc/company/login/"


@pytest.fixture(scope="module")
def provider():
    program = [sys.executable, str(Path(oidc_provider.__file__))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:
        yield running.stdout.readline().strip()
        running.kill()


@pytest.fixture
def company(db, provider, settings):
    """The portal, configured for the provider."""
    cache.clear()
    app = {
        "provider_id": "company",
        "name": "Northwind's sign-in",
        "client_id": oidc_provider.CLIENT,
        "secret": oidc_provider.SECRET,
        "settings": {"server_url": provider},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return provider


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def come_as(provider, email, client=None, **person):
    """Through the provider's pages and back; returns the portal's last answer."""
    urllib.request.urlopen(f"{provider}/become?{urlencode({'email': email, 'verified': 'true'} | person)}").close()
    client = client or Client()
    there = client.get(COMPANY)
    assert there.status_code == 302 and there.url.startswith(f"{provider}/authorize?")
    try:
        urllib.request.build_opener(NoRedirect).open(there.url)
    except urllib.request.HTTPError as redirect:
        back = urlsplit(redirect.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def test_the_sign_in_page_offers_the_company_by_its_name(company):
    page = Client().get(LOGIN).text
    assert "Northwind&#x27;s sign-in" in page and f'href="{COMPANY}' in page


def test_who_was_invited_comes_in_by_the_verified_address(company, cast):
    kam = cast.members["key_account_manager"].user
    answer = come_as(company, kam.email)
    assert (answer.status_code, answer.url) == (302, "/")
    assert answer.client.get("/organizations/").context["person"]["email"] == kam.email
    assert come_as(company, kam.email).status_code == 302, "and again, now that the two are known to belong together"


def test_a_stranger_is_not_let_in_and_not_made(company, cast):
    answer = come_as(company, "stranger@elsewhere.example")
    assert answer.client.get("/organizations/").status_code == 302
    assert "/accounts/" in answer.client.get("/organizations/").url
    assert not User.objects.filter(email__startswith="stranger").exists()


def test_an_address_that_the_provider_has_not_verified_opens_nothing(company, cast):
    admin = cast.members["reseller_admin"].user
    answer = come_as(company, admin.email, verified="false")
    assert answer.client.get("/organizations/").status_code == 302


def test_a_deactivated_person_does_not_come_in_this_way_either(company, cast):
    kam = cast.members["key_account_manager"].user
    assert come_as(company, kam.email).url == "/"
    User.objects.filter(pk=kam.pk).update(is_active=False)
    assert come_as(company, kam.email).client.get("/organizations/").status_code == 302


def test_an_answer_that_nobody_asked_for_is_refused(company, cast):
    answer = Client().get("/accounts/oidc/company/login/callback/?code=x&state=forged")
    assert answer.status_code in (200, 302, 401, 403) and answer.client.get("/organizations/").status_code == 302


def test_who_comes_this_way_is_not_asked_for_a_second_factor_of_ours(company, cast):
    cast.northwind.demands_second_factor = True
    cast.northwind.save()
    kam = cast.members["key_account_manager"].user
    assert come_as(company, kam.email).client.get("/organizations/").status_code == 200
    other = cast.sign_in("sales_agent").get("/organizations/")
    assert (other.status_code, other.url) == (302, "/accounts/2fa/")


def test_without_a_provider_there_is_no_such_door(db):
    assert Client().get(COMPANY).status_code == 404
