"""The main flow in German, and every page in German and Swedish on a phone: their long words must fit as well."""

import pytest
from support.axe import check, keep_picture

pytestmark = [pytest.mark.timeout(240)]
PHONE = {"bypass_csp": True, "viewport": {"width": 320, "height": 900}}
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = """
/organizations/ /organizations/?search=nothing-has-this-name /organizations/new/ /organizations/create-multiple/
/organizations/create-multiple/rows/ /organizations/imports/ /organizations/exports/ /groups/ /groups/new/
/administrators/ /administrators/invite/ /administrators/import/ /events/ /csp/ /csp/tenants/ /csp/connection/
/settings/ /settings/mandatory-columns/ /accounts/preferences/ /accounts/sessions/ /accounts/2fa/
/help/ /help/roles/ /nothing/
"""
LOOKED_AT_CLOSELY = ("/organizations/", "/organizations/new/", "/settings/", "/accounts/preferences/")
LOCALES = {"de-DE": "Anmelden", "sv-SE": "Logga in"}


def test_a_customer_is_created_found_and_changed_in_german(visit):
    page = visit(None, locale="de-DE")
    assert page.locator("h1").inner_text() == "Anmelden"
    page = visit(locale="de-DE")
    page.click("main a:has-text('Neue Organisation')")
    page.fill("#id_name", "Übersee Öl GmbH")
    page.fill("#id_primary_domain", "uebersee-oel.de")
    page.fill("#id_notification_email", "it@uebersee-oel.de")
    page.click("summary:has-text('Mehr')")
    page.select_option("#id_approval_process", label="Ja")
    page.fill("#id_approval_limit", "1.234,50")
    page.fill("#id_billing_start_date", "31.01.2026")
    page.click("main button:has-text('Anlegen') >> nth=0")
    page.wait_for_selector("text=angelegt")
    facts = page.locator("main").inner_text()
    assert "1.234,50" in facts and "31.01.2026" in facts
    page.click("main a:has-text('Bearbeiten')")
    assert page.input_value("#id_approval_limit") == "1234,50"
    page.click("main button:has-text('Speichern') >> nth=0")
    page.wait_for_selector("text=Gespeichert.")
    assert page.locator(".cb-changes").count() == 0, "what the form showed is what it read"
    page.goto("/organizations/?search=übersee")
    assert page.locator("tbody").inner_text().count("Übersee Öl GmbH") == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_fits_a_phone_in_long_words(visit, locale):
    page = visit(None, locale=locale, **PHONE)
    assert page.locator("h1").inner_text() == LOCALES[locale]
    check(page, f"sign-in {locale}")
    page = visit(locale=locale, **PHONE)
    too_wide = []
    for address in PAGES.split():
        page.goto(address)
        assert page.evaluate("document.documentElement.lang") == locale[:2]
        keep_picture(page, f"{address} {locale}")
        if page.evaluate(WIDE) > 0:
            too_wide.append(address)
        if address in LOOKED_AT_CLOSELY:
            check(page, f"{address} {locale}")
    assert too_wide == []


def test_the_language_is_switched_on_the_page_of_signing_in(visit):
    page = visit(None, locale="en-GB")
    page.click("button:has-text('Svenska')")
    page.wait_for_selector("h1:has-text('Logga in')")
    assert page.locator("button[aria-current]").inner_text() == "Svenska"
