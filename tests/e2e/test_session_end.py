"""A session that ended while somebody typed: nothing is lost, nobody else gets it, and without a script it is said."""

import json

import pytest
from support.browsing import sign_in

pytestmark = [pytest.mark.timeout(120)]


def end_session(page):
    page.context.clear_cookies(name="sessionid")


def come_back(page, email="admin@northwind.example"):
    sign_in(page, email)
    page.wait_for_url("**/organizations/**")


def test_what_was_typed_is_in_the_form_again_after_signing_in(visit):
    page = visit()
    page.goto("/organizations/new/")
    end_session(page)
    page.fill("#id_name", "Kvarlevande")
    page.fill("#id_primary_domain", "kvarlevande.se")
    page.fill("#id_notification_email", "it@kvarlevande.se")
    page.click("summary:has-text('More')")
    page.fill("#id_city", "Åre")
    page.select_option("#id_approval_process", "TRUE")
    page.fill("#id_approval_limit", "1200")
    page.click("main button:has-text('Create') >> nth=0")
    page.wait_for_url("**/accounts/login/**")
    told = page.inner_text("main")
    assert "was not saved" in told and "in the form again" in told
    come_back(page)
    assert page.url.endswith("/organizations/new/")
    assert page.input_value("#id_name") == "Kvarlevande" and page.input_value("#id_city") == "Åre"
    assert page.is_visible("#id_city") and page.input_value("#id_approval_limit") == "1200"
    assert "What you typed is here again" in page.inner_text(".cb-messages")
    page.click("main button:has-text('Create') >> nth=0")
    page.wait_for_selector("h1:has-text('Kvarlevande')")
    assert page.evaluate("sessionStorage.getItem('cb-kept')") is None, "nothing is kept of what succeeded"


def test_nobody_else_finds_it_and_signing_out_forgets_it(visit):
    page = visit()
    page.goto("/groups/new/")
    end_session(page)
    page.fill("input[name=name]", "Somebody's own words")
    page.click("main button.btn-primary")
    page.wait_for_url("**/accounts/login/**")
    kept = json.loads(page.evaluate("sessionStorage.getItem('cb-kept')"))
    assert [name for name, _text in kept["texts"]] == ["name", "description"], "no token"
    page.goto("/accounts/login/?next=/organizations/")
    come_back(page)
    page.click(".cb-user summary")
    page.click("button:has-text('Sign out')")
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate("sessionStorage.getItem('cb-kept')") is None

    page.goto("/accounts/login/?next=/organizations/new/")
    come_back(page)
    end_session(page)
    page.fill("#id_name", "Secret Customer AB")
    page.click("main button:has-text('Create') >> nth=0")
    page.wait_for_url("**/accounts/login/**")
    come_back(page, "kam@northwind.example")
    assert page.url.endswith("/organizations/new/") and page.input_value("#id_name") == ""
    assert page.evaluate("sessionStorage.getItem('cb-kept')") is None


def test_somebody_who_signed_in_anew_in_another_tab_gets_the_form_back_as_well(visit):
    page = visit()
    page.goto("/groups/new/")
    page.fill("input[name=name]", "Two tabs")
    end_session(page)
    page.context.clear_cookies(name="csrftoken")
    other = page.context.new_page()
    other.goto("/accounts/login/?next=/organizations/")
    come_back(other)
    page.click("main button.btn-primary")
    assert page.inner_text("h1") == "This page was open for too long"
    page.click("a:has-text('Open the form again')")
    assert page.input_value("input[name=name]") == "Two tabs"
    page.click("main button.btn-primary")
    page.wait_for_url("**/members/")


def test_without_a_script_the_page_for_signing_in_says_that_nothing_was_saved(visit):
    page = visit(java_script_enabled=False)
    page.goto("/groups/new/")
    end_session(page)
    page.fill("input[name=name]", "Lost")
    page.click("main button.btn-primary")
    told = page.inner_text("main")
    assert "what you sent was not saved" in told and "in the form again" not in told
