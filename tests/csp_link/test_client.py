"""The client against the stand-in: tokens, the three clouds, retries, the limit, and answers of every shape."""

import json
import time
import uuid
from datetime import timedelta
from email.utils import format_datetime

import pytest
import requests
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import certificate
from support.connections import wanted
from support.partner_center import SIZE
from support.workers import at_once

from accounts.sealed import unseal
from accounts.tenancy import acting_for
from csp_link import pace
from csp_link.client import PartnerCenter
from csp_link.clouds import Cloud
from csp_link.connecting import set_connection
from csp_link.fake.partners import FABRIKAM, HUANGPU, POTOMAC
from csp_link.models import Connection, CredentialKind, Mode
from csp_link.replies import page_of, read
from csp_link.tokens import get_access_token
from csp_link.troubles import TROUBLES, Trouble
from jobs.retry_after import seconds_of

pytestmark = pytest.mark.django_db


def customers(connection):
    """Everybody, page by page."""
    found, token = [], ""
    with PartnerCenter(connection) as center:
        while True:
            page = center.get_page(token)
            found += page.customers
            if not (token := page.following):
                return found


def trouble_of(call, *args, **options):
    with pytest.raises(Trouble) as raised:
        call(*args, **options)
    return raised.value


# Signing in


@pytest.mark.parametrize("mode", Mode)
def test_either_way_of_signing_in_reaches_the_customers(link, mode):
    connection = link.connect() if mode == Mode.APP_ONLY else link.connect_as_user()
    assert len(customers(connection)) == SIZE


@pytest.mark.parametrize(
    ("cloud", "partner", "login", "api"),
    [
        (Cloud.GOVERNMENT, POTOMAC, "login.microsoftonline.us", "api.partnercenter.microsoft.com"),
        (Cloud.CHINA, HUANGPU, "login.partner.microsoftonline.cn", "partner.partnercenterapi.microsoftonline.cn"),
    ],
)
def test_every_cloud_is_asked_at_its_own_hosts(link, cloud, partner, login, api):
    with acting_for(link.cast.northwind.pk):
        set_connection(link.cast.admin, wanted(partner, cloud=cloud, mode=Mode.APP_ONLY))
    assert len(customers(link.now)) == SIZE
    assert {entry["host"] for entry in link.microsoft.requests()} == {login, api}


def test_a_certificate_signs_in_as_well(link):
    pem, _ = certificate()
    link.microsoft.register(pem[pem.index("-----BEGIN CERTIFICATE") :])
    assert len(customers(link.connect(credential=pem, credential_kind=CredentialKind.CERTIFICATE))) == SIZE
    other, _ = certificate()
    connection = link.connect(credential=other, credential_kind=CredentialKind.CERTIFICATE)
    link.forget_access_token()
    assert trouble_of(customers, connection).code == "wrong_secret"


def test_one_token_serves_until_five_minutes_before_its_end(link):
    connection = link.connect()
    customers(connection)
    customers(connection)
    assert link.microsoft.count("token") == 1
    with acting_for(connection.reseller_id):
        Connection.objects.update(access_expires_at=timezone.now() + timedelta(minutes=4))
    customers(connection)
    assert link.microsoft.count("token") == 2


def test_the_rotated_refresh_token_is_the_one_that_is_kept(link):
    connection = link.connect_as_user()
    first = unseal(connection.sealed_refresh_token)
    link.forget_access_token()
    get_access_token(connection)
    second = unseal(link.now.sealed_refresh_token)
    assert second != first
    link.microsoft.switch(clock_days=80)
    link.forget_access_token()
    get_access_token(connection)
    link.microsoft.switch(clock_days=160)  # too late for the second, not for the one that came after it
    link.forget_access_token()
    get_access_token(connection)


def test_the_rotated_token_is_stored_before_the_new_access_token_is_used(link):
    connection = link.connect_as_user()
    before = unseal(connection.sealed_refresh_token)
    link.forget_access_token()
    link.microsoft.fail("customers", "drop")
    trouble_of(customers, connection)
    assert unseal(link.now.sealed_refresh_token) != before


