"""Northwind has a webhook to the receiver, and no other database's transactions hold its events back."""

import psycopg
import pytest
from django.db import connection

from cloudbroker.embedded import SUPERUSER

# Transactions are counted for all databases of a server together, and the tests beside these are at work in theirs.
OLDEST_HERE = """
CREATE OR REPLACE FUNCTION oldest_here() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
    SELECT least(min(backend_xid::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    FROM pg_stat_activity WHERE datname = current_database()
$$
"""


@pytest.fixture(autouse=True)
def _nobody_elses_transactions(request, monkeypatch):
    mark = request.node.get_closest_marker("django_db")
    if mark is None or not mark.kwargs.get("transaction"):
        yield
        return
    from support.database import cluster

    from webhooks.outbox import Oldest

    request.getfixturevalue("transactional_db")
    url = cluster().url(connection.settings_dict["NAME"], SUPERUSER)
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute(OLDEST_HERE)
        monkeypatch.setattr(Oldest, "template", "oldest_here()")
        yield
        # A later test of this database backs it up, and restoring by its owner must not meet a superuser's function.
        superuser.execute("DROP FUNCTION oldest_here()")


@pytest.fixture
def webhook(cast, receiver):
    from support.webhooks import Webhook

    return Webhook(cast, receiver)
