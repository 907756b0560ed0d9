"""Questions in a browser: on top of the page they were asked from, and a page of their own where no script runs."""

import re

import pytest
from support.axe import SHAPES, check, shaped
from support.browsing import make_group, prove

pytestmark = [pytest.mark.timeout(300)]


def listed(page, name):
    """The button of a new group in the list."""
    make_group(page, name)
    page.goto(f"/groups/?search={name}")
    return page.get_by_role("button", name=f"Actions for {name}")


def open_menu_line(page, button, label):
    button.click()
    page.get_by_role("link", name=label, exact=True).click()
    return page.get_by_role("dialog")


def create(page, name, domain):
    page.goto("/organizations/new/")
    for field, text in {"name": name, "primary_domain": domain, "notification_email": f"it@{domain}"}.items():
        page.fill(f"#id_{field}", text)
    page.click("main button:has-text('Create') >> nth=0")
    page.wait_for_selector(f"h1:has-text('{name}')")


def focused(page):
    return page.evaluate(
        "document.activeElement.innerText || document.activeElement.value || document.activeElement.tagName"
    )


def test_a_group_is_deleted_by_keyboard_after_a_question_on_top_of_the_list(visit):
    page = visit()
    actions = listed(page, "Ephemeral")
    address = page.url
    actions.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Delete", exact=True).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Delete the group Ephemeral?")
    dialog.wait_for()
    assert page.url == address and "It holds 0 organizations." in dialog.inner_text()
    assert focused(page) == "Delete the group Ephemeral?", (
        "the question is read out, and nothing is pressed by accident"
    )
    page.keyboard.press("Tab")
    assert focused(page) == "Delete"
    page.keyboard.press("Escape")
    assert dialog.count() == 0 and actions.evaluate("it => it === document.activeElement"), "back where it came from"
    dialog = open_menu_line(page, actions, "Delete")
    dialog.get_by_role("link", name="Cancel").click()
    assert dialog.count() == 0 and actions.evaluate("it => it === document.activeElement")
    dialog = open_menu_line(page, actions, "Delete")
    dialog.get_by_role("button", name="Delete").press("Enter")
    page.wait_for_selector("text=Deleted the group Ephemeral")


def test_without_a_script_the_same_question_is_a_page(visit):
    page = visit(java_script_enabled=False)
    listed(page, "Scriptless")
    page.goto(page.locator("a:has-text('Delete')").first.get_attribute("href"))
    assert page.inner_text("h1") == "Delete the group Scriptless?"
    page.click("main button.btn-danger")
    assert "Deleted the group Scriptless" in page.inner_text("main")


def test_members_are_ticked_searched_and_saved_without_leaving_the_list_of_groups(visit):
    page = visit(viewport={"width": 320, "height": 700})
    actions = listed(page, "In a dialog")
    address = page.url
    dialog = open_menu_line(page, actions, "Members")
    dialog.locator("tbody input[name=id]").first.check()
    assert "1 to add, 0 to remove" in dialog.inner_text()
    search = dialog.get_by_role("searchbox")
    search.fill("kiruna")
    search.press("Enter")
    dialog.locator("tbody tr:only-child").wait_for()
    assert search.evaluate("it => it === document.activeElement"), "a search leaves the cursor in its field"
    dialog.locator("tbody input[name=id]").check()
    assert "2 to add, 0 to remove" in dialog.inner_text()
    wide = page.evaluate("document.querySelector('dialog[open]').scrollWidth - innerWidth")
    assert wide <= 0, "nothing of it lies beside a phone"
    dialog.get_by_role("button", name="Update").click()
    page.get_by_role("dialog", name="Update the members of In a dialog?").wait_for()
    assert page.url == address and "2 organizations." in dialog.inner_text()
    dialog.get_by_role("button", name="Update").click()
    page.wait_for_selector("text=/Added to In a dialog.*2 organizations/")


def test_no_tick_changed_is_said_in_the_dialog(visit):
    page = visit()
    dialog = open_menu_line(page, listed(page, "Unchanged"), "Members")
    dialog.get_by_role("button", name="Update").click()
    dialog.get_by_text("No tick was changed.").wait_for()


def test_a_selection_is_asked_about_on_top_of_the_list_and_a_typed_name_that_is_wrong_leads_to_the_page(visit):
    page = visit()
    create(page, "Dialog Test AB", "dialog-test.se")
    page.goto("/organizations/?search=dialog-test")
    page.check("tbody input[name=id]")
    page.click("button:has-text('Archive')")
    dialog = page.get_by_role("dialog", name="Archive 1 organization?")
    dialog.wait_for()
    assert "Dialog Test AB" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert page.locator("tbody input[name=id]").is_checked(), "the first Esc only takes the question away"
    page.click("button:has-text('Archive')")
    dialog.get_by_role("button", name="Archive").click()
    page.wait_for_selector("text=Archived 1 organization.")
    page.goto("/organizations/?search=dialog-test&archived=only")
    page.click("tbody a")
    page.click("main a:has-text('Erase for good')")
    dialog = page.get_by_role("dialog", name="Erase for good")
    dialog.get_by_label("Type the organization's name to confirm").fill("Another one")
    dialog.get_by_role("button", name="Erase for good").click()
    page.wait_for_url(re.compile("/erase/$"))
    assert "There is a problem" in page.inner_text("main")
    page.fill("#name", "Dialog Test AB")
    page.click("main button.btn-danger")
    page.wait_for_selector("text=Erased")


def test_somebody_who_is_signed_out_by_now_is_led_to_signing_in_and_then_asked(visit):
    page = visit()
    actions = listed(page, "Signed out")
    page.context.clear_cookies(name="sessionid")
    actions.click()
    page.get_by_role("link", name="Delete", exact=True).click()
    page.wait_for_url("**/accounts/login/?next=/groups/*/delete/")


def test_keys_and_webhooks_are_asked_about_before_they_go(visit):
    page = visit()
    page.goto("/settings/webhooks/new/")
    prove(page)
    page.fill("[name=name]", "Short-lived")
    page.fill("[name=url]", "https://receiver.invalid/hook")
    page.click("button:has-text('Make the webhook')")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_selector("text=Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#secret")
    page.click("text=I have copied it")
    page.click("button:has-text('Remove the webhook')")
    dialog = page.get_by_role("dialog", name="Remove the webhook Short-lived?")
    dialog.get_by_role("button", name="Remove the webhook").click()
    page.wait_for_selector("text=The webhook Short-lived is removed.")


@pytest.mark.parametrize(("scheme", "width"), SHAPES)
def test_dialogs_can_be_used_by_everyone(visit, scheme, width):
    page = visit(**shaped(scheme, width))
    actions = listed(page, f"Axe {scheme} {width}")
    for label in ("Members", "Delete"):
        open_menu_line(page, actions, label).wait_for()
        check(page, f"the dialog {label} of a group", within="dialog[open]")
        page.keyboard.press("Escape")
