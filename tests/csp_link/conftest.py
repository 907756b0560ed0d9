"""A connection of Northwind's to the stand-in, and the workers' part of the work done here and now."""

import pytest


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    """What passes is tried again at once; how long a person waits is not what these tests are about."""
    monkeypatch.setattr("csp_link.client.PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture
def link(cast, microsoft):
    from support.connections import Link

    return Link(cast, microsoft)


@pytest.fixture
def desk(cast):
    from support.tenants import Desk

    return Desk(cast)
