"""Northwind has a webhook to the receiver."""

import pytest


@pytest.fixture
def webhook(cast, receiver):
    from support.webhooks import Webhook

    return Webhook(cast, receiver)
