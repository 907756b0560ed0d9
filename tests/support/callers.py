"""Programs in front of a portal that really runs: HTTP with a key, and no patience taken for granted."""

import time
from contextlib import suppress

import requests


class Caller:
    """A program with a key; `ask` gives the answer, or raises what the network did."""

    def __init__(self, url, secret):
        self.url, self.session = f"{url}/api/v1", requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {secret}"

    def ask(self, method, path, body=None, timeout=60, **headers):
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(method, f"{self.url}/{path}", json=body, headers=told, timeout=timeout)

    def ask_until_answered(self, method, path, body, key, within=90):
        """As a program should: the same request with the same key, until it is answered for good."""
        give_up = time.monotonic() + within
        while time.monotonic() < give_up:
            with suppress(requests.RequestException):
                answer = self.ask(method, path, body, Idempotency_Key=key)
                if answer.status_code < 500 and answer.json().get("code") != "idempotency_in_progress":
                    return answer
            time.sleep(0.1)
        raise AssertionError("there was no answer")


def rows(prefix, count):
    """Rows of a bulk call of which no two are alike."""
    return [
        {
            "name": f"{prefix} {number} AB",
            "primary_domain": f"{prefix}-{number}.example",
            "notification_email": f"it@{prefix}-{number}.example",
            "customer_number": f"{prefix}-{number}",
            "client_ref": str(number),
        }
        for number in range(count)
    ]
