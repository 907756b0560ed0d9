"""Settings › Webhooks: made with a secret shown once, tried out, followed, rolled, switched off and removed."""

import re

import pytest
from support.webhooks import Webhook

from accounts.tenancy import acting_for
from webhooks import sending
from webhooks.endpoints import send_test
from webhooks.models import Endpoint

pytestmark = pytest.mark.django_db
PAGE = "/settings/webhooks/"


def make(client, **changes):
    given = {"name": "ERP", "url": "https://erp.example/hook", "organization": ["organization.created"]}
    return client.post(f"{PAGE}new/", given | changes)


def secret_in(answer):
    (secret,) = set(re.findall(r"whsec_[\w+/]{40,}=", answer.text))
    return secret


def the(cast):
    with acting_for(cast.northwind.pk):
        return Endpoint.objects.get()


def test_a_webhook_is_made_and_its_secret_shown_once(cast, admin):
    answer = make(admin, group=["group.created", "group.deleted"])
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    secret, made = secret_in(answer), the(cast)
    assert made.kinds == ["organization.created", "group.created", "group.deleted"]
    for address in (PAGE, f"{PAGE}{made.public_id}/", f"{PAGE}{made.public_id}/edit/", "/events/"):
        assert secret not in admin.get(address).text
    assert "erp.example" in admin.get(PAGE).text
    assert "made the webhook ERP" in admin.get("/events/").text


def test_a_form_that_is_wrong_makes_nothing_and_keeps_what_was_typed(cast, admin):
    for changes, sentence in (
        ({"name": ""}, "required"),
        ({"url": "erp.example"}, "not an address that can be called"),
        ({"url": "https://169.254.169.254/latest"}, "not on the public internet"),
        ({"url": "https://x.example/" + "x" * 2000}, "at most 2000"),
        ({"organization": []}, "Choose at least one event"),
        ({"organization": ["api_key.made"]}, "valid choice"),
    ):
        answer = make(admin, **changes)
        assert answer.status_code == 422 and sentence in answer.text, changes
    assert 'value="group.created" id="id_group_0" checked' in re.sub(
        r"\s+", " ", make(admin, name="", group=["group.created"]).text.replace(' class="form-check-input"', "")
    )
    with acting_for(cast.northwind.pk):
        assert not Endpoint.objects.exists()


def test_a_new_one_has_the_events_of_organizations_ticked(admin):
    page = admin.get(f"{PAGE}new/").text
    ticked = re.findall(r'name="(\w+)" value="([\w.]+)"[^>]*checked', page)
    assert len(ticked) > 8 and {area for area, _ in ticked} == {"organization"}


def test_a_webhook_is_changed_and_the_page_shows_what_it_is(cast, admin):
    make(admin)
    address = f"{PAGE}{the(cast).public_id}/edit/"
    page = admin.get(address).text
    assert 'value="https://erp.example/hook"' in page and len(re.findall("checked", page)) == 1
    changed = {"name": "CRM", "url": "https://crm.example/", "import": ["import.finished"], "each_organization": "on"}
    assert admin.post(address, changed).status_code == 302
    now = the(cast)
    assert (now.name, now.url, now.kinds, now.each_organization) == (
        "CRM",
        "https://crm.example/",
        ["import.finished"],
        True,
    )
    assert "changed the webhook CRM" in admin.get("/events/").text
    assert admin.post(address, changed | {"url": "x"}).status_code == 422


