"""A Reseller Admin before pages that ask who one is."""

import pytest


@pytest.fixture
def admin(cast):
    """Signed in, and has just proved to be who they are."""
    member = cast.members["reseller_admin"]
    member.user.set_password("a long enough password")
    member.user.save()
    client = cast.sign_in()
    client.post("/accounts/reauthenticate/", {"password": "a long enough password"})
    return client