def test_a_refused_token_is_renewed_once_and_no_more(link):
    connection = link.connect()
    customers(connection)
    link.microsoft.fail("customers", "401", times=1)
    assert len(customers(connection)) == SIZE
    assert link.microsoft.count("token") == 2
    link.microsoft.fail("customers", "401")
    assert trouble_of(customers, connection).code == "token_refused"
    assert link.microsoft.count("token") == 3


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("700082", "consent_expired"),
        ("50173", "consent_revoked"),
        ("70043", "sign_in_too_old"),
        ("50078", "sign_in_too_old"),
        ("50076", "mfa_missing"),
        ("53003", "blocked"),
        ("65001", "consent_not_given"),
        ("7000215", "wrong_secret"),
        ("7000222", "secret_expired"),
        ("700016", "unknown_app"),
        ("90038", "other_cloud"),
        ("50020", "not_a_member"),
        ("70011", "sign_in_refused"),
    ],
)
def test_what_entra_says_has_a_name_here(link, number, code):
    connection = link.connect_as_user()
    link.forget_access_token()
    link.microsoft.fail("token", number)
    trouble = trouble_of(get_access_token, connection)
    assert (trouble.code, trouble.details["number"]) == (code, number)
    assert uuid.UUID(trouble.details["correlation_id"])
    link.microsoft.switch(faults=[])
    get_access_token(connection)  # at once: no failure is remembered


def test_an_unknown_tenant_is_noticed_before_anything_is_sent_to_it(link):
    connection = link.connect(partner_id=uuid.uuid4())
    assert trouble_of(get_access_token, connection).code == "unknown_tenant"
    assert link.microsoft.count("token") == 0


@pytest.mark.parametrize(
    ("kind", "code"),
    [("429", "throttled"), ("500", "outage"), ("503", "outage"), ("drop", "unreachable"), ("truncated", "cut_short")],
)
@pytest.mark.parametrize("operation", ["discovery", "token"])
def test_a_login_server_in_trouble_is_told_apart_from_a_refusal(link, operation, kind, code):
    connection = link.connect()
    link.microsoft.fail(operation, kind)
    assert trouble_of(get_access_token, connection).code == code


def test_a_secret_that_cannot_be_decrypted_is_a_trouble_with_a_name(link, settings):
    connection = link.connect()
    settings.SECRET_KEY = "another key"
    assert trouble_of(get_access_token, connection).code == "secret_unreadable"


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_that_need_a_token_one_asks_and_both_have_it(link):
    connection = link.connect_as_user()
    link.forget_access_token()
    asked = link.microsoft.count("token")
    link.microsoft.fail("token", "slow", seconds=0.5)
    tokens = at_once(*[lambda: get_access_token(connection)] * 2)
    assert tokens[0] == tokens[1]
    assert link.microsoft.count("token") == asked + 1
    link.microsoft.switch(faults=[])
    kept = link.now
    assert unseal(kept.sealed_access_token) == tokens[0]
    link.forget_access_token()
    get_access_token(connection)  # with the refresh token that came along: nothing was lost


@pytest.mark.django_db(transaction=True)
def test_a_token_is_never_asked_for_inside_a_transaction(link):
    connection = link.connect()
    with acting_for(connection.reseller_id), pytest.raises(RuntimeError, match="durable"):
        get_access_token(connection)


# Answers


@pytest.mark.parametrize("next_in", ["both", "body", "link"])
@pytest.mark.parametrize(
    "more", [{}, {"byte_order_mark": False}, {"charset": False}, {"total": "absent"}, {"total": "zero"}]
)
def test_pages_are_followed_whatever_their_shape(link, next_in, more):
    connection = link.connect()
    link.microsoft.change(resize=1_100)
    link.microsoft.switch(next_in=next_in, next_uri="/customers", **more)
    found = customers(connection)
    assert (len(found), len({each.tenant_id for each in found})) == (1_100, 1_100)
    assert link.microsoft.count("customers") == 3


def test_a_list_that_breaks_off_is_read_and_proves_nothing(link):
    connection = link.connect()
    link.microsoft.switch(end="2000")
    with PartnerCenter(connection) as center:
        page = center.get_page()
        last = center.get_page(page.following)
    assert (len(page.customers), page.is_proven, last.customers, last.is_proven) == (SIZE, True, [], False)


