"""The stand-in for Microsoft speaks as Partner Center does, odd habits included, to a client that is not ours."""

import base64
import hashlib
import json
import re
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from support.partner_center import SIZE

from csp_link.fake.partners import CHINA, FABRIKAM, HUANGPU, NORTHWIND, POTOMAC
from csp_link.fake.world import CHOSEN

LOGIN, API = "login.microsoftonline.com", "api.partnercenter.microsoft.com"
SCOPE = f"https://{API}"
RETURN = "http://localhost:8000/back/"


def token(microsoft, partner=NORTHWIND, host=LOGIN, **form):
    path = f"/{partner.id}/oauth2/v2.0/token"
    given = {"client_id": partner.app_id, "client_secret": partner.secret, "grant_type": "client_credentials"}
    return microsoft.send("POST", host, path, data=given | {"scope": f"{SCOPE}/.default"} | form)


def code(microsoft, verifier="v" * 43, **asked):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {"client_id": NORTHWIND.app_id, "redirect_uri": RETURN, "state": "s", "code_challenge": challenge} | asked
    return microsoft.send("GET", LOGIN, f"/{NORTHWIND.id}/oauth2/v2.0/authorize?{urlencode(query)}")


def redeem(microsoft, **form):
    if "code" not in form:
        microsoft.switch(consent="grant")
        form["code"] = returned(code(microsoft))["code"]
    given = {"grant_type": "authorization_code", "redirect_uri": RETURN, "code_verifier": "v" * 43}
    return token(microsoft, **given | {"scope": f"{SCOPE}/user_impersonation offline_access"} | form)


def returned(answer):
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def refresh(microsoft, old):
    return token(microsoft, grant_type="refresh_token", refresh_token=old, scope=f"{SCOPE}/user_impersonation")


@pytest.fixture
def app(microsoft):
    """Asks as an app without a user."""
    bearer = token(microsoft).json()["access_token"]
    return lambda path, method="GET", **headers: microsoft.send(
        method, API, path, headers={"Authorization": f"Bearer {bearer}"} | headers
    )


@pytest.fixture
def user(microsoft):
    """Asks as a user who signed in."""
    bearer = redeem(microsoft).json()["access_token"]
    return lambda path, method="GET", **headers: microsoft.send(
        method, API, path, headers={"Authorization": f"Bearer {bearer}"} | headers
    )


def body(answer):
    return json.loads(answer.content)


def error(answer):
    return answer.status_code, str(body(answer).get("code"))


def entra(answer):
    return answer.status_code, answer.json()["error"], answer.json()["error_codes"][0]


# Signing in


@pytest.mark.parametrize(
    ("host", "partner"), [(LOGIN, NORTHWIND), ("login.microsoftonline.us", POTOMAC), (HUANGPU.cloud, HUANGPU)]
)
def test_discovery_names_the_real_hosts(microsoft, host, partner):
    host = "login.partner.microsoftonline.cn" if host == CHINA else host
    found = microsoft.send("GET", host, f"/{partner.id}/v2.0/.well-known/openid-configuration").json()
    assert found["token_endpoint"] == f"https://{host}/{partner.id}/oauth2/v2.0/token"
    assert "metadata" in microsoft.send("GET", host, "/common/discovery/instance").json()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client", 7000215)),
        ({"client_id": "wrong"}, (400, "unauthorized_client", 700016)),
        ({"scope": "https://elsewhere.example/.default"}, (400, "invalid_scope", 70011)),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", 70003)),
        ({"host": "login.microsoftonline.us"}, (400, "invalid_request", 90038)),
    ],
)
def test_the_login_server_checks_what_an_app_says(microsoft, changes, refusal):
    assert entra(token(microsoft, **changes)) == refusal


def test_an_unknown_tenant_is_told_so(microsoft):
    path = "/0a11ce00-5555-4000-8000-000000000009/v2.0/.well-known/openid-configuration"
    assert entra(microsoft.send("GET", LOGIN, path)) == (400, "invalid_request", 90002)


def test_somebody_consents_on_a_page_and_comes_back_with_a_code(microsoft):
    page = code(microsoft, state="the state")
    assert page.status_code == 200 and "Permissions requested" in page.text
    form = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    action = re.search(r'action="([^"]+)"', page.text).group(1)
    accepted = returned(microsoft.send("POST", LOGIN, action, data=form | {"answer": "accept", "as": "member"}))
    assert accepted["state"] == "the state"
    assert set(redeem(microsoft, code=accepted["code"]).json()) >= {"access_token", "refresh_token", "id_token"}
    declined = returned(microsoft.send("POST", LOGIN, action, data=form | {"answer": "cancel"}))
    assert declined["error"] == "access_denied" and "65004" in declined["error_description"]


