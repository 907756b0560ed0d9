"""The processes of docker-compose.yml, started here by its own commands: what they survive, and what they refuse."""

import http.client
import json
import re
import shutil
import ssl
import time
import uuid
from contextlib import closing

import pytest
from support.cast import customer
from support.files import table
from support.production import NEEDED, WEB, Production
from support.visitors import Stream, Visitor
from support.workers import until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
ADMIN, PASSWORD = "admin@northwind.example", "correct-horse-battery"


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    if missing := [program for program in NEEDED if not shutil.which(program)]:
        pytest.skip(f"Not installed: {', '.join(missing)}. The production processes are left out.")
    folder = tmp_path_factory.mktemp("production")
    folder.chmod(0o755)
    found = Production(folder)
    try:
        found.build()
        found.start("redis")
        found.run("migrate")
        found.manage("create_reseller", "Northwind", "--email", ADMIN, input=f"{PASSWORD}\n", capture_output=True)
        found.start(*WEB, "worker", "beat")
        found.start_proxy()
        yield found
    finally:
        found.end()


# The proxy asks each second how its two servers are; until it has an answer of the new one, the old one is all it has.
NOTICED_WITHIN = 5.0  # seconds
# Mails of other tests may wait for a server that isn't there.
LEFT = "SELECT count(*) FROM jobs_job WHERE task IN ('imports.read', 'imports.create')"


@pytest.fixture
def visit(production):
    return lambda: Visitor(production, ADMIN, PASSWORD)


def created(production):
    return production.answer("SELECT count(*), count(DISTINCT primary_domain) FROM organizations_organization")


def test_each_process_is_replaced_in_turn_and_nobody_notices(production, visit):
    (before, _) = created(production)
    with Stream(visit, readers=3) as stream:
        stream.await_rows(20)
        for name in (*WEB, "worker", "beat", "redis"):
            assert production.stop(name) == 0, production.log(name)
            time.sleep(0.5)
            production.start(name)
            time.sleep(NOTICED_WITHIN)
        stream.await_rows(20)
    assert stream.failures == []
    assert stream.requests > 100
    (after, distinct) = created(production)
    assert after - before == stream.rows >= 40
    assert after == distinct
    until(lambda: production.answer(LEFT) == (0,), within=90)  # some wait for a sweep


def test_a_database_that_is_restarted_loses_no_row_and_everything_goes_on(production, visit):
    """Meanwhile people are told that it is away; nothing else can be."""
    (before, _) = created(production)
    visitor, count = visit(), 5_000
    path = visitor.hand_in(table(*(customer(f"again {number}") for number in range(count))))
    visitor.await_words(path, "Check the rows, then start")
    visitor.start(path)
    until(lambda: production.answer("SELECT max(place) FROM imports_import WHERE state = 'importing'")[0])
    production.restart_database()
    until(lambda: all(production.is_healthy(name) for name in (*WEB, "worker", "beat")))
    visitor.await_words(path, "The import has finished", within=90)
    assert created(production) == (before + count, before + count)
    assert visitor.failures == []


def test_a_broker_that_forgot_everything_and_a_worker_killed_in_between_lose_no_row(production, visit):
    (before, _) = created(production)
    visitor, count = visit(), 20_000
    production.stop("worker")
    path = visitor.hand_in(table(count=count))
    production.redis("FLUSHALL")
    production.start("worker")
    visitor.await_words(path, "Check the rows, then start")
    visitor.start(path)
    until(lambda: production.answer("SELECT max(place) FROM imports_import")[0] > 0)
    production.kill("worker")
    (done,) = production.answer("SELECT max(rows_created) FROM imports_import")
    assert 0 < done < count, "it was killed in the middle"
    production.redis("FLUSHALL")
    production.start("worker")
    visitor.await_words(path, "The import has finished")
    assert created(production) == (before + count, before + count)
    assert visitor.failures == []


def test_no_process_writes_down_what_people_typed_or_any_secret(production, visit):
    planted = "xq7geheim"
    Visitor(production, f"{planted}@northwind.example", f"{planted}-password")  # is not let in
    visitor = visit()
    visitor.get(f"/organizations/?search={planted}")
    path = visitor.hand_in(table(customer(planted), {"name": planted, "primary_domain": planted}), f"{planted}.csv")
    visitor.await_words(path, "Check the rows, then start")
    visitor.start(path)
    visitor.await_words(path, "The import has finished")
    key = invite_connect_and_ask(production, visitor, planted)
    secrets = [secret.read_text() for secret in (production.folder / "secrets").iterdir()]
    for name in ("proxy", "redis"):
        log = production.log(name).lower()
        assert [word for word in (planted, key, ADMIN, PASSWORD, *secrets) if word in log] == []
    for name in (*WEB, "worker", "beat"):
        log = production.log(name)
        told = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        assert told and {"at", "level", "logger", "event"} <= set(told[-1])
        assert [word for word in (planted, ADMIN, PASSWORD, *secrets) if word in log.lower()] == []
        assert key not in log.lower()
    lines = [line for name in WEB for line in production.log(name).splitlines() if '"Answered."' in line]
    assert any({"request", "reseller", "user", "route", "seconds"} <= set(json.loads(line)) for line in lines)


