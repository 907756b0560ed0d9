"""`make screenshots`: the pictures of the README and the guide, taken from the portal as `make run` starts it."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from support.browsing import prove, sign_in
from support.portal import ROOT, Portal
from support.workers import until

from e2e.conftest import FLAGS

PICTURES = ROOT / "docs" / "screenshots"
ADMIN, NEIGHBOUR = "admin@northwind.example", "admin@fabrikam.example"
SHAPE = {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light", "locale": "en-GB"}
MOST_BYTES = 170_000
HEADINGS = "Företag;Domän;E-post;Kundnr;Adress;Postnummer;Ort;Telefon;Godkännandeprocess"
CUSTOMERS = (
    "Ängelholms Plåt AB;www.angelholmsplat.se;it@angelholmsplat.se;1041;Torget 4;262 32;Ängelholm;0431-41 00 10;Nej",
    "Kronobergs Glas AB;kronobergsglas.se;it@kronobergsglas.se;1042;Hyttgatan 2;352 46;Växjö;0470-70 11 20;Ja",
    "Siljans Bageri AB;siljansbageri;info@siljansbageri.se;1043;Strandvägen 8;795 30;Rättvik;0248-100 12;Nej",
    "Vättern Marin AB;vatternmarin.se;it@vatternmarin.se;1044;Hamngatan 1;561 32;Huskvarna;036-14 50 00;Nej",
    "Öland Vind AB;olandvind.se;it.olandvind.se;1045;Kvarnvägen 3;387 31;Borgholm;0485-100 55;kanske",
    "Tornedalens Trä AB;tornedalenstra.se;it@tornedalenstra.se;1046;Sågvägen 11;953 31;Haparanda;0922-100 40;Ja",
    "Vättern Båtar AB;vatternmarin.se;kontor@vatternmarin.se;1047;Hamngatan 9;561 32;Huskvarna;036-14 50 09;Nej",
    "Gästrike Stål AB;gastrikestal.se;it@gastrikestal.se;1048;Bruksgatan 7;811 34;Sandviken;026-25 70 00;Nej",
)
TYPED = (
    ("Hjo Trädgård AB", "hjotradgard.se", "it@hjotradgard.se"),
    ("Arvika Snickeri AB", "arvikasnickeri", "info@arvikasnickeri.se"),
    ("Ystad Foto AB", "ystadfoto.se", "hej@ystadfoto.se"),
)


def organizations(page):
    page.goto("/organizations/")


def finding(page):
    page.goto("/organizations/?search=berg&missing=contact_name")


def changed_together(page):
    page.goto("/organizations/?search=berg")
    for row in range(2):
        page.check(f"tbody input[name=id] >> nth={row}")
    page.locator("button[value=approval]").click()
    page.get_by_role("dialog").wait_for()
    page.select_option("[name=approval_process]", "TRUE")
    page.fill("[name=approval_limit]", "12000")


def unbilled(page):
    page.goto("/will-not-be-billed/")


def new_organization(page):
    page.goto("/organizations/new/")
    page.fill("#id_name", "Kronobergs Glas AB")
    page.fill("#id_primary_domain", "https://www.kronobergsglas.se/")
    page.fill("#id_notification_email", "it@kronobergsglas.se")


def grid(page):
    page.goto("/organizations/create-multiple/rows/")
    for number, texts in enumerate(TYPED, start=1):
        for heading, text in zip(("Name", "Primary domain", "Notification email"), texts, strict=True):
            page.get_by_label(f"{heading} row {number}", exact=True).fill(text)
    page.click("button:has-text('Create/Import Organizations')")
    page.wait_for_selector("#problems-title")
    page.locator("#grid").evaluate("found => found.scrollIntoView()")


def upload(page):
    page.goto("/organizations/create-multiple/")


def check(page):
    upload(page)
    content = "\r\n".join((HEADINGS, *CUSTOMERS)).encode("cp1252")
    page.set_input_files("input[type=file]", {"name": "kunder.csv", "mimeType": "text/csv", "buffer": content})
    page.click("button:has-text('Read File')")
    page.wait_for_selector("button:has-text('Create/Import Organizations')")


def result(page):
    """Of the file that `check` has handed in."""
    page.click("button:has-text('Create/Import Organizations')")
    page.wait_for_selector("text=The import has finished")


def undo(page):
    page.click("main a:has-text('Undo')")


def tenants(page):
    page.goto("/csp/tenants/")
    until(lambda: page.reload() and page.locator("a[href$='/link/']").count())


def link_tenant(page):
    page.goto("/csp/tenants/?search=alvesta")
    page.goto(page.locator("a[href$='/link/']").first.get_attribute("href") + "?now=yes")


def members(page):
    page.goto("/groups/?search=nordics")
    page.goto(page.locator("tbody a").first.get_attribute("href") + "members/")


def administrators(page):
    page.goto("/administrators/")


def api_key(page):
    page.goto("/settings/api-keys/new/")
    prove(page)
    page.wait_for_selector("button:has-text('Make the key')")


# In this order: some go on from the one before.
TOUR = {
    ADMIN: [
        *(organizations, finding, changed_together, unbilled, new_organization, grid),
        *(upload, check, result, undo),
        *(members, administrators, api_key),
    ],
    NEIGHBOUR: [tenants, link_tenant],
}


def take_all(browser, url):
    for email, stops in TOUR.items():
        page = browser.new_context(base_url=url, **SHAPE).new_page()
        come_in(page, email)
        for stop in stops:
            stop(page)
            take(page, stop.__name__)


def come_in(page, email):
    page.goto("/accounts/login/")
    sign_in(page, email)
    page.wait_for_url("**/organizations/")


def take(page, name):
    path = PICTURES / f"{name.replace('_', '-')}.png"
    page.wait_for_load_state("networkidle")
    filled = page.locator("main").evaluate("main => main.getBoundingClientRect().bottom + 24")
    shown = {"x": 0, "y": 0, "width": 1280, "height": min(filled, 860)}  # what is empty below is left out
    page.screenshot(path=path, animations="disabled", caret="hide", clip=shown)
    size = path.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"{path.name} has {size:,} bytes; show less of the page.")


def main():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("Chromium is needed to take pictures, and was not found.")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder, sync_playwright() as playwright:
        portal = Portal(Path(folder, "portal"))
        try:
            portal.start()
            take_all(playwright.chromium.launch(executable_path=program, args=FLAGS), portal.url)
        finally:
            portal.stop()


if __name__ == "__main__":
    main()
