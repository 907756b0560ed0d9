"""Every page in light and dark, on a phone and on a desk: nothing that axe finds, and no sideways scroll.

`make pictures` keeps a picture of each, for people to look at.
"""

import pytest
from support.axe import SHAPES, check, shaped
from support.browsing import prove
from support.workers import until

from e2e.test_main_job import hand_in, somebody_elses

pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize(("scheme", "width"), SHAPES)]
# Pages that need nothing done before; of an organization, of a group, and of an import that waits to be started.
PAGES = """
/organizations/ /organizations/?search=nothing-has-this-name /organizations/new/ /organizations/create-multiple/
/organizations/create-multiple/rows/ /organizations/imports/ /organizations/exports/
/organizations/columns/ /organizations/views/ /organizations/views/new/?search=a&source=form
/organizations/?columns=groups,tenant,source,created,updated,notification_email,city,country,contact_name
/groups/ /groups/?search=nothing-has-this-name /groups/new/
/events/ /events/?kind=organization.erased&from=2026-01-01
/csp/ /csp/tenants/ /csp/tenants/complete/ /csp/tenants/?search=nothing-has-this-name /csp/connection/
/csp/connection/remove/
/settings/ /settings/mandatory-columns/ /settings/security/ /settings/api-keys/ /settings/api-keys/new/
/settings/webhooks/ /settings/webhooks/new/
/accounts/2fa/ /accounts/sessions/ /accounts/preferences/
/will-not-be-billed/?reason=no_start /will-not-be-billed/?reason=tenants
/search/?q=bodensee /search/?q=nothing-has-this-name
/help/ /help/import/ /help/approvals/ /help/keys/ /api/v1/docs /there-is-no-such-page/
"""
OF_AN_ORGANIZATION = "edit/ groups/ ?amount=1200&period=month&on=2026-12-15 ?amount=many&period=month&on="
OF_A_GROUP = "edit/ members/ members/paste/ delete/"
OF_AN_IMPORT = """
?rows=invalid columns/ ?field=primary_domain&code=domain_one_label&value=nodomain rows/10/?rows=invalid
"""


@pytest.fixture(scope="module")
def checked():
    """The address of an import that waits to be started, made once."""
    return {}


@pytest.fixture
def page(visit, scheme, width):
    return visit(**shaped(scheme, width))


def first(page, address):
    """Where the first line of a list leads."""
    page.goto(address)
    return page.locator("tbody a").first.get_attribute("href")


def below(address, parts):
    return [address, *(f"{address}{part}" for part in parts.split())]


def test_who_is_outside_can_use_the_pages_there(visit, scheme, width):
    outside = visit(None, **shaped(scheme, width))
    check(outside, "sign-in")
    outside.goto("/accounts/password/reset/")
    check(outside, "password reset")


def test_every_page_can_be_used_by_everyone(page, checked, scheme, width):
    if not checked:
        checked["import"] = hand_in(page, somebody_elses("delta", rows=40))
        page.wait_for_selector("button:has-text('Create/Import Organizations')")
    organization = first(page, "/organizations/?search=Bodensee")
    group = first(page, "/groups/?search=nordics")
    page.goto("/settings/security/")
    check(page, "the question for the password")
    prove(page)
    for address in (
        *PAGES.split(),
        *below(organization, OF_AN_ORGANIZATION),
        *below(group, OF_A_GROUP),
        *below(checked["import"], OF_AN_IMPORT),
    ):
        page.goto(address)
        check(page, address)


def test_the_form_can_be_used_by_everyone(page, scheme, width):
    page.goto("/organizations/new/")
    page.fill("#id_primary_domain", "bodensee-optik.de")
    page.wait_for_selector("#id_primary_domain_hints a")
    check(page, "the form with a hint")
    page.fill("#id_primary_domain", "")
    page.click("main button:has-text('Create') >> nth=0")
    check(page, "the form with errors")


def test_the_grid_and_undoing_what_it_did_can_be_used_by_everyone(page, scheme, width):
    page.goto("/organizations/create-multiple/rows/")
    page.get_by_label("Name row 2", exact=True).fill("Axe AB")
    page.click("button:has-text('Create/Import Organizations')")
    page.wait_for_selector("#problems-title")
    check(page, "the grid with errors")
    page.get_by_role("button", name="Row 2").click()
    check(page, "the grid with its row menu")
    page.keyboard.press("Escape")
    page.click("button:has-text('Start over')")
    create_and_undo(page, f"{scheme}{width}")


