"""Members of a group in a browser: ticks are kept across pages and searches, with JavaScript and without."""

import re

import pytest
from support.browsing import make_group

pytestmark = [pytest.mark.timeout(120)]


def row(page, name):
    return page.locator("tbody tr", has_text=name).locator("input[name=id]")


def tick_the_first(page):
    """Whichever that is: other tests in a browser bring in organizations too. Returns its name."""
    page.locator("tbody input[name=id]").first.check()
    return page.locator("tbody th label").first.inner_text().strip()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_ticks_are_kept_across_pages_and_searches_and_saved_once_they_were_told(visit, scripts):
    page = visit(java_script_enabled=scripts)
    address = make_group(page, f"Ticked {'with' if scripts else 'without'}")
    first = tick_the_first(page)
    with page.expect_navigation():
        page.click("button:has-text('Next')")
    assert "after=" in page.url, "the place in the list is in the address"
    second = tick_the_first(page)
    page.fill("input[name=search]", "kiruna")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "2 to add, 0 to remove" in page.inner_text("[data-ticks-told]")
    row(page, "Kiruna").check()
    if scripts:
        assert "3 to add, 0 to remove" in page.inner_text("[data-ticks-told]")
    page.click("button:has-text('Update')")
    question = page.locator("dialog" if scripts else "main").locator("[data-question]")
    assert "3 organizations." in question.locator("li").first.inner_text()
    assert question.locator("h1").inner_text().startswith("Update the members of")
    question.locator("button.btn-primary").click()
    page.wait_for_selector("text=/Added to Ticked.*3 organizations/")
    names = page.locator("main tbody th").all_inner_texts()
    assert names == sorted([first, second, "Kiruna Gruvteknik AB"], key=str.casefold)
    page.goto(f"{address}?show=members")
    row(page, "Kiruna").uncheck()
    page.click("button:has-text('Update')")
    question.locator("button.btn-primary:has-text('Update')").last.click()
    page.wait_for_selector("text=/Removed from Ticked.*1 organization/")


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