def invite_connect_and_ask(production, visitor, planted):
    """A person is invited, a connection made, and a program asks, with a good key, a bad one and nonsense."""
    person = {"name": planted, "email": f"{planted}@elsewhere.example", "role": "view_only_admin"}
    assert planted in visitor.post("/administrators/invite/", person).text
    connection = {"cloud": "commercial", "partner_id": str(uuid.uuid4()), "app_id": str(uuid.uuid4())}
    connection |= {"mode": "app_only", "credential_kind": "secret", "secret": f"{planted}-at-microsoft"}
    assert "/csp/" in visitor.post("/csp/connection/", connection).url
    made = production.manage("create_api_key", "--email", ADMIN, capture_output=True)
    (key,) = re.findall(r"\bcb_\S+", made.stdout)
    for bearer in (key, planted, f"cb_{planted}"):
        for path in ("organizations", f"organizations?search={planted}", f"{planted}"):
            headers, body = {"Authorization": f"Bearer {bearer}"}, {"name": planted, "primary_domain": planted}
            visitor.session.post(f"{visitor.url}/api/v1/{path}", headers=headers, json=body, timeout=20)
    until(lambda: production.answer("SELECT count(*) FROM jobs_job WHERE task = 'people.mail'") == (0,))
    return key.lower()


def test_numbers_are_counted_over_all_processes_of_a_web_server(production, visit):
    def answered():
        text = "".join(ask(port, "/metrics").text for port in production.ports.values())
        return sum(
            float(line.rpartition(" ")[2])
            for line in text.splitlines()
            if line.startswith('cloudbroker_request_seconds_count{method="GET",route="help/"')
        )

    visitor, before = visit(), answered()
    for _ in range(25):
        visitor.get("/help/")
    assert answered() - before == 25
    until(lambda: "cloudbroker_sweep_age_seconds" in ask(production.ports["web-a"], "/metrics").text)


def ask(port, path, authorities=None, **headers):
    """Over TLS where authorities are given."""
    if authorities:
        connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=authorities)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        return answer


def test_web_answers_only_to_its_own_name_and_over_tls(production):
    port = production.ports["web-a"]
    assert ask(port, "/readyz").text == "ready\n"
    assert ask(port, "/organizations/", Host="evil.example").status == 400
    plain = ask(port, "/organizations/", Host="localhost")
    assert plain.status == 301 and plain.getheader("Location").startswith("https://localhost")
    page = ask(port, "/accounts/login/", Host="localhost", **{"X-Forwarded-Proto": "https"})
    assert page.status == 200 and "Secure" in page.getheader("Set-Cookie")
    assert "max-age=31536000" in page.getheader("Strict-Transport-Security")


def test_what_the_proxy_sets_cannot_be_brought_along(production):
    """The address that somebody signs in from, and the name of their request."""
    claimed = {"X-Forwarded-For": "192.0.2.99", "X-Request-ID": "chosen-by-somebody", "X-Forwarded-Proto": "http"}
    visitor = Visitor(production, ADMIN, PASSWORD, headers=claimed)
    answer = visitor.get("/help/")
    assert answer.status_code == 200 and answer.headers["X-Request-ID"] != "chosen-by-somebody"
    assert production.answer("SELECT count(*) FROM usersessions_usersession WHERE ip = '192.0.2.99'") == (0,)
    assert visitor.failures == []


def test_the_proxy_speaks_tls_and_keeps_what_is_for_machines_to_itself(production):
    secure, plain = production.proxy_ports
    page = ask(secure, "/accounts/login/", production.trusting())
    assert page.status == 200 and "csrfmiddlewaretoken" in page.text
    for path in ("/readyz", "/livez", "/metrics"):
        assert ask(secure, path, production.trusting()).status == 404
    assert ask(plain, "/", Host="localhost").status == 308
    with pytest.raises(ssl.SSLError):
        ask(secure, "/", ssl.create_default_context())


def test_styles_come_compressed_and_under_names_that_change_with_them(production):
    secure, _ = production.proxy_ports
    page = ask(secure, "/accounts/login/", production.trusting())
    (style, *_) = [part for part in page.text.split('"') if part.startswith("/static/") and part.endswith(".css")]
    answer = ask(secure, style, production.trusting())
    assert answer.status == 200 and "immutable" in answer.getheader("Cache-Control")
