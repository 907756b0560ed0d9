"""The form of one organization while it is typed: polite hints, the limit's arithmetic, and More as it was left."""

import os

import pytest

pytestmark = [pytest.mark.timeout(120)]
NEW = "/organizations/new/"


def hints(page, name):
    return page.locator(f"#id_{name}_hints")


def keep(page, name):
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_what_is_typed_gets_polite_hints_and_can_be_sent_all_the_same(visit):
    page = visit()
    page.goto(NEW)
    page.fill("#id_primary_domain", "https://www.Räksmörgås.se/")
    hints(page, "primary_domain").get_by_text("Will be kept as räksmörgås.se.").wait_for()
    assert hints(page, "primary_domain").get_attribute("role") == "status"
    assert "id_primary_domain_hints" in page.get_attribute("#id_primary_domain", "aria-describedby")
    assert page.evaluate("document.activeElement.id") == "id_primary_domain", "nothing takes the focus away"
    page.fill("#id_primary_domain", "bodensee-optik.de")
    hints(page, "primary_domain").get_by_text("already used by Bodensee Optik").wait_for()
    assert hints(page, "primary_domain").locator("a").get_attribute("target") == "_blank"
    assert page.locator(".cb-field--bad").count() == 0 and page.locator(".cb-problems").count() == 0
    keep(page, "form-hints")
    page.fill("#id_primary_domain", "raksmorgas-hints.se")
    hints(page, "primary_domain").locator("p").wait_for(state="detached")
    page.fill("#id_name", "Räksmörgås AB")
    page.fill("#id_notification_email", "it@raksmorgas-hints.se")
    page.fill("#id_contact_phone", "08-123 456 78")
    page.click("main button.btn-primary")
    assert page.inner_text("h1").startswith("Räksmörgås AB")
    assert "Contact phone: “08-123 456 78” was kept as +46 8 123 456 78." in page.inner_text(".cb-messages")


def test_the_limit_shows_with_the_process_and_says_what_it_comes_to(visit):
    page = visit()
    page.goto(NEW)
    page.click("summary:has-text('More')")
    limit = page.locator("#id_approval_limit")
    assert limit.is_hidden()
    page.select_option("#id_approval_process", "TRUE")
    hints(page, "approval_limit").get_by_text("Every transaction needs approval.").wait_for()
    limit.fill("12 000")
    hints(page, "approval_limit").get_by_text("1,000.00 a month (times 12)").wait_for()
    keep(page, "form-limit")
    page.select_option("#id_approval_process", "")
    assert limit.is_visible(), "what stands in it is not hidden"
    limit.fill("")
    page.select_option("#id_approval_process", "TRUE")
    page.select_option("#id_approval_process", "")
    assert limit.is_hidden()


def test_more_is_drawn_as_it_was_left(visit):
    page = visit()
    fold = page.locator("details[data-remember]")
    page.goto(NEW)
    assert fold.get_attribute("open") is None
    page.locator("summary:has-text('More')").focus()
    page.keyboard.press("Enter")
    page.goto(NEW)
    assert fold.get_attribute("open") is not None
    page.click("summary:has-text('More')")
    page.reload()
    assert fold.get_attribute("open") is None


def test_without_javascript_limit_and_sentences_are_there(visit):
    page = visit(java_script_enabled=False)
    page.goto(NEW)
    page.click("summary:has-text('More')")
    assert page.locator("#id_approval_limit").is_visible()
    page.fill("#id_name", "Ohne Hinweis GmbH")
    page.fill("#id_primary_domain", "https://www.Ohne-Hinweis.de/")
    page.fill("#id_notification_email", "it@ohne-hinweis.de")
    page.click("main button.btn-primary")
    assert "Primary domain: “https://www.Ohne-Hinweis.de/” was kept as ohne-hinweis.de." in page.inner_text(
        ".cb-messages"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_hints_fit_on_every_screen(visit, scheme, width):
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(NEW)
    page.fill("#id_name", "Bodensee Optik GmbH")
    page.fill("#id_primary_domain", "bodensee-optik.de")
    hints(page, "primary_domain").get_by_text("already used").wait_for()
    keep(page, f"form-{scheme}-{width}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
