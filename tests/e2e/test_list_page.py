"""The list of organizations in a browser: keys, sorting, chips, a selection, and its rows as links."""

import pytest

pytestmark = [pytest.mark.timeout(120)]
LIST = "/organizations/"


def test_the_list_is_searched_sorted_and_opened_with_the_keyboard_alone(visit):
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("GmbH")
    page.keyboard.press("Enter")
    page.wait_for_url("**/organizations/?*search=GmbH*")
    heading = page.get_by_role("columnheader", name="Primary domain")
    heading.get_by_role("link").press("Enter")
    page.wait_for_url("**sort=domain**")
    assert heading.get_attribute("aria-sort") == "ascending"
    domains = [text.casefold() for text in page.locator("td[data-label='Primary domain']").all_inner_texts()]
    assert domains == sorted(domains) and len(domains) > 1
    heading.get_by_role("link").press("Enter")
    page.wait_for_url("**sort=-domain**")
    assert heading.get_attribute("aria-sort") == "descending"
    name = page.locator("tbody th a").first.inner_text()
    page.locator("tbody th a").first.press("Enter")
    page.wait_for_selector(f"h1:has-text('{name}')")


def test_what_narrows_the_list_is_a_chip_that_can_be_taken_off(visit):
    page = visit()
    page.goto(f"{LIST}?search=GmbH&missing=contact_name")
    assert page.locator(".cb-chip", has_text="Missing data: No contact name").count() == 1
    page.locator(".cb-chip", has_text="“GmbH”").click()
    page.wait_for_url(lambda url: "search" not in url and "missing=contact_name" in url)


def test_a_selection_is_counted_and_given_up_with_escape(visit):
    page = visit()
    page.goto(f"{LIST}?source=form")  # other tests may have imported more than can be changed at once
    bar = page.locator("[data-selection-bar]")
    assert not bar.is_visible()
    page.check("tbody input[name=id] >> nth=0")
    page.check("tbody input[name=id] >> nth=1")
    assert bar.is_visible() and "2 selected" in bar.inner_text()
    page.keyboard.press("Escape")
    assert not bar.is_visible() and not page.locator("tbody input[name=id]:checked").count()
    page.check("[data-tick-all]")
    assert "25 selected" in bar.inner_text()
    page.select_option("#scope", "all")
    page.click("button:has-text('Archive')")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "more" in dialog.inner_text(), "all that match, not only those of the page"
    page.keyboard.press("Escape")


def test_a_row_is_a_link_and_its_controls_are_not(visit):
    page = visit()
    page.locator("tbody tr >> nth=0").locator("td[data-label='Primary domain']").click()
    page.wait_for_url("**/organizations/*-*/")
    page.go_back()
    page.locator("tbody input[name=id]").first.click()
    assert page.url.rstrip("/").endswith("/organizations")


def test_rows_are_low_where_somebody_likes_them_so(visit):
    page = visit("kam@northwind.example")
    height = page.locator("tbody tr").first.bounding_box()["height"]
    page.click("a:has-text('Columns')")
    page.get_by_label("Compact").check()
    page.click("main button.btn-primary")
    page.wait_for_selector("h1:has-text('Organizations')")
    assert page.locator("tbody tr").first.bounding_box()["height"] < height - 6
    page.click("a:has-text('Columns')")
    page.get_by_label("Normal").check()
    page.click("main button.btn-primary")


def test_what_one_has_just_created_stands_out_in_the_list(visit):
    page = visit()
    page.goto(f"{LIST}new/")
    for field, text in {"name": "Brandneu AB", "primary_domain": "brandneu.se", "notification_email": "a@b.se"}.items():
        page.fill(f"#id_{field}", text)
    page.click("button:has-text('Create and add another')")
    page.wait_for_selector("a:has-text('Brandneu AB')")
    assert page.inner_text("h1") == "New Organization" and page.input_value("#id_name") == ""
    page.goto(f"{LIST}?search=brandneu")
    told = page.inner_text("tr.cb-new").strip()
    assert told.startswith("Brandneu AB") and "New" in told, "in words as well as in a colour"
    page.reload()
    assert page.locator("tr.cb-new").count() == 0, "seen once, it is one of the others"
