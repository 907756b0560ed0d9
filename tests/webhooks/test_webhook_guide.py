"""The receiver's side as docs/webhooks.md shows it, run as it stands there against messages of ours."""

import re
from pathlib import Path

import pytest

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text()
pytestmark = pytest.mark.django_db


@pytest.fixture
def is_ours():
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names = {}
    exec(block, names)
    return names["is_ours"]


def test_the_guide_tells_our_messages_from_others(webhook, receiver, is_ours):
    webhook.test()
    (request,) = receiver.requests
    headers, body = request["headers"], request["body"]
    assert is_ours(webhook.secret, headers, body)
    assert not is_ours("whsec_" + "A" * 44, headers, body)
    assert not is_ours(webhook.secret, headers, body + b" ")
    assert not is_ours(webhook.secret, headers | {"webhook-id": "msg_another"}, body)
    late = str(int(headers["webhook-timestamp"]) - 301)
    assert not is_ours(webhook.secret, headers | {"webhook-timestamp": late}, body)
    assert is_ours(webhook.secret, headers | {"webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}, body)
