"""Members of a group in a browser: ticks are kept across pages and searches, with JavaScript and without."""

import re

import pytest

pytestmark = [pytest.mark.timeout(120)]


def make_group(page, name):
    page.goto("/groups/new/")
    page.fill("input[name=name]", name)
    page.click("main button.btn-primary")
    page.wait_for_url(re.compile("/members/$"))
    return page.url


def row(page, name):
    return page.locator("tbody tr", has_text=name).locator("input[name=id]")


def test_by_keyboard_a_label_ticks_one_box_ticks_the_page_and_enter_searches(visit):
    page = visit()
    make_group(page, "By keyboard")
    page.locator("tbody label").first.click()
    assert "1 to add" in page.inner_text("[data-ticks-told]")
    page.check("[data-tick-all]")
    assert "25 to add" in page.inner_text("[data-ticks-told]")
    page.keyboard.press("/")
    page.keyboard.type("bodensee")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "25 to add, 0 to remove" in page.inner_text("[data-ticks-told]")
    assert page.locator("tbody tr").count() == 1


def test_a_selection_goes_into_a_group_from_the_list(visit):
    page = visit(java_script_enabled=False)
    make_group(page, "From the list")
    page.goto("/organizations/?search=GmbH")
    page.check("tbody input[name=id] >> nth=0")
    page.check("tbody input[name=id] >> nth=1")
    page.click("button:has-text('Add to group')")
    page.select_option("select[name=to_group]", label="From the list")
    page.click("button:has-text('Continue')")
    assert "Added to From the list: 2 organizations." in page.inner_text("main")
    page.click("main button.btn-primary")
    page.wait_for_url(re.compile(r"/organizations/\?search=GmbH"))
    assert "Added 2 organizations." in page.inner_text("main")
