"""A file of another program, whose columns only a person can tell, in a browser without JavaScript and by keyboard."""

import re

import pytest
from support.axe import check, shaped

from e2e.test_main_job import wait_for

pytestmark = [pytest.mark.timeout(120)]
HEADINGS = "Firma;Kunde;Domän;Rapporter till;Start"


def foreign(tag, rows=40):
    lines = [f"{tag} {n} AB;{tag} {n};{tag}{n}.example;it@{tag}{n}.example;12/{n % 28 + 1}/2026" for n in range(rows)]
    return "\r\n".join([HEADINGS, *lines]).encode("cp1252")


def hand_in(page, content):
    page.goto("/organizations/create-multiple/")
    page.set_input_files("input[type=file]", {"name": "foreign.csv", "mimeType": "text/csv", "buffer": content})
    page.click("button:has-text('Read File')")
    page.wait_for_load_state()


def test_a_person_says_which_column_is_which_once(visit):
    page = visit(java_script_enabled=False)
    hand_in(page, foreign("epsilon"))
    assert "More than one column is read as Name: Firma, Kunde" in page.inner_text("main")
    page.click("a:has-text('Say which column is which')")
    assert "epsilon 0 AB" in page.inner_text("tr:has-text('Firma')")
    page.get_by_label("Kunde is read as").select_option("Ignore this column")
    page.click("button:has-text('Read File')")
    assert "A mandatory column is missing: Notification email" in page.inner_text(".cb-problems")
    page.get_by_label("Rapporter till is read as").select_option("Notification email")
    page.get_by_label("Start is read as").select_option("Billing start date")
    page.get_by_label("Order of dates").select_option("MM/DD/YYYY")
    page.click("button:has-text('Read File')")
    page.wait_for_url(re.compile("/imports/[0-9a-f-]{36}/$"))
    wait_for(page, page.url, "Create/Import Organizations (40)")
    assert "4 of 5 are read, as chosen for these headings" in page.inner_text("main")
    assert "MM/DD/YYYY" in page.inner_text("main")
    hand_in(page, foreign("zeta", rows=3))
    wait_for(page, page.url, "Create/Import Organizations (3)")


def test_the_step_can_be_done_by_keyboard(visit):
    page = visit()
    hand_in(page, foreign("eta", rows=5).replace(b"Start", b"Anfang"))
    page.get_by_role("link", name="Say which column is which").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/columns/")
    page.get_by_label("Kunde is read as").focus()
    page.keyboard.type("Ig")
    page.keyboard.press("Enter")
    page.get_by_label("Rapporter till is read as").focus()
    page.keyboard.type("Notif")
    page.get_by_role("button", name="Read File").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("button:has-text('Create/Import Organizations (5)')")


@pytest.mark.parametrize(("scheme", "width"), [("dark", 320), ("light", 1280)])
def test_what_the_step_and_a_second_handing_in_say_can_be_used_by_everyone(visit, scheme, width):
    page = visit(**shaped(scheme, width))
    content = foreign(f"theta{width}", rows=3).replace(b"Start", f"Start{width}".encode())
    hand_in(page, content)
    check(page, "the upload of a file whose columns are not clear")
    page.get_by_role("link", name="Say which column is which").click()
    page.get_by_role("button", name="Read File").click()
    page.wait_for_selector(".cb-problems")
    check(page, "the columns with errors")
    page.get_by_label("Kunde is read as").select_option("Ignore this column")
    page.get_by_label("Rapporter till is read as").select_option("Notification email")
    page.get_by_role("button", name="Read File").click()
    page.click("button:has-text('Create/Import Organizations (3)')")
    page.wait_for_selector("text=The import has finished")
    check(page, "the result")
    hand_in(page, content)
    page.wait_for_selector("text=The same file was handed in before")
    check(page, "the check of a file that was imported before")
    page.goto("/organizations/imports/?search=nothing-has-this-name&door=file")
    check(page, "the history when nothing matches")
