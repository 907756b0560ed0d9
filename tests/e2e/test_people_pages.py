"""People in a browser: invited by mail, a password set, moved out of a group, removed, erased."""

import email
import re
from email import policy

import pytest
from support.axe import SHAPES, check, shaped
from support.browsing import sign_in
from support.portal import PASSWORD
from support.workers import until

pytestmark = [pytest.mark.timeout(120)]


def link_mailed_to(portal, address):
    """The link in the newest mail to an address; a worker sends it a moment after it was asked for."""
    found = []

    def has_come():
        files = sorted((portal.home / "mail").glob("*.log"), key=lambda file: file.stat().st_mtime)
        mails = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        found.extend(mail.get_body().get_content() for mail in mails if mail["To"] == address)
        return found

    until(has_come)
    return re.search(r"https?://[^/]+(/invitations/\S+)", found[-1]).group(1)


def invite(page, name, address, role, *groups):
    page.goto("/administrators/")
    page.get_by_role("link", name="Invite", exact=True).click()
    page.fill("input[name=name]", name)
    page.fill("input[name=email]", address)
    page.select_option("select[name=role]", label=role)
    for group in groups:
        page.check(f"label:has-text('{group}') >> nth=0")
    page.click("main button.btn-primary")
    page.wait_for_selector(f"text=Invited {name}.")


def join(visit, portal, address):
    """Follow the link, choose a password, sign in with it."""
    page = visit(None)
    page.goto(link_mailed_to(portal, address))
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)
    page.click("main button.btn-primary")
    page.wait_for_selector("text=Your password is set")
    sign_in(page, address)
    page.wait_for_url("**/organizations/")
    return page


def act(page, name, action):
    """Through the real menu of a row of the list."""
    page.goto(f"/administrators/?search={name}")
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("link", name=action, exact=True).click()


def test_from_the_invitation_to_the_end_of_somebodys_work_here(visit, portal):
    admin, address = visit(), "kim.keeper@northwind.example"
    invite(admin, "Kim Keeper", address, "Key Account Manager", "Nordics")
    assert "Invited" in admin.locator("tbody tr", has_text="Kim Keeper").inner_text()
    kim = join(visit, portal, address)
    kim.goto("/organizations/?search=kiruna")
    assert "Kiruna Gruvteknik AB" in kim.inner_text("tbody")
    kim.goto("/organizations/?search=bodensee")
    assert "Bodensee" not in kim.locator("main table, main .cb-card").first.inner_text()
    kim.goto("/organizations/new/")
    assert kim.locator("select[name=groups] option:checked").inner_text() == "Nordics", (
        "the only group is chosen already"
    )

    act(admin, "Kim Keeper", "Manage")
    admin.uncheck("label:has-text('Nordics') >> nth=0")
    admin.click("main button.btn-primary")
    assert "Loses: Nordics." in admin.inner_text("main")
    admin.click("main button.btn-primary")
    kim.goto("/organizations/")
    assert "Ask a Reseller Admin" in kim.inner_text("main")
    kim.goto("/organizations/new/")
    assert "Ask a Reseller Admin" in kim.inner_text("main"), "whom to ask, instead of a form that can't be sent"

    act(admin, "Kim Keeper", "Remove")
    admin.click("main button.btn-danger")
    admin.wait_for_selector("text=Removed Kim Keeper.")
    kim.goto("/organizations/")
    assert kim.locator("table").count() == 0

    admin.goto("/administrators/?state=removed&search=Kim")
    admin.click("tbody th a")
    admin.fill("input[name=name]", "Somebody else")
    admin.click("main button.btn-danger")
    assert "This is not the name" in admin.inner_text("main")
    admin.fill("input[name=name]", "Kim Keeper")
    admin.click("main button.btn-danger")
    admin.wait_for_selector("text=Erased.")
    admin.goto("/events/")
    assert "Kim Keeper" not in admin.inner_text("main")
    assert "erased the personal data" in admin.inner_text("main")


@pytest.fixture(scope="module")
def made():
    """Somebody who was removed, made once for the shapes below."""
    return set()


@pytest.mark.parametrize(("scheme", "width"), SHAPES)
def test_pages_of_people_can_be_used_by_everyone(visit, portal, made, scheme, width):
    page = visit(**shaped(scheme, width))
    if not made:
        address = "gone.by.now@northwind.example"
        invite(page, "Gone By Now", address, "Sales Agent")
        join(visit, portal, address)
        act(page, "Gone By Now", "Remove")
        page.click("main button.btn-danger")
        page.wait_for_selector("text=Removed Gone By Now.")
        invite(page, "Still Invited", "still.invited@northwind.example", "Key Account Viewer", "Nordics")
        made.add(address)
    page.goto("/administrators/?search=agent")
    person = page.locator("tbody th a").first.get_attribute("href")
    page.goto("/administrators/?state=invited&search=Still")
    invitation = page.locator("tbody th a").first.get_attribute("href")
    page.goto("/administrators/?state=removed&search=Gone")
    erase = page.locator("tbody th a").first.get_attribute("href")
    page.goto("/organizations/?search=Bodensee")
    organization = page.locator("tbody a").first.get_attribute("href")
    addresses = ["/administrators/", "/administrators/?search=nobody-has-this-name", "/administrators/?state=removed"]
    addresses += [
        "/administrators/invite/",
        "/administrators/import/",
        "/help/roles/",
        erase,
        f"{organization}who-sees/",
    ]
    addresses += [person, *(f"{person}{verb}/" for verb in ("role", "groups", "handover", "deactivate", "remove"))]
    addresses += [invitation, f"{invitation}send-again/", f"{invitation}withdraw/"]
    for address in addresses:
        page.goto(address)
        check(page, address)
    page.goto("/administrators/invite/")
    page.click("main button.btn-primary")
    check(page, "an invitation with errors")
    page.goto(f"{person}groups/")
    page.locator("input[name=groups]").last.click()
    page.click("main button.btn-primary")
    check(page, "the question before the groups of a person are changed")
    outside = visit(None, **shaped(scheme, width))
    outside.goto(link_mailed_to(portal, "still.invited@northwind.example"))
    check(outside, "the page behind an invitation")
