"""The API of a portal that really runs: fifty clients at once, and web processes that are killed in mid-request.

API_KILLS=20 makes it the long form.
"""

import os
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.callers import Caller, rows
from support.portal import kill
from support.workers import until

KILLS = int(os.environ.get("API_KILLS", "2"))
pytestmark = pytest.mark.timeout(180 + 30 * KILLS)


@pytest.fixture(scope="module")
def secret(api_portal):
    return api_portal.manage("create_api_key", "--email", "admin@northwind.example")


def written(portal, prefix):
    """How many organizations there are of these rows, and how many events say that one was created."""
    with portal.database() as database:
        return database.execute(
            "SELECT count(DISTINCT o.id), count(e.id) FROM organizations_organization o"
            " LEFT JOIN events_event e ON e.subject_id = o.public_id AND e.kind = 'organization.created'"
            " WHERE o.customer_number LIKE %s",
            [f"{prefix}-%"],
        ).fetchone()


def test_fifty_clients_with_one_idempotency_key_have_one_effect(api_portal, secret):
    until(api_portal.is_ready)
    body, key, gate = {"rows": rows("fifty", 40)}, str(uuid.uuid4()), threading.Barrier(50)

    def ask(_):
        caller = Caller(api_portal.url, secret)
        gate.wait(30)
        answer = caller.ask_until_answered("POST", "organizations/bulk", body, key)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(ask, range(50)))
    ((status, text),) = answers
    assert status == 200 and '"created": 40' in text
    assert written(api_portal, "fifty") == (40, 40)


def test_fifty_clients_without_a_key_make_one_organization_of_one_row(api_portal, secret):
    """Who loses the race by a moment is told that the row is taken, and finds it when asking again."""
    until(api_portal.is_ready)
    body = {"rows": rows("race", 1)}

    def ask(_):
        return Caller(api_portal.url, secret).ask("POST", "organizations/bulk", body).json()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))
    assert sum(answer["created"] for answer in answers) == 1
    assert sum(answer["updated"] for answer in answers) == 0
    failed = [item["errors"] for answer in answers for item in answer["items"] if item["action"] == "failed"]
    assert all("primary_domain" in errors or "customer_number" in errors for errors in failed)
    assert ask(0)["unchanged"] == 1
    assert written(api_portal, "race") == (1, 1)


def blocked(portal):
    """Whether some request waits for a lock on the event log."""
    with portal.database() as database:
        sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'events_event'::regclass"
        return database.execute(sql).fetchone()[0] > 0


def test_web_that_is_killed_in_the_middle_of_a_bulk_call_has_done_nothing(api_portal, secret):
    """Held at its events, after the organizations are written and before anything commits."""
    until(api_portal.is_ready)
    caller, body, key = Caller(api_portal.url, secret), {"rows": rows("half", 1000)}, str(uuid.uuid4())
    with ThreadPoolExecutor(1) as pool, api_portal.database() as database:
        with database.transaction():
            database.execute("LOCK TABLE events_event IN SHARE MODE")
            answered = pool.submit(caller.ask_until_answered, "POST", "organizations/bulk", body, key)
            until(lambda: blocked(api_portal))
            kill(api_portal.running("web"))
            until(lambda: not api_portal.is_ready())
        answer = answered.result(120)
    assert (answer.status_code, answer.json()["created"]) == (200, 1000)
    assert written(api_portal, "half") == (1000, 1000)


def test_web_that_is_killed_at_random_moments_does_everything_once(api_portal, secret):
    caller, seed = Caller(api_portal.url, secret), random.randrange(10**6)
    chance = random.Random(seed)
    for number in range(KILLS):
        prefix, key = f"kill{number}", str(uuid.uuid4())
        body = {"rows": rows(prefix, 1000)}
        until(api_portal.is_ready)
        with ThreadPoolExecutor(1) as pool:
            answered = pool.submit(caller.ask_until_answered, "POST", "organizations/bulk", body, key)
            time.sleep(chance.uniform(0.02, 1.2))
            kill(api_portal.running("web"))
            answer = answered.result(120)
        assert (answer.status_code, answer.json()["created"]) == (200, 1000), seed
        again = caller.ask_until_answered("POST", "organizations/bulk", body, key)
        assert (again.headers["Idempotency-Replayed"], again.text) == ("true", answer.text), seed
        assert written(api_portal, prefix) == (1000, 1000), seed
