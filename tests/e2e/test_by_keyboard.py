"""Main flows with the keyboard alone. List, grid, ticks of a group, dialogs and Ctrl K have theirs beside them."""

import re

import pytest

from e2e.test_main_job import somebody_elses
from e2e.test_people_pages import link_mailed_to

pytestmark = [pytest.mark.timeout(120)]


def tab_to(page, name, most=80):
    """Goes on with Tab until what has the focus is called so, as somebody does who sees where the focus is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(CALLED).startswith(name):
            return
    raise AssertionError(f"Tab never came to {name}")


CALLED = """() => {
  const at = document.activeElement;
  return (at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.value || '').trim();
}"""


def type_into(page, name, domain):
    """The three fields that every organization has, over whatever stands there."""
    for label, text in {"Name": name, "Primary domain": domain, "Notification email": f"it@{domain}"}.items():
        tab_to(page, label)
        page.keyboard.press("Control+a")
        page.keyboard.type(text)


def test_an_organization_is_created_and_changed(visit):
    page = visit()
    tab_to(page, "New Organization")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('New Organization')")
    type_into(page, "Tangent AB", "tangent.se")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Tangent AB')")
    tab_to(page, "Edit")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Edit Tangent AB')")
    tab_to(page, "City")
    page.keyboard.type("Kiruna")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Saved.")
    assert "Kiruna" in page.inner_text("main")


def test_a_wrong_field_is_reached_from_the_summary_of_errors(visit):
    page = visit()
    page.goto("/organizations/new/")
    tab_to(page, "Name")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-problems]:focus")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_name"


def test_a_file_is_checked_imported_and_undone(visit):
    page = visit()
    page.goto("/organizations/create-multiple/")
    file = {"name": "tast.csv", "mimeType": "text/csv", "buffer": somebody_elses("tast", rows=30)}
    page.set_input_files("input[type=file]", file)  # what the system's own window does
    tab_to(page, "Read File")
    page.keyboard.press("Enter")
    page.wait_for_selector("button:has-text('Create/Import Organizations (28)')")
    tab_to(page, "Create/Import Organizations")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The import has finished")
    tab_to(page, "Undo this import")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Undone.")


def test_somebody_is_invited(visit, portal):
    page = visit()
    page.goto("/administrators/invite/")
    for label, text in (("Name", "Tab Only"), ("E-mail address", "tab.only@northwind.example")):
        tab_to(page, label)
        page.keyboard.type(text)
    tab_to(page, "Role")
    page.keyboard.type("View")
    tab_to(page, "Send invitation")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Invited Tab Only.")
    assert re.match("/invitations/", link_mailed_to(portal, "tab.only@northwind.example"))


def test_a_tenant_becomes_an_organization(visit):
    page = visit("admin@fabrikam.example")
    page.goto("/csp/")
    tab_to(page, "Refresh")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sync .cb-badge:has-text('Done')", timeout=60_000)
    page.goto("/csp/tenants/?state=unlinked")
    tenant = page.locator("tbody th").first.inner_text()
    tab_to(page, f"Actions for {tenant}")
    page.keyboard.press("Enter")
    tab_to(page, "Link tenant")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_name")
    type_into(page, "Tangentskog AB", "tangentskog.se")
    tab_to(page, "Create organization and link")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Link Tenant to Organization')")
    page.goto(f"/csp/tenants/?state=linked&search={tenant}")
    assert "Tangentskog AB" in page.inner_text("tbody")