def test_a_refusal_of_the_first_page_is_no_end(link):
    connection = link.connect()
    link.microsoft.fail("customers", "2000")
    assert trouble_of(customers, connection).code == "refused"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("900420", "wrong_audience"),
        ("900421", "mfa_missing"),
        ("900329", "app_only"),
        ("900309", "blocked"),
        ("900124", "agreement"),
        ("1002", "forbidden"),
        ("403", "forbidden"),
        ("3000", "refused"),
        ("900278", "refused"),
        ("429", "throttled"),
        ("500", "outage"),
        ("501", "outage"),
        ("502", "outage"),
        ("503", "outage"),
        ("truncated", "cut_short"),
        ("cut_json", "garbled"),
        ("drop", "unreachable"),
    ],
)
def test_every_refusal_of_partner_center_has_a_name_and_a_correlation_id(link, kind, code):
    connection = link.connect()
    link.microsoft.fail("customers", kind)
    trouble = trouble_of(customers, connection)
    assert trouble.code == code
    assert uuid.UUID(trouble.details["correlation_id"])
    tries = 4 if code in ("outage", "cut_short", "garbled", "unreachable") else 1
    assert link.microsoft.count("customers") == tries


@pytest.mark.parametrize("kind", ["500", "503", "truncated", "cut_json", "drop"])
def test_what_passes_is_tried_again_on_the_spot(link, kind):
    connection = link.connect()
    link.microsoft.fail("customers", kind, times=3)
    assert len(customers(connection)) == SIZE


def test_a_short_wait_is_waited_and_a_long_one_is_told(link):
    connection = link.connect()
    link.microsoft.fail("customers", "429", times=1, retry_after="1")
    began = time.monotonic()
    assert len(customers(connection)) == SIZE
    assert time.monotonic() - began >= 1
    link.microsoft.fail("customers", "429", retry_after="40")
    assert trouble_of(customers, connection).wait == 40


def test_an_answer_that_takes_too_long_is_not_waited_for(link, monkeypatch):
    connection = link.connect()
    customers(connection)
    monkeypatch.setattr("csp_link.lines.TIMEOUT", (5.0, 0.1))
    link.microsoft.fail("customers", "slow", seconds=0.4)
    assert trouble_of(customers, connection).code == "timeout"


def test_nobody_at_the_address_is_a_trouble(link, settings):
    connection = link.connect()
    settings.PARTNER_CENTER_FAKE = "http://127.0.0.1:9"
    assert trouble_of(customers, connection).code == "unreachable"


def test_one_customer_comes_with_its_profiles(link):
    connection = link.connect()
    first = customers(connection)[0]
    with PartnerCenter(connection) as center:
        whole = center.get_customer(first.tenant_id)
        assert whole["billingProfile"]["companyName"] == first.name
        assert trouble_of(center.get_customer, uuid.uuid4()).details["number"] == "1000"


def test_a_token_is_not_carried_to_another_address(link):
    connection = link.connect()
    link.microsoft.fail("customers", "302", to=f"{link.microsoft.url}/v1/profiles/legalbusiness")
    assert trouble_of(customers, connection).code == "refused"
    assert link.microsoft.count("legal_profile") == 0


def test_nothing_is_ever_changed_at_microsoft(link):
    customers(link.connect_as_user())
    assert {entry["method"] for entry in link.microsoft.requests("customers")} == {"GET"}
    assert link.microsoft.mutations() == []


# The limit


def test_a_minute_sees_fewer_than_five_hundred_calls(link):
    connection = link.connect()
    assert not any(pace.book_place(connection) for _ in range(pace.BURST))
    waits = [pace.book_place(connection) for _ in range(100)]
    assert sum(wait > 0 for wait in waits) > 90
    assert pace.BURST + 60 / pace.STEP.total_seconds() < 500
    assert waits[-1] == pytest.approx(100 * pace.STEP.total_seconds(), rel=0.3)


def test_twenty_pages_of_ten_thousand_customers_need_not_wait(link):
    connection = link.connect()
    link.microsoft.change(resize=10_000)
    began = time.monotonic()
    assert len(customers(connection)) == 10_000
    assert link.microsoft.count("customers") == 20
    assert time.monotonic() - began < 10


# Asking ahead


@pytest.fixture
def two_pages(link):
    """A client that has the first of two pages and has asked for the other."""
    connection = link.connect()
    link.microsoft.change(resize=600)
    with PartnerCenter(connection) as center:
        yield center, center.get_page().following


