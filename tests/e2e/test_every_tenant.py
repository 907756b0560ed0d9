"""The whole way in a browser: from an empty connection to every tenant linked, or listed with its reason.

`make pictures` keeps a picture of each step.
"""

import os
import re
from pathlib import Path

import pytest
from support.portal import PASSWORD

from csp_link.fake.partners import POTOMAC

pytestmark = [pytest.mark.timeout(240)]
EMAIL = "admin@potomac.example"
SLOW = 90_000  # profiles are read at Microsoft's pace
PICTURES = os.environ.get("PICTURES", "")
SHAPES = (("light", 320), ("dark", 1280), ("light", 1280))


@pytest.fixture
def page(visit, portal):
    """A reseller of its own, in another cloud, with two organizations: one that is certain and one that is not."""
    told = ("create_reseller", "Potomac", "--email", EMAIL, "--person", "Paula Potomac", "--country", "SE")
    portal.manage(*told, given=f"{PASSWORD}\n")
    found = visit(EMAIL)
    for name, domain in (("Bergström Bygg", "bergstromsoner.se"), ("Contoso Bakery", "bakery-of-contoso.example")):
        found.goto("/organizations/new/")
        found.fill("#id_name", name)
        found.fill("#id_primary_domain", domain)
        found.fill("#id_notification_email", f"it@{domain}")
        found.click("button:text-is('Create')")
        found.wait_for_selector(f"h1:has-text('{name}')")
    return found


def test_every_tenant_ends_linked_created_or_listed_with_its_reason(page):
    connect(page)
    read_the_list(page)
    look_for(page)
    link_one(page)
    told = auto_create_and_link(page)
    assert told["Linked"] == 1 and told["Need a decision"] == 3 and told["Lack something"] > 1
    assert sum(told.values()) == 119, "all but the one that was linked by hand"
    complete_the_others(page, told["Lack something"])
    decide(page)


def keep_picture(page, name):
    for scheme, width in SHAPES if PICTURES else ():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)  # until colours have changed
        page.screenshot(path=Path(PICTURES, f"tenants {name} {scheme} {width}.png"), full_page=True)


def connect(page):
    page.goto("/csp/connection/")
    page.select_option("#id_cloud", "government")
    page.fill("#id_partner_id", POTOMAC.id)
    page.fill("#id_app_id", POTOMAC.app_id)
    page.fill("#id_secret", POTOMAC.secret)
    page.click("main button:has-text('Save')")
    page.click("#health a:has-text('Sign in at Microsoft')")
    page.wait_for_selector("text=Permissions requested by Cloudbroker")
    keep_picture(page, "1 consent")
    page.click("button[value=accept]")
    page.wait_for_selector("text=Microsoft has let us in")
    page.wait_for_selector("#health .cb-badge:has-text('Connected')", timeout=SLOW)
    assert POTOMAC.secret not in page.content()
    keep_picture(page, "2 connected")


def read_the_list(page):
    page.goto("/csp/")
    page.wait_for_selector("#sync .cb-badge:has-text('Done')", timeout=SLOW)
    assert page.locator(".cb-count:has-text('Not linked')").inner_text().startswith("120")
    keep_picture(page, "3 read")
    page.click("a:has-text('Link Tenant to Organization')")


def look_for(page):
    page.fill("#search", "ergströ")
    page.click("form[role=search] button:has-text('Search')")
    assert page.locator("tbody tr").count() == 1
    assert "Perhaps Bergström Bygg" in page.inner_text("tbody")
    page.goto("/csp/tenants/?state=needs_decision")
    assert page.locator("tbody tr:has-text('Contoso Bakery')").count() == 2
    keep_picture(page, "4 to decide")


def link_one(page):
    """Prefilled from Microsoft; what is missing is marked before any button is pressed."""
    open_form(page, "No Domain At All")
    marked = page.locator(".cb-field--bad label").all_inner_texts()
    assert any("Primary domain" in label for label in marked) and any("Notification email" in label for label in marked)
    keep_picture(page, "5 form")
    open_form(page, "Quiet Phone")
    assert page.input_value("#id_name") == "Quiet Phone Oy"
    assert page.input_value("#id_notification_email") == "billing@quietphone.onmicrosoft.com"
    page.click("button:has-text('Create organization and link')")
    page.wait_for_selector("text=Created Quiet Phone Oy and linked Quiet Phone Oy to it.")


def open_form(page, name):
    page.goto(f"/csp/tenants/?search={name}")
    page.click("tbody button:has-text('Actions')")
    page.click("a:visible:has-text('Link tenant')")
    page.wait_for_selector("button:has-text('Create organization and link')", timeout=SLOW)


def auto_create_and_link(page):
    page.goto("/csp/tenants/")
    page.click("button:has-text('Show preview')")
    page.wait_for_selector("button:has-text('Create and link now')", timeout=SLOW)
    keep_picture(page, "6 preview")
    page.click("button:has-text('Create and link now')")
    page.wait_for_selector("#auto .cb-badge:has-text('Done')", timeout=SLOW)
    keep_picture(page, "7 result")
    counts = page.locator(".cb-count").all_inner_texts()
    return {label: int(number) for number, label in (re.split(r"\s+", count, maxsplit=1) for count in counts)}


def complete_the_others(page, expected):
    page.click("a:has-text('Complete them in a grid')")
    rows = page.locator("tbody tr").count()
    assert rows == expected
    keep_picture(page, "8 grid")
    for number in range(1, rows + 1):
        for name, text in {
            "primary_domain": f"o{number}.example",
            "notification_email": f"it@o{number}.example",
        }.items():
            cell = page.locator(f"#r{number}-{name}")
            if not cell.input_value():
                cell.fill(text)
    page.click("button:has-text('Create organizations and link')")
    page.wait_for_selector(f"text=Created and linked {expected} organizations.")


def decide(page):
    """What is left is what no machine should settle: a person says whose it is, and whose not."""
    page.goto("/csp/")
    assert page.locator(".cb-count:has-text('Not linked')").inner_text().startswith("3")
    assert page.locator(".cb-side a:has-text('Microsoft O365 CSP direct') .cb-badge").inner_text() == "3"
    page.goto("/csp/tenants/")
    keep_picture(page, "9 list")
    page.goto("/csp/tenants/?state=needs_decision")
    assert page.locator("tbody tr").count() == 3
    page.click("tbody tr:has-text('Two Tenants AB (test)') button:has-text('Actions')")
    page.click("a:visible:has-text('Link tenant')")
    page.click("#existing button:text-is('Link') >> nth=0")
    page.wait_for_selector("text=Linked Two Tenants AB (test) to Two Tenants AB.")
    page.goto("/organizations/?search=Two Tenants")
    assert "2 linked" in page.inner_text("tbody")
