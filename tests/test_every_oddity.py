"""Whatever somebody writes into an address or a form, no page fails: it answers, leads on, or says what is wrong.

Each address meets some of the oddities, and each oddity many addresses; `FUZZ=1` lets all of them meet all.
"""

import os
import re

import pytest
from django.db import transaction
from test_every_url import TABLE, browser, ids  # noqa: F401

pytestmark = pytest.mark.django_db

# Every parameter that an address of ours has, and fields by which forms say what to do.
PARAMETERS = (
    *("after", "before", "columns", "field", "filter", "from", "to", "reason", "refresh", "rows", "search", "show"),
    *("size", "sort", "state", "value", "view", "page", "kind", "person", "subject", "group", "status", "source"),
    *(
        "missing",
        "billing",
        "approval",
        "tenant",
        "import",
        "scope",
        "ids",
        "next",
        "count",
        "by",
        "user",
        "batch",
        "back",
    ),
)
ODD = (
    "\x00",
    "\ud800",
    "9" * 40,
    "-1",
    "1e400",
    "NaN",
    "٣",  # a digit to Python, not to PostgreSQL
    "²",  # a digit to str.isdigit, not to int
    "0001-01-01",
    "9999-12-31",
    "bnVsbA",
    "WyIiXQ",
    "W10",
    "00000000-0000-0000-0000-000000000000",
    "%",
    "\\",
    "'\"><",
    "on,off",
    "../../etc/passwd",
    "x" * 3000,
)


def addresses(wanted, ids):  # noqa: F811
    paths = dict.fromkeys(path for path, method, _ in TABLE if method == wanted)
    every = 1 if "FUZZ" in os.environ else 5
    return [("/" + path.format(**ids), odd) for n, path in enumerate(paths) for odd in ODD[n % every :: every]]


def complaint(answer, *asked):
    if answer.status_code < 500:
        return []
    return [(*asked, str(answer.exc_info[1])[:200] if answer.exc_info else answer.status_code)]


@pytest.mark.timeout(900 if "FUZZ" in os.environ else 180)
@pytest.mark.parametrize("person", ["reseller_admin", "sales_agent"])
def test_no_address_is_an_error_of_ours(cast, ids, person):  # noqa: F811
    client, failed = browser(cast, person), []
    client.raise_request_exception = False
    for address, odd in addresses("get", ids):
        answer = client.get(f"{address}?{'&'.join(f'{name}={quoted(odd)}' for name in PARAMETERS)}")
        b"".join(answer.streaming_content if answer.streaming else [])
        failed += complaint(answer, address, odd[:10])
    assert failed == []


@pytest.mark.timeout(900 if "FUZZ" in os.environ else 180)
def test_no_form_is_an_error_of_ours(cast, ids):  # noqa: F811
    client, failed = browser(cast, "reseller_admin"), []
    client.raise_request_exception = False
    for address, odd in addresses("post", ids):
        names = {*PARAMETERS, *re.findall(r'name="([^"]+)"', client.get(address).content.decode())}
        body = "&".join(f"{name}={quoted(odd)}" for name in sorted(names - {"csrfmiddlewaretoken"}))
        with transaction.atomic():
            answer = client.post(address, body, content_type="application/x-www-form-urlencoded")
            transaction.set_rollback(True)
        failed += complaint(answer, address, odd[:10])
    assert failed == []


def quoted(text):
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
