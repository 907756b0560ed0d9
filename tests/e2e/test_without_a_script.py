"""Flows without JavaScript that no other test walks: people, views and undo. The others have theirs beside them."""

import pytest
from support.browsing import prove

from e2e.test_grid_page import ROWS, cell, create

pytestmark = [pytest.mark.timeout(120)]


@pytest.fixture
def page(visit):
    return visit(java_script_enabled=False)


def test_somebody_is_invited_and_the_invitation_withdrawn(page):
    page.goto("/administrators/invite/")
    page.fill("input[name=name]", "Pure Html")
    page.fill("input[name=email]", "pure.html@northwind.example")
    page.select_option("select[name=role]", label="View-only Admin")
    page.click("main button.btn-primary")
    assert "Invited Pure Html." in page.inner_text("main")
    page.goto("/administrators/?state=invited&search=Pure")
    page.click("tbody th a")
    page.click("main a:has-text('Withdraw')")
    page.click("main form button")
    assert "Withdrew the invitation of Pure Html." in page.inner_text("main")


def test_a_view_is_saved_and_deleted(page):
    page.goto("/organizations/views/new/?search=GmbH")
    page.fill("input[name=name]", "All the GmbHs")
    page.click("main button.btn-primary")
    assert "Saved the view All the GmbHs." in page.inner_text("main")
    page.goto("/organizations/views/")
    page.click("tr:has-text('All the GmbHs') a:has-text('Delete')")
    page.click("main button.btn-danger")
    assert "Deleted the view All the GmbHs." in page.inner_text("main")


def test_what_a_grid_made_is_undone(page):
    page.goto(ROWS)
    for heading, text in {
        "Name": "Purgatory AB",
        "Primary domain": "purgatory.se",
        "Notification email": "a@b.se",
    }.items():
        cell(page, heading, 1).fill(text)
    create(page)
    page.click("main a:has-text('Undo')")
    assert "1 organization is removed." in page.inner_text("main")
    page.click("main button.btn-danger")
    for _ in range(20):
        if "Undone." in page.inner_text("main"):
            break
        page.wait_for_timeout(500)
        page.reload()
    assert "Undone." in page.inner_text("main")


def test_a_key_is_asked_about_before_it_is_revoked(page):
    page.goto("/settings/api-keys/new/")
    prove(page)
    page.fill("input[name=name]", "Scriptless ERP")
    page.click("main button.btn-primary")
    page.click("a:has-text('I have copied it')")
    page.click("main a:has-text('Scriptless ERP')")
    page.click("button:has-text('Revoke the key')")
    assert page.inner_text("h1") == "Revoke the key Scriptless ERP?"
    page.click("main button.btn-danger")
    assert "The key Scriptless ERP is revoked." in page.inner_text("main")
