"""Exports in a browser: a few from the list at once, many from the background, and back in through the import."""

import csv
import json
import re

import pytest

from e2e.test_main_job import hand_in, somebody_elses, wait_for

pytestmark = [pytest.mark.timeout(180)]


def rows_of(download):
    with download.path().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("script", [True, False])
def test_ticked_organizations_and_what_matches_a_search_are_downloaded_at_once(visit, script):
    page = visit("kamviewer@northwind.example", java_script_enabled=script)
    names = page.locator("tbody th a").all_inner_texts()[:2]
    for number in range(2):
        page.check(f"tbody input[name=id] >> nth={number}")
    page.click("[data-selection-bar] summary")
    with page.expect_download() as download:
        page.click("[data-selection-bar] button:has-text('CSV')")
    assert re.fullmatch(r"organizations-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    rows = rows_of(download.value)
    assert sorted(row["Name"] for row in rows) == sorted(names)
    assert {row["Organization groups"] for row in rows} == {"Nordics"}
    page.goto("/organizations/?search=Bergström")
    page.click(".cb-page-head summary")
    with page.expect_download() as download:
        page.click(".cb-page-head button:has-text('JSON')")
    told = json.loads(download.value.path().read_text())
    assert [row["primary_domain"] for row in told] == ["bergstromsoner.se"]


def test_a_large_list_is_made_while_the_page_is_closed_and_comes_back_unchanged(visit):
    page = visit()
    url = hand_in(page, somebody_elses("omega", rows=5_200))
    wait_for(page, url, "Nothing has been created yet. Check the rows")
    page.click("button:has-text('Create/Import Organizations')")
    wait_for(page, url, "The import has finished")
    page.goto("/organizations/?search=omega")
    page.click(".cb-page-head summary")
    page.click(".cb-page-head button:has-text('CSV')")
    page.wait_for_url("**/organizations/exports/*/")
    assert "Making the file" in page.inner_text("main") or "The file is ready" in page.inner_text("main")
    address = page.url
    page.close()

    later = visit()
    wait_for(later, address, "The file is ready")
    with later.expect_download() as download:
        later.click("a:has-text('Download')")
    assert len(rows_of(download.value)) == 5_198
    later.goto("/organizations/exports/")
    assert "“omega”" in later.inner_text("tbody") and "5,198" in later.inner_text("tbody")
    url = hand_in(later, download.value.path().read_bytes(), "export.csv")
    wait_for(later, url, "There is no row without errors")
    assert "Ignored columns" not in later.inner_text("main")
    later.goto("/events/?kind=organizations.exported")
    assert "exported 5,198 organizations" in later.inner_text("main").replace("5198", "5,198")
