"""From nothing to a list of tenants in a real browser: consent at the stand-in, a fault in words, and no script."""

import json
import urllib.request

import pytest

pytestmark = [pytest.mark.timeout(180)]


def switch(portal, **behaviour):
    """Change how the stand-in that `make run` has started behaves."""
    told = dict(line.split("=", 1) for line in (portal.home / "run.env").read_text().splitlines())
    address = told["CLOUDBROKER_PARTNER_CENTER_FAKE"].strip("'")
    body = json.dumps(behaviour).encode()
    with urllib.request.urlopen(f"{address}/control/behaviour", data=body, timeout=10) as answer:
        assert answer.status == 200


def test_somebody_signs_in_at_microsoft_and_sees_their_tenants(visit, portal):
    page = visit()
    page.click(".cb-side a:has-text('Microsoft O365 CSP direct')")
    page.click("a:has-text('Sign in at Microsoft')")
    page.wait_for_selector("text=Permissions requested by Cloudbroker")
    page.click("button[value=cancel]")
    page.wait_for_selector("text=Consent was declined")
    page.click("#health a:has-text('Sign in at Microsoft')")
    page.click("button[value=accept]")
    page.wait_for_selector("text=Microsoft has let us in")
    page.wait_for_selector("#health .cb-badge:has-text('Connected')", timeout=60_000)  # by itself
    page.goto("/csp/")
    page.wait_for_selector("#sync .cb-badge:has-text('Done')", timeout=60_000)
    assert page.locator(".cb-count:has-text('Not linked')").inner_text().startswith("120")
    page.click("button:has-text('Refresh')")
    page.wait_for_selector("#sync .cb-badge:has-text('Done')", timeout=60_000)
    assert "New 0" in " ".join(page.locator("#sync").inner_text().split())


def test_being_throttled_counts_down_and_mends_itself(visit, portal):
    page = visit("admin@fabrikam.example")
    page.goto("/csp/connection/")
    switch(portal, faults=[{"on": "customers", "kind": "429", "retry_after": "8"}])
    try:
        page.click("button:has-text('Test connection')")
        page.wait_for_selector("text=Waiting for Microsoft", timeout=60_000)
        page.wait_for_selector("text=/Continues in [1-8] s/")
    finally:
        switch(portal, faults=[])
    page.wait_for_selector("#health .cb-badge:has-text('Connected')", timeout=90_000)


def test_the_pages_work_without_a_script(visit):
    page = visit("admin@fabrikam.example", java_script_enabled=False)
    page.goto("/csp/connection/")
    page.fill("input[name=partner_id]", "nonsense")
    page.click("main button:has-text('Save')")
    assert "not an ID as Microsoft writes them" in page.locator(".cb-problems").inner_text()
    page.goto("/csp/")
    page.click("button:has-text('Refresh')")
    page.wait_for_selector("#sync")
