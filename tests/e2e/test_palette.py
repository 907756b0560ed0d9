"""The palette in a browser: by keyboard alone, and the same without a script."""

import re

import pytest
from support.axe import check, shaped

pytestmark = [pytest.mark.timeout(120)]
FIELD = "[data-palette] [role=combobox]"


def active(page):
    """The option that assistive technology is told of."""
    name = page.get_attribute(FIELD, "aria-activedescendant")
    return page.locator(f"#{name}").inner_text() if name else ""


def test_an_organization_is_reached_with_the_keyboard_alone(visit):
    page = visit()
    page.goto("/events/")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    page.wait_for_selector("[data-palette] [role=option]")
    page.keyboard.type("bodensee")
    page.wait_for_selector("[data-palette] [role=option]:has-text('Bodensee Optik GmbH')")
    page.wait_for_function("document.querySelectorAll('[data-palette] [role=option]').length === 1")
    assert "Bodensee Optik" in active(page) and page.get_attribute(FIELD, "aria-expanded") == "true"
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Bodensee Optik GmbH')")
    page.keyboard.press("Control+k")
    page.wait_for_selector("[data-palette] [role=group]:has-text('Recently visited')")
    assert active(page) == "", "nothing is chosen before one says something"
    page.keyboard.press("ArrowDown")
    assert "Bodensee Optik" in active(page)
    page.keyboard.press("ArrowUp")
    last = page.locator("[data-palette] [role=option]").last.inner_text()
    assert active(page) == last, "it goes round"
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-palette]", state="hidden")


def test_the_focus_comes_back_to_the_button_and_a_click_opens_what_is_clicked(visit):
    page = visit()
    page.focus("[data-palette-open]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-palette] [role=option]")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.hasAttribute('data-palette-open')")
    page.click("[data-palette-open]")
    page.click("[data-palette] [role=option]:has-text('Will not be billed')")
    page.wait_for_url("**/will-not-be-billed/")


def test_nothing_found_is_said_and_enter_leads_to_the_page(visit):
    page = visit()
    page.keyboard.press("Control+k")
    page.keyboard.type("nothing-is-called-so")
    page.wait_for_selector("[data-palette] [role=status]:has-text('Nothing found')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q=nothing-is-called-so"))


def test_a_server_that_does_not_answer_is_said(visit):
    page = visit()
    page.route("**/search/**", lambda route: route.abort())
    page.keyboard.press("Control+k")
    page.wait_for_selector("[data-palette] [role=status]:has-text('does not answer')")


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_the_open_palette_can_be_used_by_everyone(visit, scheme, width):
    page = visit(**shaped(scheme, width))
    page.click("[data-palette-open]")
    page.wait_for_selector("[data-palette] [role=option]")
    page.keyboard.press("ArrowDown")
    check(page, "the open palette")


def test_without_a_script_the_button_is_a_link_to_the_same(visit):
    page = visit(java_script_enabled=False)
    page.click("[data-palette-open]")
    page.fill("#search", "bodensee")
    page.click("main button:has-text('Search')")
    page.click("main a:has-text('Bodensee Optik GmbH')")
    assert page.inner_text("h1").startswith("Bodensee Optik GmbH")


def test_a_question_mark_shows_all_shortcuts_but_not_in_a_field_nor_switched_off(visit):
    page = visit()
    page.goto("/organizations/")
    page.keyboard.press("/")
    page.keyboard.type("why?")
    assert page.input_value("[data-search-key]") == "why?"
    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_url("**/help/keys/")
    page.wait_for_selector("h1:has-text('Keyboard shortcuts')")
    page.click(".cb-user summary")
    page.click("[data-shortcuts-switch]")
    page.goto("/events/")
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    page.wait_for_selector("[data-palette] [role=combobox]")
    assert page.url.endswith("/events/")
