"""Pages of Microsoft O365 CSP direct, as people use them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from support.certificates import certificate

from accounts.sealed import unseal
from accounts.tenancy import acting_for
from csp_link.fake.partners import NORTHWIND
from csp_link.models import Connection, Sync, Tenant
from csp_link.tasks import check, read
from csp_link.troubles import TROUBLES

pytestmark = pytest.mark.django_db

OVERVIEW, CONNECTION, CONSENT = "/csp/", "/csp/connection/", "/csp/connection/consent/"
GOOD = {
    "cloud": "commercial",
    "partner_id": NORTHWIND.id,
    "app_id": NORTHWIND.app_id,
    "mode": "app_and_user",
    "credential_kind": "secret",
    "secret": NORTHWIND.secret,
}


@pytest.fixture
def browser(cast, microsoft):
    return cast.sign_in()


def text(answer):
    """What a person reads, tags left out."""
    page = answer.content.decode()
    main = page[page.index("<main") :] if "<main" in page else page
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace("&#x27;", "'")


def errors(answer):
    assert answer.status_code == 422
    return {name: [str(error) for error in found] for name, found in answer.context["form"].errors.items()}


def go_to_microsoft(browser, link, who="member"):
    """Follow the link, say yes there, and come back."""
    away = browser.get(CONSENT)
    assert away.status_code == 302 and away.url.startswith(link.microsoft.url)
    return browser.get(f"{CONSENT}done/", link.accept(away.url, who=who), follow=True)


def work(link):
    check(link.cast.northwind.pk, link.now.pk)


# The way through


def test_from_nothing_to_a_list_of_tenants(browser, link):
    assert "No connection to Microsoft Partner Center has been set up yet" in text(browser.get(OVERVIEW))
    saved = browser.post(CONNECTION, GOOD, follow=True)
    assert "Now sign in at Microsoft" in text(saved)
    back = go_to_microsoft(browser, link)
    assert "Microsoft has let us in" in text(back) and "Testing…" in text(back)
    work(link)
    page = text(browser.get(CONNECTION))
    assert "Connected" in page and NORTHWIND.user in page and "Renewed" in page
    with acting_for(link.cast.northwind.pk):
        reading = Sync.objects.get()
    assert "Waiting for a worker" in text(browser.get(OVERVIEW))
    read(link.cast.northwind.pk, reading.pk)
    page = text(browser.get(OVERVIEW))
    assert "40 Not linked" in page and "Tenants listed 40" in page
    again = browser.post("/csp/sync/refresh/", follow=True)
    assert "Waiting for a worker" in text(again)


def test_the_redirect_address_to_register_is_the_one_that_is_used(browser, link):
    browser.post(CONNECTION, GOOD)
    address = browser.get(CONNECTION).context["returns_to"]
    assert address == f"http://localhost:8000{CONSENT}done/"
    assert f"redirect_uri={address.replace(':', '%3A').replace('/', '%2F')}" in browser.get(CONSENT).url


# Secrets


def test_no_page_shows_a_secret_not_even_one_that_was_just_typed(browser, link):
    typed = {**GOOD, "partner_id": "nonsense", "secret": "typed-secret", "certificate": "typed-key"}
    refused = browser.post(CONNECTION, typed)
    assert refused.status_code == 422
    assert b"typed-secret" not in refused.content and b"typed-key" not in refused.content
    browser.post(CONNECTION, GOOD)
    go_to_microsoft(browser, link)
    work(link)
    kept = link.now
    secrets = [
        NORTHWIND.secret,
        *(unseal(getattr(kept, name)) for name in ("sealed_refresh_token", "sealed_access_token")),
    ]
    secrets += [kept.sealed_credential, kept.sealed_refresh_token]
    for address in (OVERVIEW, CONNECTION, f"{CONNECTION}health/", "/csp/sync/", "/events/"):
        page = browser.get(address).content.decode()
        assert [secret[:20] for secret in secrets if secret in page] == []
    export = browser.post("/events/export/")
    assert NORTHWIND.secret not in b"".join(export.streaming_content).decode()


def test_an_empty_secret_keeps_the_one_that_is_stored(browser, link):
    browser.post(CONNECTION, GOOD)
    assert "One is stored" in text(browser.get(CONNECTION))
    assert browser.post(CONNECTION, {**GOOD, "secret": ""}).status_code == 302
    assert unseal(link.now.sealed_credential) == NORTHWIND.secret


# What is refused


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"partner_id": ""}, "partner_id", "Enter the ID of your own partner tenant."),
        ({"partner_id": "northwind.onmicrosoft.com"}, "partner_id", "not an ID as Microsoft writes them"),
        ({"app_id": "12345"}, "app_id", "not an ID as Microsoft writes them"),
        ({"secret": ""}, "secret", "Enter the secret."),
        ({"secret": NORTHWIND.app_id}, "secret", "This is the secret's ID."),
        ({"cloud": "mars"}, "cloud", "Select a valid choice"),
        ({"mode": ""}, "mode", "required"),
        ({"credential_expires_on": "soon"}, "credential_expires_on", "not a date"),
        ({"credential_kind": "certificate"}, "certificate", "Paste the key and the certificate."),
        ({"credential_kind": "certificate", "certificate": "x"}, "certificate", "no private key"),
        ({"secret": "x" * 1001}, "secret", "at most 1000"),
        ({"partner_id": "\0"}, "partner_id", "Null characters"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence_and_changes_nothing(browser, link, changes, field, words):
    assert words in errors(browser.post(CONNECTION, {**GOOD, **changes}))[field][0]
    with acting_for(link.cast.northwind.pk):
        assert not Connection.objects.exists()


def test_ids_may_be_pasted_with_braces_and_blanks(browser, link):
    assert browser.post(CONNECTION, {**GOOD, "partner_id": f" {{{NORTHWIND.id.upper()}}} "}).status_code == 302
    assert str(link.now.partner_id) == NORTHWIND.id


def test_a_certificate_says_itself_when_it_ends(browser, link):
    pem, ends = certificate(days=20)
    browser.post(CONNECTION, {**GOOD, "secret": "", "credential_kind": "certificate", "certificate": pem})
    assert link.now.credential_expires_on == ends
    assert "The certificate expires on" in text(browser.get(OVERVIEW))


def test_key_and_certificate_must_belong_together(browser):
    (mine, _), (other, _) = certificate(), certificate()
    mixed = mine[: mine.index("-----BEGIN CERTIFICATE")] + other[other.index("-----BEGIN CERTIFICATE") :]
    key_only = mine[: mine.index("-----BEGIN CERTIFICATE")]
    given = {**GOOD, "credential_kind": "certificate"}
    assert "not the key of this" in errors(browser.post(CONNECTION, {**given, "certificate": mixed}))["certificate"][0]
    assert "no certificate" in errors(browser.post(CONNECTION, {**given, "certificate": key_only}))["certificate"][0]


@pytest.mark.parametrize("page", [f"{CONNECTION}test/", "/csp/sync/refresh/"])
def test_without_a_connection_there_is_nothing_to_test_or_read(browser, page):
    answer = browser.post(page)
    assert answer.status_code == 409 and "connection" in text(answer)


# To Microsoft and back


@pytest.mark.parametrize(("who", "words"), [("guest", "belongs to another Microsoft tenant")])
def test_the_wrong_person_is_told_so(browser, link, who, words):
    browser.post(CONNECTION, GOOD)
    assert words in text(go_to_microsoft(browser, link, who=who))
    assert link.now.needs_consent


def test_who_says_no_is_told_that_nothing_changed(browser, link):
    browser.post(CONNECTION, GOOD)
    link.microsoft.switch(consent="deny")
    away = browser.get(CONSENT)
    answer = browser.get(f"{CONSENT}done/", link.come_back(away.url), follow=True)
    assert "Consent was declined" in text(answer)


def test_a_code_is_redeemed_in_the_session_that_asked_for_it_and_once(browser, link):
    browser.post(CONNECTION, GOOD)
    link.microsoft.switch(consent="grant")
    back = link.come_back(browser.get(CONSENT).url)
    stranger = link.cast.sign_in()
    assert "came back too late" in text(stranger.get(f"{CONSENT}done/", back, follow=True))
    assert link.now.needs_consent
    assert "let us in" in text(browser.get(f"{CONSENT}done/", back, follow=True))
    assert "came back too late" in text(browser.get(f"{CONSENT}done/", back, follow=True))
    assert not link.now.needs_consent


def test_a_sign_in_that_took_more_than_an_hour_is_begun_again(browser, link, monkeypatch):
    browser.post(CONNECTION, GOOD)
    link.microsoft.switch(consent="grant")
    back = link.come_back(browser.get(CONSENT).url)
    monkeypatch.setattr("csp_link.views.PATIENCE", -1)
    assert "came back too late" in text(browser.get(f"{CONSENT}done/", back, follow=True))


def test_microsoft_being_away_is_told_and_not_an_error_of_ours(browser, link):
    browser.post(CONNECTION, GOOD)
    link.microsoft.fail("discovery", "503")
    assert "Microsoft has an outage" in text(browser.get(CONSENT, follow=True))


# Health in words

FAULTS = [
    ("token", {"kind": "700082"}, "not used for 90 days", "Sign in at Microsoft again"),
    ("token", {"kind": "7000222"}, "secret at Microsoft has expired", "Create a new secret"),
    ("customers", {"kind": "900421"}, "confirmed with a second factor", "Set up multi-factor authentication"),
    ("customers", {"kind": "900329"}, "app that comes without a user", "Change the connection to “App and user”"),
    ("customers", {"kind": "429", "retry_after": "40"}, "asked us to slow down", "Nothing to do"),
    ("customers", {"kind": "503"}, "can't serve us now (status 503)", "Nothing to do"),
    ("customers", {"kind": "truncated"}, "ended in the middle", "Nothing to do"),
    ("customers", {"kind": "1002"}, "refuses the request (code 1002)", "App management"),
]


@pytest.mark.parametrize(("operation", "fault", "sentence", "next_step"), FAULTS)
def test_each_failure_has_its_sentence_and_next_step(browser, link, operation, fault, sentence, next_step):
    browser.post(CONNECTION, {**GOOD, "mode": "app_only"})
    link.forget_access_token()
    link.microsoft.fail(operation, **fault)
    work(link)
    for address in (OVERVIEW, CONNECTION):
        page = text(browser.get(address))
        assert sentence in page and next_step in page
    if TROUBLES[link.now.trouble].passes:
        assert "Continues in" in page
    link.microsoft.switch(faults=[])
    if not TROUBLES[link.now.trouble].passes:
        browser.post(f"{CONNECTION}test/")
    work(link)
    assert sentence not in text(browser.get(OVERVIEW)) and "Connected" in text(browser.get(OVERVIEW))


def test_being_throttled_says_in_how_many_seconds_it_goes_on(browser, link):
    browser.post(CONNECTION, {**GOOD, "mode": "app_only"})
    link.microsoft.fail("customers", "429", retry_after="40")
    work(link)
    assert re.search(r"Continues in (40|3\d) s", text(browser.get(f"{CONNECTION}health/")))


def test_the_card_is_asked_for_again_only_while_something_is_going_on(browser, link):
    browser.post(CONNECTION, {**GOOD, "mode": "app_only"})
    assert b"hx-get" in browser.get(f"{CONNECTION}health/").content
    work(link)
    over = browser.get(f"{CONNECTION}health/")
    assert over.headers["HX-Refresh"] == "true"
    assert b'hx-get="/csp/connection/health/' not in browser.get(CONNECTION).content


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"credential_expires_on": timedelta(days=10)}, "in 10 days"),
        ({"credential_expires_on": timedelta(days=1)}, "in 1 day."),
        ({"credential_expires_on": timedelta(days=-1)}, "expired on"),
        ({"credential_expires_on": timedelta(days=31)}, ""),
        ({"refreshed_at": timedelta(days=-76)}, "was last renewed on"),
        ({"refreshed_at": timedelta(days=-74)}, ""),
        ({"is_mfa_compliant": False}, "not confirmed with a second factor"),
    ],
)
def test_what_will_want_doing_soon_is_said_before(browser, link, columns, words):
    link.connect_as_user()
    now = timezone.now()
    moved = {
        name: (now + value).date() if name == "credential_expires_on" else now + value if value else value
        for name, value in columns.items()
    }
    with acting_for(link.cast.northwind.pk):
        Connection.objects.update(**moved)
    shown = [warning["text"] for warning in browser.get(CONNECTION).context["warnings"]]
    assert [words in sentence for sentence in shown] == ([True] if words else [])


# Who sees what


def test_who_may_only_look_sees_facts_and_no_form(cast, link):
    link.connect_as_user()
    page = cast.sign_in("view_only_admin").get(CONNECTION)
    assert NORTHWIND.id in text(page) and "never shown" in text(page)
    assert b'name="secret"' not in page.content and CONSENT.encode() not in page.content


@pytest.mark.parametrize("role", ["reseller_admin", "view_only_admin", "key_account_manager", "sales_agent"])
def test_the_menu_shows_it_to_those_who_may_see_it(cast, role):
    page = cast.sign_in(role).get("/organizations/").content.decode()
    assert ("Microsoft O365 CSP direct" in page) is (role in ("reseller_admin", "view_only_admin"))


def test_a_list_that_is_held_asks_and_hears(browser, link):
    link.connect()
    with acting_for(link.cast.northwind.pk):
        for number in range(10):
            Tenant.objects.create(
                reseller=link.cast.northwind, tenant_id=f"00000000-0000-4000-8000-{number:012}", name=f"Gone {number}"
            )
    browser.post("/csp/sync/refresh/")
    with acting_for(link.cast.northwind.pk):
        reading = Sync.objects.get()
    read(link.cast.northwind.pk, reading.pk)
    assert "10 tenants that we know were not in the list any more" in text(browser.get(OVERVIEW))
    answer = browser.post(f"/csp/sync/{reading.public_id}/ended/", follow=True)
    assert "10 Ended" in text(answer)
    assert browser.post(f"/csp/sync/{reading.public_id}/keep/").status_code == 409


def test_removing_asks_first(browser, link):
    link.connect_as_user()
    assert "are forgotten here" in text(browser.get(f"{CONNECTION}remove/"))
    with acting_for(link.cast.northwind.pk):
        assert Connection.objects.exists()
    assert "was removed" in text(browser.post(f"{CONNECTION}remove/", follow=True))
    with acting_for(link.cast.northwind.pk):
        assert not Connection.objects.exists()


def test_the_pages_take_few_queries_however_many_tenants_there_are(browser, link, django_assert_max_num_queries):
    link.connect()
    link.microsoft.change(resize=1_000)
    browser.post("/csp/sync/refresh/")
    with acting_for(link.cast.northwind.pk):
        reading = Sync.objects.get()
    read(link.cast.northwind.pk, reading.pk)
    with django_assert_max_num_queries(16):
        browser.get(OVERVIEW)