def test_the_consent_page_escapes_what_it_is_sent(microsoft):
    assert "<script>" not in code(microsoft, state='"><script>alert(1)</script>').text


@pytest.mark.parametrize("address", ["http://elsewhere.example/", "javascript:alert(1)", ""])
def test_codes_go_to_no_address_that_could_not_be_registered(microsoft, address):
    microsoft.switch(consent="grant")
    assert code(microsoft, redirect_uri=address).status_code == 400


@pytest.mark.parametrize(
    ("changes", "number"),
    [({"code_verifier": "w" * 43}, 501481), ({"redirect_uri": f"{RETURN}other/"}, 50011), ({"code": "made-up"}, 70000)],
)
def test_a_code_is_bound_to_its_request(microsoft, changes, number):
    assert entra(redeem(microsoft, **changes))[2] == number


def test_a_code_works_once(microsoft):
    microsoft.switch(consent="grant")
    sent = returned(code(microsoft))["code"]
    assert redeem(microsoft, code=sent).status_code == 200
    assert entra(redeem(microsoft, code=sent))[2] == 70008


def test_refresh_tokens_are_new_each_time_the_old_stays_good_and_ninety_days_end_it(microsoft):
    first = redeem(microsoft).json()["refresh_token"]
    second = refresh(microsoft, first).json()["refresh_token"]
    assert second != first
    assert refresh(microsoft, first).status_code == 200
    microsoft.switch(clock_days=89)
    assert refresh(microsoft, second).status_code == 200
    microsoft.switch(clock_days=91)
    assert entra(refresh(microsoft, second)) == (400, "invalid_grant", 700082)


@pytest.mark.parametrize("number", ["50173", "50076", "53003", "7000222", "65001", "90002"])
def test_entra_refuses_as_it_is_told_to(microsoft, number):
    microsoft.fail("token", number)
    assert entra(token(microsoft))[2] == int(number)


# Partner Center


@pytest.mark.parametrize("bearer", ["", "Bearer nonsense", "Bearer a.b.c", "Basic abc"])
def test_nobody_is_answered_without_a_good_token(microsoft, bearer):
    answer = microsoft.send("GET", API, "/v1/customers", headers={"Authorization": bearer})
    assert error(answer) == (401, "400")
    assert "WWW-Authenticate" in answer.headers


def test_tokens_end(microsoft, app):
    microsoft.switch(clock_days=1)
    assert error(app("/v1/customers")) == (401, "400")


def test_a_token_for_the_old_audience_is_refused(microsoft):
    bearer = token(microsoft, scope="https://graph.windows.net/.default").json()["access_token"]
    answer = microsoft.send("GET", API, "/v1/customers", headers={"Authorization": f"Bearer {bearer}"})
    assert error(answer) == (401, "900420")


def test_a_user_without_a_second_factor_is_refused(microsoft):
    microsoft.switch(has_mfa=False)
    bearer = redeem(microsoft).json()["access_token"]
    headers = {"Authorization": f"Bearer {bearer}", "ValidateMfa": "true"}
    answer = microsoft.send("GET", API, "/v1/customers", headers=headers)
    assert error(answer) == (401, "900421")
    assert answer.headers["isMfaCompliant"] == "false"


def test_who_asks_is_told_that_the_second_factor_was_there(user):
    assert user("/v1/profiles/organization", ValidateMfa="true").headers["isMfaCompliant"] == "true"


def test_an_app_alone_is_refused_what_needs_a_user(app, user):
    (customer, *_) = body(app("/v1/customers"))["items"]
    for path in ("/v1/profiles/organization", f"/v1/customers/{customer['id']}/profiles/company"):
        assert error(app(path)) == (403, "900329")
        assert user(path).status_code == 200
    assert error(user("/v1/relationships")) == (403, "1002")
    assert app("/v1/profiles/legalbusiness").status_code == 200


def test_good_answers_begin_with_a_byte_order_mark_and_errors_do_not(microsoft, app):
    answer = app("/v1/customers")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert not app("/v1/customers/nobody").content.startswith(b"\xef\xbb\xbf")
    microsoft.switch(byte_order_mark=False, charset=False)
    assert app("/v1/customers").json() and app("/v1/customers").headers["Content-Type"] == "application/json"