def test_an_answer_that_was_asked_for_ahead_is_taken_once(link, two_pages):
    center, following = two_pages
    center.ask_ahead(following)
    assert center.is_ahead
    page = center.get_page(following)
    assert (len(page.customers), center.is_ahead, link.microsoft.count("customers")) == (100, False, 2)
    assert center.get_page(following) == page
    assert link.microsoft.count("customers") == 3


def test_what_is_asked_ahead_waits_for_its_place_and_keeps_nobody_else_waiting(link, two_pages, monkeypatch):
    center, following = two_pages
    monkeypatch.setattr("csp_link.client.book_place", lambda connection: 0.4)
    began = time.monotonic()
    center.ask_ahead(following)
    assert time.monotonic() - began < 0.4
    center.get_page(following)
    assert time.monotonic() - began >= 0.4


def test_another_page_than_was_asked_for_ahead_is_asked_for(link, two_pages):
    center, following = two_pages
    center.ask_ahead(following)
    assert len(center.get_page().customers) == 500


@pytest.mark.parametrize(("kind", "asked", "tokens"), [("503", 3, 1), ("drop", 3, 1), ("401", 3, 2)])
def test_a_question_asked_ahead_that_fails_is_tried_again_like_any_other(link, two_pages, kind, asked, tokens):
    center, following = two_pages
    link.microsoft.fail("customers", kind, times=1)
    center.ask_ahead(following)
    assert len(center.get_page(following).customers) == 100
    assert (link.microsoft.count("customers"), link.microsoft.count("token")) == (asked, tokens)


def test_a_refusal_of_what_was_asked_ahead_is_told_by_who_takes_it(link, two_pages):
    center, following = two_pages
    link.microsoft.fail("customers", "900421")
    center.ask_ahead(following)
    assert trouble_of(center.get_page, following).code == "mfa_missing"
    assert link.microsoft.count("customers") == 2


def test_without_an_access_token_nothing_is_asked_ahead_and_the_page_says_why(link, two_pages):
    center, following = two_pages
    link.forget_access_token()
    link.microsoft.fail("token", "7000222")
    center.ask_ahead(following)
    assert not center.is_ahead
    assert trouble_of(center.get_page, following).code == "secret_expired"


# Reading


MEMBERS = ["items", "links", "next", "headers", "id", "companyProfile", "continuationToken", "key", "value"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(MEMBERS), inner),
)


@given(ANYTHING)
def test_no_answer_is_read_as_anything_but_a_page_or_a_trouble(body):
    try:
        page_of(body)
    except Trouble as trouble:
        assert trouble.code == "garbled"


def test_names_are_one_line_without_what_postgresql_cannot_hold():
    item = {
        "id": str(uuid.uuid4()),
        "companyProfile": {"companyName": "  A\0\n B\u202e " + "x" * 300, "domain": "A.Example "},
    }
    (customer,) = page_of({"items": [item]}).customers
    assert customer.name.startswith("A B xx") and len(customer.name) == 255
    assert customer.domain == "a.example"


@given(st.text(max_size=40))
def test_any_retry_after_is_between_a_second_and_an_hour(text):
    assert 1 <= seconds_of(text) <= 3600


def test_retry_after_may_be_a_date():
    assert 55 <= seconds_of(format_datetime(timezone.now() + timedelta(seconds=60), usegmt=True)) <= 61
    assert seconds_of("40") == 40 and seconds_of("99999999999") == 3600 and seconds_of("") == 30


@given(st.binary(max_size=60), st.sampled_from([200, 301, 400, 401, 403, 404, 409, 412]))
def test_a_body_of_any_bytes_is_a_value_or_a_trouble(content, status):
    answer = requests.Response()
    answer.status_code, answer._content = status, content
    try:
        assert read(answer) == json.loads(content) and status == 200
    except Trouble as trouble:
        assert trouble.code in TROUBLES


def test_another_partners_customers_are_not_ours(link):
    mine = {each.tenant_id for each in customers(link.connect())}
    with acting_for(link.cast.northwind.pk):
        set_connection(link.cast.admin, wanted(FABRIKAM, mode=Mode.APP_ONLY))
    assert mine.isdisjoint(each.tenant_id for each in customers(link.now))
