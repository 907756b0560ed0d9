"""A large file with errors of six kinds is repaired in the browser, and imported without being uploaded again.

`MENDED_ROWS=10000` takes ten thousand rows with 300 errors; as a rule it is 600 with 30. `SCREENSHOTS=folder` keeps
what a person saw.
"""

import os
import re

import pytest

from e2e.test_main_job import hand_in, wait_for

ROWS = int(os.environ.get("MENDED_ROWS", "600"))
pytestmark = [pytest.mark.timeout(120 + ROWS // 20)]
SHARE = ROWS // 1_000 * 3 or 3  # errors come in tenths
# The field, what stands in it, how many tenths of the errors it makes, and what is put in its place for all of them.
EVERYWHERE = (
    ("country", "Schwedn", 3, "SE"),
    ("approval_process", "vielleicht", 2, "TRUE"),
    ("notification_email", "", 2, "it@example.com"),
    ("billing_start_date", "31/02/2026", 1, "28/02/2026"),
    ("approval_limit", "-5", 1, "5"),
)
WORDS = {
    "country": "Country: not recognised",
    "approval_process": "Approval process: neither yes nor no",
    "notification_email": "Notification email: missing",
    "billing_start_date": "Billing start date: a day that does not exist",
    "approval_limit": "Approval process limit: below zero",
}


def the_file(tag):
    names = ["name", "primary_domain", "notification_email", "country"]
    names += ["approval_process", "approval_limit", "billing_start_date"]
    rows = []
    for n in range(1, ROWS + 1):
        domain = f"{tag}{n}.example"
        texts = [f"{tag} {n} AB", domain, f"it@{domain}", "SE", "no", "10", "31/01/2026"]
        rows.append(dict(zip(names, texts, strict=True)))
    places = iter(range(0, ROWS, ROWS // (SHARE * 10)))
    for field, text, tenths, _ in EVERYWHERE:
        for _ in range(SHARE * tenths):
            rows[next(places)][field] = text
    single = [next(places) for _ in range(SHARE)]
    for place in single:
        rows[place]["primary_domain"] = f"{tag}-{place}-without-ending"
    lines = [names, *(row.values() for row in rows)]
    return "\r\n".join(";".join(line) for line in lines).encode(), len(single)


def keep(page, name):
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def number_of(page, label):
    return int(re.search(rf"([\d,]+)\s+{label}", page.inner_text(".cb-counts"))[1].replace(",", ""))


def test_errors_of_six_kinds_are_repaired_without_uploading_again(visit):
    page = visit()
    tag = f"mend{ROWS}"
    content, singles = the_file(tag)
    url = hand_in(page, content)
    wait_for(page, url, "Nothing has been created yet. Check the rows")
    errors = SHARE * 10
    assert number_of(page, "With errors") == errors and number_of(page, "To create") == ROWS - errors
    keep(page, "1-checked")
    for field, _, tenths, instead in EVERYWHERE:
        repair = page.locator("li", has_text=WORDS[field])
        assert repair.locator("a").inner_text() == f"{SHARE * tenths} rows"
        control = repair.locator("[name=text]")
        control.select_option(instead) if control.evaluate("c => c.matches('select')") else control.fill(instead)
        with page.expect_navigation():
            repair.get_by_role("button", name="Fix all").click()
        assert f"{SHARE * tenths} rows were changed." in page.inner_text(".cb-messages")
        errors -= SHARE * tenths
        assert number_of(page, "With errors") == errors
    keep(page, "2-fixed-everywhere")
    assert errors == singles
    mend_in_place(page, url, tag, singles)
    page.click(f"button:has-text('Create/Import Organizations ({ROWS:,})')")
    wait_for(page, url, "The import has finished")
    assert number_of(page, "Created") == ROWS and number_of(page, "With errors") == 0
    keep(page, "4-imported")


def mend_in_place(page, url, tag, singles):
    """With the keyboard alone: each repair leads to the next error, and what was repaired outlives leaving the page."""
    page.goto(f"{url}?rows=invalid")
    for number in range(singles):
        if number in (0, 2):
            page.goto(f"{url}?rows=invalid")
            page.keyboard.press("Alt+ArrowDown")
        focus = "document.activeElement.getAttribute('aria-label')"
        assert page.evaluate(focus).startswith("Primary domain row")
        if number == 1:
            keep(page, "3-in-place")
        page.keyboard.type(f"{tag}-mended-{number}.example")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert number_of(page, "With errors") == singles - number - 1
    page.goto(url)