def test_items_of_the_list_are_thin_and_contain_no_nulls(app):
    found = body(app("/v1/customers"))
    assert {name for item in found["items"] for name in item} == {
        "id", "companyProfile", "relationshipToPartner", "links", "attributes",
    }  # fmt: skip
    assert {name for item in found["items"] for name in item["companyProfile"]} == {
        "tenantId", "domain", "companyName", "links", "attributes",
    }  # fmt: skip
    assert "null" not in app("/v1/customers").text
    assert any("domain" not in item["companyProfile"] for item in found["items"])


def pages(app, size=15):
    """Every page, led on by whatever the last one names."""
    answer, found = app(f"/v1/customers?size={size}"), []
    while answer.status_code == 200:
        found.append(body(answer))
        link = {h["key"]: h["value"] for h in found[-1].get("links", {}).get("next", {}).get("headers", [])}
        following = found[-1].get("continuationToken") or link.get("MS-ContinuationToken")
        if not following:
            return found, None
        answer = app(f"/v1/customers?size={size}&seekOperation=next", **{"MS-ContinuationToken": following})
    return found, error(answer)


@pytest.mark.parametrize("next_in", ["both", "body", "link"])
@pytest.mark.parametrize(("end", "last"), [("clean", None), ("2000", (400, "2000"))])
def test_pages_lead_on_in_each_of_the_known_ways(microsoft, app, next_in, end, last):
    microsoft.switch(next_in=next_in, end=end)
    found, how = pages(app)
    ids = [item["id"] for page in found for item in page["items"]]
    assert (len(ids), len(set(ids)), how) == (SIZE, SIZE, last)
    assert ("continuationToken" in found[0], "next" in found[0]["links"]) == (next_in != "link", next_in != "body")


@pytest.mark.parametrize(("total", "number"), [("page", 15), ("grand", SIZE), ("zero", 0), ("absent", None)])
def test_the_total_says_one_thing_or_another(microsoft, app, total, number):
    microsoft.switch(total=total)
    assert body(app("/v1/customers?size=15")).get("totalCount") == number


def test_a_next_page_without_its_token_is_the_first_one_or_an_error(microsoft, app):
    first = body(app("/v1/customers?size=15"))["items"]
    assert body(app("/v1/customers?size=15&seekOperation=Next"))["items"] == first
    microsoft.switch(without_next="400")
    assert error(app("/v1/customers?size=15&seekOperation=Next")) == (400, "2000")
    assert error(app("/v1/customers?seekOperation=Next", **{"MS-ContinuationToken": "spoilt"})) == (400, "2000")


def test_a_page_holds_five_hundred_at_most(microsoft, app):
    microsoft.change(resize=1_200)
    assert len(body(app("/v1/customers"))["items"]) == 500
    assert len(body(app("/v1/customers?size=9999"))["items"]) == 500
    assert [len(page["items"]) for page in pages(app, size=500)[0]] == [500, 500, 200]


def test_the_filter_knows_starts_with_only(app):
    def found(**asked):
        return body(app(f"/v1/customers?{urlencode({'size': 0, 'filter': json.dumps(asked)})}")).get("items")

    bakeries = found(Field="CompanyName", Value="contoso", Operator="starts_with")
    assert [item["companyProfile"]["companyName"] for item in bakeries] == ["Contoso Bakery"] * 2
    assert found(Field="CompanyName", Value="bakery", Operator="starts_with") == []
    assert found(Field="CompanyName", Value="bakery", Operator="contains") is None


def test_a_customer_without_delegated_rights_shows_less(microsoft, user):
    listed = body(user("/v1/customers"))["items"]
    asked = {item["id"]: body(user(f"/v1/customers/{item['id']}")) for item in listed}
    open_ones = [each for each in asked.values() if "customDomains" in each]
    closed = [each for each in asked.values() if "customDomains" not in each]
    assert open_ones and closed
    assert all("address" in each["companyProfile"] for each in open_ones)
    assert not any({"address", "email"} & set(each["companyProfile"]) for each in closed)
    assert all("billingProfile" in each for each in asked.values())
    microsoft.switch(delegated=False)
    assert error(user(f"/v1/customers/{open_ones[0]['id']}/customDomains")) == (403, "900308")


def test_unknown_and_former_customers_get_errors_of_their_own(microsoft, app):
    which = body(app("/v1/customers"))["items"][0]["id"]
    assert error(app("/v1/customers/0a11ce00-5555-4000-8000-000000000009")) == (404, "1000")
    microsoft.change(vanish=[which])
    assert error(app(f"/v1/customers/{which}")) == (403, "20002")
    assert body(app("/v1/no-such-thing")) == {"statusCode": 404, "message": "Resource not found"}


