"""Each failure with a name, while the list is read: its sentence and next step, the last good data, recovery."""

import re
from html import unescape

import pytest
from django.utils import timezone

from accounts.tenancy import acting_for
from csp_link.models import Sync, Tenant
from csp_link.tasks import check, read
from jobs.models import Job

pytestmark = pytest.mark.django_db
ASKED = "customers"
# What goes wrong, where, what the page says and advises; and whether it mends itself once Microsoft does.
FAILURES = {
    "expired refresh token": ("token", {"kind": "700082"}, "not used for 90 days", "Sign in at Microsoft again", False),
    "no second factor": (ASKED, {"kind": "900421"}, "confirmed with a second factor", "Set up multi-factor", False),
    "wrong secret": (
        "token",
        {"kind": "7000215"},
        "does not accept the app's secret",
        "Copy the value of the secret",
        False,
    ),
    "app only": (ASKED, {"kind": "900329"}, "app that comes without a user", "Change the connection", False),
    "throttled": (ASKED, {"kind": "429", "retry_after": "40"}, "asked us to slow down", "Nothing to do", True),
    "outage": (ASKED, {"kind": "503"}, "can't serve us now (status 503)", "Nothing to do", True),
    "truncated page": (ASKED, {"kind": "truncated"}, "ended in the middle", "Nothing to do", True),
}


class Portal:
    """Northwind with forty tenants, one of them linked, and a list that is read again."""

    def __init__(self, desk, link):
        self.desk, self.link, self.reseller = desk, link, desk.cast.northwind
        link.connect_as_user()
        self.turn("csp_link.check", check)
        self.turn("csp_link.sync", read)
        with acting_for(self.reseller.pk):
            first = Tenant.objects.order_by("pk").first()
        desk.act(first, "link-existing", organization=str(desk.organization().public_id))

    def refresh(self):
        self.desk.browser.post("/csp/sync/refresh/")
        self.turn("csp_link.sync", read)

    def turn(self, name, task):
        for job in Job.objects.filter(task=name):
            task(self.reseller.pk, job.object_id)

    def wait_over(self):
        with acting_for(self.reseller.pk):
            Sync.objects.filter(state="running").update(resumes_at=timezone.now())
        self.turn("csp_link.sync", read)

    @property
    def tenants(self):
        with acting_for(self.reseller.pk):
            return list(Tenant.objects.order_by("pk").values())

    @property
    def card(self):
        """What the page says about the list of tenants."""
        page = self.desk.browser.get("/csp/").content.decode()
        card = page[page.index('id="sync"') :]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", card[: card.index("</section>")])).split())


@pytest.fixture
def portal(desk, link):
    return Portal(desk, link)


@pytest.mark.parametrize("name", FAILURES)
def test_it_has_its_own_words_keeps_what_is_known_and_recovers(portal, name):
    operation, fault, sentence, next_step, mends_itself = FAILURES[name]
    before = portal.tenants
    assert len(before) == 40
    portal.link.forget_access_token()
    portal.link.microsoft.fail(operation, **fault)
    portal.refresh()
    assert sentence in portal.card and next_step in portal.card
    assert not [words for _, _, words, *_ in FAILURES.values() if words != sentence and words in portal.card]
    assert ("Continues in" in portal.card) is mends_itself
    assert portal.tenants == before
    assert len(portal.desk.rows("?state=linked")) == 1
    portal.link.microsoft.switch(faults=[])
    if mends_itself:
        portal.wait_over()
    else:
        if name == "expired refresh token":
            portal.link.consent()
        portal.turn("csp_link.check", check)
        portal.refresh()
    assert sentence not in portal.card
    assert "Done" in portal.card and "New 0 Changed 0 Ended 0" in portal.card


def test_an_empty_list_says_so_and_keeps_what_is_known(portal):
    before = portal.tenants
    portal.link.microsoft.change(resize=0)
    portal.refresh()
    assert "listed no customers at all" in portal.card and "Check in Partner Center" in portal.card
    assert portal.tenants == before
    portal.link.microsoft.change(resize=40)
    portal.refresh()
    assert "Done" in portal.card and "New 0 Changed 0 Ended 0" in portal.card
