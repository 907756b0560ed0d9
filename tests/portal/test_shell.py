"""What surrounds every page: its name, whose portal it is, in which colours, and what it says of errors."""

import re
from html import unescape

import pytest
from django.urls import reverse
from support.files import table, upload

from accounts.models import Theme
from accounts.roles import Role
from portal.context import MENU

ITEMS = [item for _title, items in MENU for item in items]


def plain(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def heading(page):
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    return plain(found)


def title(page):
    return plain(re.search(r"<title>(.*?)</title>", page.text, re.DOTALL).group(1))


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.view)
def test_a_page_of_the_menu_is_called_there_in_its_title_and_in_its_heading_the_same(cast, item):
    client = cast.sign_in()
    page = client.get(reverse(item.view))
    called = heading(page)
    assert title(page) == f"{called} – Cloudbroker"
    assert called == str(item.label) or item.view == "settings", called
    assert re.search(r'aria-current="page"', page.text)


def test_whose_portal_it_is_and_that_it_is_no_production_is_always_said(cast, settings):
    settings.ENVIRONMENT = "staging"
    for address in ("/organizations/", "/help/", "/settings/", "/there-is-no-such-page/"):
        top = cast.sign_in().get(address).text.split("<main")[0]
        assert "Northwind" in top and "staging" in top, address


@pytest.mark.parametrize(("chosen", "drawn"), [("light", "light"), ("dark", "dark"), ("system", "auto")])
def test_the_server_draws_each_page_in_the_colours_that_the_person_chose(cast, chosen, drawn):
    assert chosen in Theme.values
    client = cast.sign_in()
    client.post("/theme/", {"theme": chosen, "next": "/help/"})
    for address in ("/organizations/", "/there-is-no-such-page/"):
        assert f'data-bs-theme="{drawn}"' in client.get(address).text


def test_what_was_done_is_said_in_a_region_that_is_read_out_and_stays(cast):
    page = cast.sign_in().post("/settings/mandatory-columns/", {"field": ["city"]}, follow=True)
    region = re.search(r'<div class="cb-messages" role="status">(.*?)</main>', page.text, re.DOTALL).group(1)
    assert "Saved." in region.split("<h1")[0]


def test_an_error_is_said_in_the_title_above_the_form_and_at_its_field_in_the_same_words(cast):
    page = cast.sign_in().post("/organizations/new/", {"name": "", "primary_domain": "nodomain"})
    assert page.status_code == 422 and title(page).startswith("Error: New Organization")
    summary = re.search(r"data-problems.*?</ul>", page.text, re.DOTALL).group()
    links = re.findall(r'<a href="#(\w+)">(.*?)</a>', summary)
    assert links
    for control, words in links:
        field = re.search(rf'<(?:input|select|textarea)[^>]*id="{control}"[^>]*>', page.text).group()
        sentence = plain(words).split(": ", 1)[1]
        assert 'aria-invalid="true"' in field and "aria-describedby=" in field
        assert plain(page.text).count(sentence) >= 2
    assert 'value="nodomain"' in page.text, "what was typed is kept"
    assert re.search(r"<form[^>]*novalidate[^>]*data-hints", page.text)


def test_the_steps_of_an_import_say_where_one_is_and_each_has_an_address(cast):
    client = cast.sign_in()

    def steps(address):
        part = re.search(r'<ol class="cb-steps".*?</ol>', client.get(address).text, re.DOTALL).group()
        (current,) = re.findall(r'<li class="cb-step[^"]*" aria-current="step">(.*?)</li>', part, re.DOTALL)
        return plain(current), re.findall(r'<a href="([^"]+)">', part)

    assert steps("/organizations/create-multiple/")[0] == "Upload"
    where, addresses = steps(upload(client, table(count=3)).url)
    assert where in ("Columns", "Check")
    for address in addresses:
        assert client.get(address).status_code == 200, "a step can be gone back to, loaded again and shared"


def test_the_page_of_roles_says_in_words_what_each_of_them_may_do(cast):
    page = cast.sign_in("sales_agent").get("/help/roles/")
    assert all(str(role.label) in page.text for role in Role)
    assert page.text.count("<tr") > 10 and "All organizations" not in title(page)
