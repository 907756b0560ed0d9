"""Passkeys and an authenticator app in a real browser, with a security chip that Chromium plays."""

import pytest
from support.browsing import prove, sign_in
from support.totp import code_of

pytestmark = [pytest.mark.timeout(120)]
# The viewer and the agent need their second step from then on, so no other test in a browser signs in as them.
CHIP = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_chip(page):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": CHIP})


def test_a_passkey_is_added_and_signs_in_by_itself(visit):
    page = visit("viewer@northwind.example")
    with_chip(page)
    page.click("details.cb-user summary")
    page.click("text=Two-step sign-in")
    page.goto("/accounts/2fa/webauthn/add/")
    prove(page)
    page.fill("input[name=name]", "My laptop")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/2fa/**codes/**")
    page.goto("/accounts/2fa/webauthn/")
    assert "My laptop" in page.inner_text("main")
    page.goto("/accounts/logout/")
    page.click("main button.btn-primary")
    page.wait_for_url("**/accounts/login/**")
    page.click("#passkey_login")
    page.wait_for_url("**/organizations/")
    assert "viewer@northwind.example" in page.content()


def test_an_authenticator_app_is_set_up_and_asked_for(visit):
    page = visit("agent@northwind.example")
    page.goto("/accounts/2fa/totp/activate/")
    prove(page)
    assert page.locator("img.cb-qr").evaluate("image => image.naturalWidth > 0"), "the code to scan is a picture"
    secret = page.input_value("#authenticator_secret")
    page.fill("input[name=code]", code_of(secret))
    page.click("main button.btn-primary")
    page.wait_for_url("**/2fa/**codes/**")
    page.goto("/accounts/logout/")
    page.click("main button.btn-primary")
    page.wait_for_url("**/accounts/login/**")
    sign_in(page, "agent@northwind.example")
    page.wait_for_url("**/2fa/authenticate/**")
    page.fill("input[name=code]", "000000")
    page.click("main button.btn-primary")
    assert "code" in page.inner_text(".cb-field__errors, .cb-banner--error, [role=alert]").lower()
