"""The user guide in the portal: what docs/guide says, where people look for it."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import get_resolver

from portal.guide import CONTENTS, EXPLAINED, FOLDER

pytestmark = pytest.mark.django_db
NAMES = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != CONTENTS)


def of_the_guide(answer):
    return re.search(r'<div lang="en">.*</main>', answer.content.decode(), re.DOTALL)[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_guide_is_shown_with_links_and_pictures_that_lead_somewhere(cast, name):
    client = cast.sign_in("sales_agent")
    shown = of_the_guide(client.get(f"/help/{name}/"))
    assert "**" not in shown and "](" not in shown and "&lt;" not in shown
    links = set(re.findall(r'href="(/help/[^"#]*)"', shown))
    assert {client.get(link).status_code for link in links} <= {200}
    pictures = re.findall(r'<img src="/static/([^"]+)" alt="[^"]{5,}"', shown)
    assert len(pictures) == shown.count("<img")
    assert all(finders.find(picture) for picture in pictures)
    assert not re.search(r'(href|src)="(?!/|https://|#)', shown)
    assert not re.search(r"\s</?(strong|a|em)>[.,:]", shown), "no space before a full stop"


def test_the_contents_are_on_the_page_of_help(cast):
    shown = cast.sign_in().get("/help/").content.decode()
    assert [name for name in NAMES if f'href="/help/{name}/"' not in shown] == []


def test_what_is_written_like_html_stays_text(cast, tmp_path, monkeypatch):
    (tmp_path / "odd.md").write_text("# Odd\n\n<script>alert(1)</script>\n\nA [link](javascript:go()) and <b>b</b>.")
    monkeypatch.setattr("portal.guide.FOLDER", tmp_path)
    shown = of_the_guide(cast.sign_in().get("/help/odd/"))
    assert "&lt;script&gt;" in shown and "<script>" not in shown
    assert "&lt;b&gt;" in shown and 'href="javascript' not in shown


@pytest.mark.parametrize("name", ["README", "no-such-page", "..", "roles.md"])
def test_only_pages_of_the_guide_are_shown(cast, name):
    assert cast.sign_in().get(f"/help/{name}/").status_code == 404


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("/organizations/", "find"),
        ("/organizations/new/", "new-organization"),
        ("/organizations/create-multiple/", "import"),
        ("/organizations/create-multiple/rows/", "grid"),
        ("/csp/tenants/", "tenants"),
        ("/groups/", "groups"),
        ("/administrators/", "administrators"),
    ],
)
def test_a_page_leads_to_what_explains_it(cast, page, name):
    shown = cast.sign_in().get(page).content.decode()
    (crumbs,) = re.findall(r'<nav class="cb-crumbs".*?</nav>', shown, re.DOTALL)
    assert f'href="/help/{name}/"' in crumbs


def test_what_explains_a_page_exists_and_so_does_the_page():
    views = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    for namespace, (_, resolver) in get_resolver().namespace_dict.items():
        views |= {namespace, *(f"{namespace}:{key}" for key in resolver.reverse_dict if isinstance(key, str))}
    assert set(EXPLAINED) <= views
    assert set(EXPLAINED.values()) == set(NAMES) - {"update"} | {EXPLAINED["exports"]}