def create_and_undo(page, tag):
    """What a grid has created, the question before it is taken back, and what came of that."""
    page.goto("/organizations/create-multiple/rows/")
    for heading, text in {"Name": f"Undo {tag}", "Primary domain": f"{tag}.se", "Notification email": "a@b.se"}.items():
        page.get_by_label(f"{heading} row 1", exact=True).fill(text)
    page.click("button:has-text('Create/Import Organizations')")
    page.wait_for_selector("h1:has-text('Created Organizations')")
    check(page, "what a grid has created")
    page.click("main a:has-text('Undo')")
    page.get_by_role("dialog").wait_for()
    check(page, "the question before an undo", within="dialog[open]")
    page.click("main button.btn-danger")
    page.wait_for_selector("text=Given their earlier values")
    check(page, "what came of an undo")


def test_the_menus_and_the_selection_of_the_list_can_be_used_by_everyone(page, scheme, width):
    page.goto("/organizations/")
    page.click(".cb-views summary")
    check(page, "the menu of views")
    page.keyboard.press("Escape")
    page.click(".cb-page-head summary")
    check(page, "the formats of an export of all", within="details[open]")
    page.keyboard.press("Escape")
    page.check("tbody input[name=id] >> nth=0")
    check(page, "the list with a selection")
    page.click("[data-selection-bar] summary")
    check(page, "the formats of an export")
    page.keyboard.press("Escape")
    assert page.locator("[data-selection-bar]").is_visible(), "Esc has closed the menu and kept the ticks"
    page.locator("button[value=approval]").click()
    page.get_by_role("dialog").wait_for()
    check(page, "the question before a change to a selection", within="dialog[open]")


def test_the_members_of_a_group_can_be_changed_by_everyone(page, scheme, width):
    group = first(page, "/groups/?search=nordics")
    page.goto(f"{group}members/")
    page.check("tbody input[name=id]:not(:checked) >> nth=0")
    check(page, "the tick list with a changed tick")
    page.click("button:has-text('Update')")
    page.get_by_role("dialog").wait_for()
    check(page, "the question before the members of a group are changed", within="dialog[open]")
    page.goto(f"{group}members/paste/")
    page.fill("textarea", "bodensee-optik.de\nnothing.example")
    page.click("main button.btn-primary")
    check(page, "the answer to a pasted list")


def test_webhooks_can_be_followed_by_everyone(page, scheme, width):
    page.goto("/settings/webhooks/new/")
    prove(page)
    page.click("button:has-text('Make the webhook')")
    check(page, "the form of a webhook with errors")
    page.fill("[name=name]", f"Axe {scheme} {width}")
    page.fill("[name=url]", "https://receiver.invalid/hook")
    page.click("button:has-text('Make the webhook')")
    check(page, "the secret of a webhook")
    page.click("text=I have copied it")
    check(page, "a webhook that was sent nothing")
    page.click("button:has-text('Send a test')")
    page.wait_for_selector("text=leads nowhere")
    check(page, "a webhook with a message that was not taken")
    page.click("main a[href$='/edit/']")
    check(page, "a webhook that is changed")
    page.goto("/settings/webhooks/")
    check(page, "the webhooks, of which one is failing")
    page.click(f"main a:has-text('Axe {scheme} {width}')")
    page.click("button:has-text('Remove the webhook')")
    page.get_by_role("dialog").get_by_role("button", name="Remove the webhook").click()
    page.wait_for_url("**/settings/webhooks/")


def test_tenants_can_be_linked_by_everyone(visit, scheme, width):
    """Fabrikam is connected from the start, and its list is read soon after."""
    page = visit("admin@fabrikam.example", **shaped(scheme, width))
    page.goto("/csp/tenants/")
    until(lambda: page.reload() and page.locator("a[href$='/link/']").count())
    tenant = page.locator("a[href$='/link/']").first.get_attribute("href") + "?now=yes"
    for address in ("/csp/tenants/", tenant, tenant.replace("/link/?now=yes", "/ignore/")):
        page.goto(address)
        check(page, address)
