"""Many customers through the API of a portal that really runs: pushed, pushed again, and read page by page meanwhile.

API_SIZE=100000 makes it the long form.
"""

import os
import threading
import time
from collections import Counter

import pytest
from support.callers import Caller, rows
from support.workers import until

SIZE = int(os.environ.get("API_SIZE", "3000"))
pytestmark = pytest.mark.timeout(180 + SIZE // 50)


@pytest.fixture(scope="module")
def keys(api_portal):
    """One for each program, since a key may come only so often in a minute."""
    until(api_portal.is_ready)
    return [api_portal.manage("create_api_key", "--email", "admin@northwind.example") for _ in range(2)]


def push(caller, everything):
    counts, began = Counter(), time.monotonic()
    for start in range(0, len(everything), 1000):
        answer = patient(caller, "POST", "organizations/bulk", {"rows": everything[start : start + 1000]})
        counts.update({name: answer[name] for name in ("created", "updated", "unchanged", "failed")})
    return counts, time.monotonic() - began


def patient(caller, method, path, body=None):
    while True:
        answer = caller.ask(method, path, body)
        if answer.status_code != 429:
            assert answer.status_code < 300, answer.text
            return answer.json() if answer.content else None
        time.sleep(float(answer.headers["Retry-After"]))


def pages(caller, query):
    cursor, found = "", []
    while cursor is not None:
        page = patient(caller, "GET", f"organizations?limit=200&cursor={cursor}&{query}")
        found += page["items"]
        cursor = page["next_cursor"]
    return found, page


class Meddler(threading.Thread):
    """Creates some and archives others for as long as somebody reads."""

    def __init__(self, caller, victims):
        super().__init__()
        self.caller, self.victims, self.over = caller, list(victims), threading.Event()
        self.archived, self.made, self.failure = [], 0, None

    def run(self):
        try:
            while not self.over.is_set():
                new = rows(f"new{len(self.victims)}x{self.made}", 5)
                assert patient(self.caller, "POST", "organizations/bulk", {"rows": new})["created"] == 5
                self.made += 5
                patient(self.caller, "DELETE", f"organizations/{self.victims[-1]}")
                self.archived.append(self.victims.pop())
        except BaseException as error:
            self.failure = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.join(60)
        assert self.failure is None, self.failure


def test_everything_is_pushed_twice_and_read_while_others_write(api_portal, keys, record_property):
    erp, other = Caller(api_portal.url, keys[0]), Caller(api_portal.url, keys[1])
    before = {item["id"] for item in pages(erp, "include_archived=true")[0]}
    everything = rows("size", SIZE)
    first, seconds = push(erp, everything)
    assert first == Counter(created=SIZE)
    record_property("rows a second, pushed", round(SIZE / seconds))
    again, seconds = push(erp, everything)
    assert again == Counter(unchanged=SIZE)
    record_property("rows a second, pushed again", round(SIZE / seconds))

    mine = {item["id"] for item in pages(erp, "search=size-")[0]}
    assert len(mine) == SIZE
    with Meddler(other, sorted(mine)) as meddler:
        began = time.monotonic()
        seen = Counter(item["id"] for item in pages(erp, "")[0])
        record_property("rows a second, read", round(sum(seen.values()) / (time.monotonic() - began)))
    assert meddler.archived and meddler.made
    assert max(seen.values()) == 1, "twice"
    assert mine - set(meddler.archived) - set(seen) == set(), "missed"

    with Meddler(other, meddler.victims) as second:
        found, last = pages(erp, "updated_since=2020-01-01T00:00:00Z")
    told = {item["id"]: item["archived_at"] for item in found}
    assert mine - set(told) == set(), "missed"
    since = last["next_updated_since"].replace("+", "%2B")
    told |= {item["id"]: item["archived_at"] for item in pages(erp, f"updated_since={since}")[0]}
    assert {one for one in meddler.archived + second.archived if not told[one]} == set(), "an archived one was missed"
    assert len(set(told) - before) == SIZE + meddler.made + second.made
