"""What people do in a browser before they come to what a test is about."""

import re

from support.portal import PASSWORD


def sign_in(page, email):
    """From the page of signing in; where it leads is for the caller to wait for."""
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.btn-primary")


def prove(page):
    """Say the password again where it is asked for."""
    if "/reauthenticate/" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.click("main button.btn-primary")
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def make_group(page, name):
    """A group without members, and the page on which they are ticked; returns its address."""
    page.goto("/groups/new/")
    page.fill("input[name=name]", name)
    page.click("main button.btn-primary")
    page.wait_for_url(re.compile("/members/$"))
    return page.url