def test_a_test_is_sent_and_the_log_shows_what_came_of_it(cast, admin, receiver, monkeypatch):
    webhook = Webhook(cast, receiver)
    address = f"{PAGE}{webhook.public_id}/"
    assert admin.post(f"{address}test/").url == address
    page = admin.get(address).text
    assert "Waiting" in page and "Not tried yet" in page and 'hx-trigger="every 2s"' in page
    receiver.how = "refuse"
    with monkeypatch.context() as patch:
        looked, send = [], sending._send
        patch.setattr(sending, "_send", lambda *given: looked.append(admin.get(address).text) or send(*given))
        webhook.turn()
    assert 'hx-trigger="every 2s"' in looked[0], "while it is on its way"
    page = admin.get(address).text
    assert "HTTP 500. The receiver answered with an error." in page and "No message was taken since" in page
    webhook.put(state="failed")
    receiver.how = "ok"
    assert admin.post(f"{address}replay/").status_code == 302
    webhook.turn()
    page = admin.get(address).text
    assert "Delivered" in page and "thanks" in page and "hx-trigger" not in page and "Works" in page
    assert "Nothing in this state" in admin.get(f"{address}?state=failed").text
    (delivery,) = webhook.log
    admin.post(f"{address}replay/", {"delivery": str(delivery.public_id)})
    webhook.turn()
    assert len(receiver.requests) == 3


def test_nothing_foolish_is_sent_again(cast, admin, receiver):
    webhook, other = Webhook(cast, receiver), Webhook(cast, receiver)
    other.test()
    for wanted in ("nonsense", str(other.log[0].public_id), str(webhook.public_id)):
        answer = admin.post(f"{PAGE}{webhook.public_id}/replay/", {"delivery": wanted}, follow=True)
        assert "nothing to send again" in answer.text
    assert len(receiver.requests) == 1


def test_the_log_has_pages(cast, admin, receiver, django_assert_max_num_queries):
    webhook = Webhook(cast, receiver)
    for _ in range(30):
        webhook.do(send_test)
    webhook.turn()
    address = f"{PAGE}{webhook.public_id}/"
    first = admin.get(address).text
    (following,) = re.findall(r'rel="next" href="(\?[^"#]+)', first)
    second = admin.get(address + following.replace("&amp;", "&")).text
    assert (first.count("Send again"), second.count("Send again")) == (25, 5)
    with django_assert_max_num_queries(25):
        admin.get(address)


def test_a_secret_is_rolled_and_shown_once(cast, admin):
    first = secret_in(make(admin))
    address = f"{PAGE}{the(cast).public_id}/"
    answer = admin.post(address, {"overlap": "3600"})
    assert answer["Cache-Control"] == "no-store" and secret_in(answer) != first
    assert "The old secret signs until" in admin.get(address).text
    assert admin.post(address, {"overlap": "5"}).status_code == 422


def test_a_webhook_is_switched_off_and_on_and_removed(cast, admin):
    make(admin)
    address = f"{PAGE}{the(cast).public_id}/"
    admin.post(address, {"off": "yes"})
    page = admin.get(address).text
    assert "Switched off" in page and "Send a test" not in page
    assert admin.post(f"{address}test/").status_code == admin.post(f"{address}replay/").status_code == 409
    admin.post(address, {"on": "yes"})
    assert the(cast).is_on
    assert "deletes its secret and its log" in admin.post(address, {"remove": "yes"}).content.decode()
    assert admin.post(address, {"remove": "yes", "confirmed": "yes"}).url == PAGE
    assert admin.get(address).status_code == 404
    assert "No webhook yet" in admin.get(PAGE).text


def test_a_script_in_an_answer_stays_text(cast, admin, receiver):
    webhook = Webhook(cast, receiver, name="<script>alert(1)</script>")
    webhook.test()
    webhook.put(excerpt="<script>alert(2)</script>")
    assert "<script>alert" not in admin.get(f"{PAGE}{webhook.public_id}/").text


def test_pages_of_webhooks_ask_for_the_password_again(cast, receiver):
    webhook = Webhook(cast, receiver)
    member = cast.members["reseller_admin"]
    member.user.set_password("a long enough password")
    member.user.save()
    client = cast.sign_in()
    own = f"{PAGE}{webhook.public_id}/"
    for address in (PAGE, f"{PAGE}new/", own, f"{own}edit/"):
        answer = client.get(address)
        assert (answer.status_code, "/reauthenticate/" in answer.url) == (302, True)
    for address in (own, f"{own}test/", f"{own}replay/"):
        answer = client.post(address, {"remove": "yes", "confirmed": "yes"})
        assert (answer.status_code, "/reauthenticate/" in answer.url) == (302, True)
    assert the(cast).is_on and webhook.log == []