def test_who_asks_too_often_is_told_when_to_come_back(microsoft, app):
    microsoft.switch(rate_limit=3, rate_window=60)
    answers = [app("/v1/customers?size=1") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 50 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert body(answers[-1])["statusCode"] == 429


def test_a_partner_sees_its_own_customers_and_its_own_limit(microsoft, app):
    theirs = token(microsoft, FABRIKAM).json()["access_token"]
    listed = microsoft.send("GET", API, "/v1/customers", headers={"Authorization": f"Bearer {theirs}"})
    mine = {item["id"] for item in body(app("/v1/customers"))["items"]}
    assert mine.isdisjoint(item["id"] for item in body(listed)["items"])


def test_the_ids_of_a_request_come_back_and_no_contract_version_is_needed(microsoft, app):
    sent = {"MS-RequestId": str(uuid.uuid4()), "MS-CorrelationId": str(uuid.uuid4())}
    answer = app("/v1/customers?size=1", **sent)
    assert {name: answer.headers[name] for name in sent} == sent
    assert answer.headers["MS-CV"] and answer.headers["MS-ServerId"]
    microsoft.switch(echoes_ids=False)
    assert app("/v1/customers?size=1", **sent).headers["MS-RequestId"] != sent["MS-RequestId"]


@pytest.mark.parametrize("status", [401, 429, 500, 501, 502, 503])
def test_faults_strike_as_often_as_they_are_told(microsoft, app, status):
    microsoft.fail("customers", str(status), times=1, skip=1)
    assert [app("/v1/customers?size=1").status_code for _ in range(3)] == [200, status, 200]


@pytest.mark.parametrize("kind", ["truncated", "drop"])
def test_the_line_breaks(microsoft, app, kind):
    microsoft.fail("customers", kind)
    with pytest.raises(requests.exceptions.RequestException):
        app("/v1/customers")
    microsoft.reset()


def test_an_answer_that_takes_its_time(microsoft, app):
    microsoft.fail("customers", "slow", seconds=0.3)
    assert app("/v1/customers?size=1").elapsed.total_seconds() >= 0.3


def test_a_page_that_ends_in_the_middle_of_its_json(microsoft, app):
    microsoft.fail("customers", "cut_json")
    with pytest.raises(ValueError, match=r"."):
        body(app("/v1/customers"))


def test_the_world_has_what_is_odd_about_real_ones(app):
    items = body(app("/v1/customers"))["items"]
    names = [item["companyProfile"]["companyName"] for item in items]
    domains = [item["companyProfile"].get("domain", "") for item in items]
    assert max(Counter(names).values()) == 2
    assert any("Å" in name for name in names) and any("日" in name for name in names)
    assert any(name.endswith(".ccsctp.net") for name in domains) and any(name.endswith(".example") for name in domains)
    assert {item["relationshipToPartner"] for item in items} == {"reseller", "none"}
    assert len(CHOSEN) < SIZE


def test_the_world_changes_and_comes_back(microsoft, app):
    first, second, third = (item["id"] for item in body(app("/v1/customers"))["items"][:3])
    domain = body(app(f"/v1/customers/{second}"))["companyProfile"]["domain"]
    microsoft.change(vanish=[first], change={second: {"name": "Renamed AB"}}, move_domain=[[second, third]])
    now = {item["id"]: item["companyProfile"] for item in body(app("/v1/customers"))["items"]}
    assert first not in now
    assert now[second]["companyName"] == "Renamed AB" and now[third]["domain"] == domain != now[second]["domain"]
    microsoft.change(come_back=[first])
    assert len(body(app("/v1/customers"))["items"]) == SIZE


def test_the_same_seed_makes_the_same_world(microsoft, app):
    before = body(app("/v1/customers"))["items"]
    microsoft.reset()
    assert body(app("/v1/customers"))["items"] == before


def test_twenty_clients_at_once_are_all_answered(microsoft, app):
    with ThreadPoolExecutor(20) as clients:
        statuses = Counter(answer.status_code for answer in clients.map(lambda _: app("/v1/customers"), range(200)))
    assert statuses == {200: 200}


def test_mutations_are_noted(microsoft, user):
    assert microsoft.mutations() == []
    user("/v1/customers/11111111-0000-4000-8000-000000000000", method="PATCH")
    assert len(microsoft.mutations()) == 1


def test_a_wrong_switch_is_refused(one_stand_in):
    answer = one_stand_in.session.post(f"{one_stand_in.url}/control/behaviour", json={"nope": 1}, timeout=10)
    assert answer.status_code == 422
