"""The main job in a browser: a file that somebody else's tool wrote becomes organizations in the background."""

import re
import time

import pytest

pytestmark = [pytest.mark.timeout(120)]
ROWS = 2_000


def somebody_elses(tag, rows=ROWS):
    """Semicolons, Windows-1252, quoted line breaks, leading zeros, Swedish headings, a column nobody knows."""
    lines = ["Företag;Domän;E-post;Kundnr;Ort;Adress;Telefon;Godkännandeprocess;Övrigt"]
    for number in range(1, rows + 1):
        lines.append(
            f"{tag} Åkeri {number};https://www.{tag}{number}.se/;it@{tag}{number}.se;00{number:04}{tag};Malmö;"
            f'"Storgatan {number}\r\nvån 2";08-123 456 78;Nej;x'
        )
    lines[10] = f"{tag} trasig;nodomain;xx;{tag}9;;;;kanske;"
    lines[20] = f"{tag} dubbel;{tag}5.se;it@{tag}5.se;{tag}19;;;;;"
    return "\r\n".join(lines).encode("cp1252")


def hand_in(page, content, name="kunder.csv"):
    page.goto("/organizations/create-multiple/")
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content})
    page.click("button:has-text('Read File')")
    page.wait_for_url(re.compile("/imports/[0-9a-f-]{36}/"))
    return page.url


def wait_for(page, url, text):
    """Look again now and then, as a person does who came back."""
    give_up = time.monotonic() + 40
    page.goto(url)
    while not page.get_by_text(text).count():
        assert time.monotonic() < give_up, page.inner_text("main")
        time.sleep(0.3)
        page.goto(url)


def test_a_file_is_imported_while_the_page_is_closed(visit):
    page = visit()
    url = hand_in(page, somebody_elses("alfa"))
    page.wait_for_selector("button:has-text('Create/Import Organizations (1,998)')")
    assert "Windows-1252" in page.inner_text("main") and "semicolon" in page.inner_text("main")
    assert "Övrigt" in page.inner_text("main"), "the column nobody knows is named"
    page.goto(f"{url}?rows=invalid")
    told = page.inner_text("#rows")
    assert "“nodomain” is not a complete domain" in told and "“kanske” is neither yes nor no" in told
    assert "“alfa5.se” is already on row 5" in told
    page.click("button:has-text('Create/Import Organizations')")
    page.wait_for_load_state()
    page.close()

    later = visit()
    wait_for(later, url, "The import has finished")
    counts = later.inner_text(".cb-counts")
    assert re.search(r"1,998\s+Created", counts) and re.search(r"\b2\s+With errors", counts)
    later.goto("/organizations/?search=alfa1999.se")
    later.click("tbody a")
    facts = later.inner_text("main")
    for value in ("alfa Åkeri 1999", "alfa1999.se", "001999alfa", "Malmö", "Storgatan 1999", "+46 8 123 456 78"):
        assert value in facts
    with later.expect_download() as download:
        later.goto(url)
        later.click("a:has-text('rows that were not created')")
    report = download.value.path().read_text("utf-8-sig")
    assert report.count("alfa") > 2 and report.splitlines()[0].endswith("Övrigt;Errors")


@pytest.mark.parametrize("email", ["admin@northwind.example", "kam@northwind.example"])
def test_everything_works_without_javascript(visit, email):
    page = visit(email, java_script_enabled=False)
    tag = email[:3]
    page.click("a:has-text('New Organization')")
    page.fill("#id_name", "x")
    page.click("button:has-text('Create') >> nth=0")
    assert page.inner_text("h1") == "New Organization" and "There is a problem" in page.inner_text("main")
    page.fill("#id_name", f"{tag} Utan Skript AB")
    page.fill("#id_primary_domain", f"https://www.{tag}-utan-skript.se/")
    page.fill("#id_notification_email", f"it@{tag}-utan-skript.se")
    page.click("button:has-text('Create') >> nth=0")
    assert page.inner_text("h1").startswith(f"{tag} Utan Skript AB")
    url = hand_in(page, somebody_elses(f"{tag}beta", rows=30))
    wait_for(page, url, "Nothing has been created yet. Check the rows")
    page.click("button:has-text('Create/Import Organizations (28)')")
    wait_for(page, url, "The import has finished")
    page.goto(f"/organizations/?search={tag}beta")
    assert "28 organizations" in page.inner_text("main")


def test_once_what_was_watched_is_over_the_heading_has_the_focus(visit):
    page = visit()
    page.goto(hand_in(page, somebody_elses("omega", rows=30)))
    wait_for(page, page.url, "Nothing has been created yet. Check the rows")
    page.goto(page.url)
    assert page.evaluate("document.activeElement.tagName") == "BODY", "not on a page that somebody just opens"
    page.evaluate("sessionStorage.setItem('cb-watched', location.pathname)")  # as a page with a bar of progress does
    page.reload()
    page.wait_for_function("document.activeElement.tagName == 'H1'")


def test_a_double_click_imports_nothing_twice(visit):
    page = visit()
    url = hand_in(page, somebody_elses("gamma", rows=300))
    page.locator("button:has-text('Create/Import Organizations')").dblclick()
    page.wait_for_selector("text=The import has finished")
    wait_for(page, url, "The import has finished")
    page.goto("/organizations/?search=gamma")
    assert "298 organizations" in page.inner_text("main")


def test_a_selection_is_archived_and_restored_after_a_question(visit):
    page = visit()
    page.goto("/organizations/?search=Bergen")
    page.check("tbody input[name=id]")
    page.click("button:has-text('Archive')")
    page.get_by_role("dialog", name="Archive 1 organization?").wait_for()
    page.click("dialog form button.btn-primary")
    page.wait_for_load_state()
    assert "Archived 1 organization." in page.inner_text("main")
    page.goto("/organizations/?search=Bergen&archived=only")
    page.click("tbody a")
    page.click("button:has-text('Restore')")
    assert "Restored Bergen Shipping AS." in page.inner_text("main")


def test_an_edit_is_told_when_somebody_else_was_faster(visit):
    first, second = visit(), visit("kam@northwind.example")
    for page in (first, second):
        page.goto("/organizations/?search=Fyn")
        page.click("tbody a")
        page.click("a:has-text('Edit')")
    first.fill("#id_city", "Odense C")
    first.click("button:has-text('Save')")
    assert "Saved." in first.inner_text("main") and "Odense C" in first.inner_text(".cb-timeline")
    second.fill("#id_city", "Svendborg")
    second.click("button:has-text('Save')")
    assert "Somebody else changed Fyn Fødevarer A/S" in second.inner_text("main")
    assert second.input_value("#id_city") == "Svendborg"
