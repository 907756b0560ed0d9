"""Auto create and link: the preview says what the run does, and a second run has nothing to do."""

import pytest
from django.utils import timezone
from support.tenants import FULL, LIST

from accounts.tenancy import acting_for
from csp_link.models import AutoLink, Connection, Tenant
from csp_link.tasks import auto_link, read
from events.models import Kind
from jobs.models import Job
from organizations.models import Source

pytestmark = pytest.mark.django_db
COUNTS = ("link", "create", "decide", "skip")


class Auto:
    def __init__(self, desk):
        self.desk = desk

    def preview(self):
        """Link, create, decide, skip, as the page says it."""
        self.address = self.desk.browser.post("/csp/auto-link/").url
        self.work()
        return self.numbers()

    def run(self, **posted):
        assert self.desk.browser.post(f"{self.address}start/", posted).status_code == 302
        self.work()
        return self.numbers()

    def work(self):
        auto_link(self.desk.cast.northwind.pk, self.now.pk)

    def numbers(self):
        return tuple(count["number"] for count in self.page.context["counts"])

    @property
    def page(self):
        return self.desk.browser.get(self.address)

    @property
    def now(self):
        with acting_for(self.desk.cast.northwind.pk):
            return AutoLink.objects.order_by("-pk").first()


@pytest.fixture
def auto(desk):
    return Auto(desk)


def ready(desk, name, domain, **more):
    return desk.tenant(name, domain, profile={"notification_email": f"it@{domain}"} | more)


def test_each_tenant_is_linked_created_or_told_why_not(desk, auto):
    known = desk.organization("Known", primary_domain="known.example")
    desk.organization("Alike GmbH")
    linked, created = desk.tenant("Whatever", "known.example"), ready(desk, "New AB", "new.example")
    unsure, lacking = ready(desk, "Alike AB", "alike.onmicrosoft.com"), desk.tenant("Lacking", "l.example", profile={})
    gone = desk.tenant("Gone", "gone.example", ended_at=timezone.now())
    ignored = desk.tenant("Ignored", "ignored.example", ignored_at=timezone.now())
    assert auto.preview() == (1, 1, 1, 1)
    page = auto.page.content.decode()
    assert "Notification email" in page and "1 organization is created and linked." in page
    assert list(desk.organizations) == ["Known", "Alike GmbH"], "a preview does nothing"
    assert auto.run() == (1, 1, 1, 1)
    assert desk.now(linked).organization == known
    assert desk.now(created).organization.source == Source.CSP
    assert [desk.now(tenant).organization for tenant in (unsure, lacking, gone, ignored)] == [None] * 4
    (told,) = desk.events(Kind.AUTO_LINK_FINISHED)
    assert told.details == {"linked": 1, "created": 1, "decided": 1, "skipped": 1}


def test_running_again_changes_nothing(desk, auto):
    ready(desk, "New AB", "new.example"), desk.tenant("Lacking", "l.example", profile={})
    assert (auto.preview(), auto.run()) == ((0, 1, 0, 1), (0, 1, 0, 1))
    before = (len(desk.events(Kind.TENANT_LINKED)), len(desk.organizations))
    assert auto.preview() == (0, 0, 0, 1)
    assert b"Create and link now" not in auto.page.content
    assert auto.run() == (0, 0, 0, 1)
    assert (len(desk.events(Kind.TENANT_LINKED)), len(desk.organizations)) == before


def test_what_is_not_certain_is_never_linked_or_created(desk, auto):
    desk.organization("One", primary_domain="one.example")
    desk.organization("Two", primary_domain="two.example")
    rejected = desk.organization("Three", primary_domain="three.example")
    desk.tenant("Both", "one.example", profile=FULL, domains=["two.example"])
    ready(desk, "Not three", "three.example", notification_email="it@three.example")
    with acting_for(desk.cast.northwind.pk):
        Tenant.objects.filter(name="Not three").update(rejected=[rejected.public_id])
    assert auto.preview() == (0, 0, 2, 0)
    assert auto.run() == (0, 0, 2, 0)
    assert len(desk.organizations) == 3


def test_of_twins_the_first_is_created_and_the_second_is_left_to_a_person(desk, auto):
    first, second = ready(desk, "Twin AB", "twin-a.example"), ready(desk, "Twin GmbH", "twin-b.example")
    assert auto.preview() == (0, 1, 1, 0)
    assert auto.run() == (0, 1, 1, 0)
    assert desk.now(first).organization.name == "Twin AB"
    assert desk.now(second).finding == "needs_decision"


def test_of_two_with_one_domain_the_second_is_linked_to_what_is_created_for_the_first(desk, auto):
    """As another run would do, which then has nothing to do."""
    first = ready(desk, "Was here AB", "moved.example")
    second = ready(desk, "Is here AB", "here.onmicrosoft.com", notification_email="it@is-here.example")
    with acting_for(desk.cast.northwind.pk):
        Tenant.objects.filter(pk=second.pk).update(domains=["moved.example"])
    assert auto.preview() == (1, 1, 0, 0)
    assert auto.run() == (1, 1, 0, 0)
    assert desk.now(second).organization == desk.now(first).organization and len(desk.organizations) == 1
    assert auto.preview() == (0, 0, 0, 0)


def test_a_lent_domain_does_where_there_is_no_other_and_is_told(desk, auto):
    desk.tenant("Lent", "lent.onmicrosoft.com", profile={"notification_email": "it@elsewhere.example"})
    assert auto.preview() == (0, 1, 0, 0)
    assert "1 of them gets a domain that Microsoft lent" in auto.page.content.decode()
    auto.run()
    assert desk.organizations["Lent"].primary_domain == "lent.onmicrosoft.com"


def test_new_organizations_join_the_chosen_groups(desk, auto):
    ready(desk, "New AB", "new.example")
    auto.preview()
    assert desk.browser.post(f"{auto.address}start/", {"groups": [desk.cast.abroad.public_id]}).status_code == 422
    auto.run(groups=[str(desk.cast.nordics.public_id)])
    with acting_for(desk.cast.northwind.pk):
        assert list(desk.cast.nordics.organizations.all()) == [desk.organizations["New AB"]]


def test_it_is_started_once_and_only_one_goes_on_at_a_time(desk, auto):
    ready(desk, "New AB", "new.example")
    first = desk.browser.post("/csp/auto-link/").url
    assert desk.browser.post("/csp/auto-link/").url == first
    assert desk.browser.post(f"{first}start/").status_code == 409
    auto.address = first
    auto.work()
    auto.run()
    assert desk.browser.post(f"{first}start/").status_code == 409
    assert Job.objects.filter(task="csp_link.auto_link").count() == 0


def test_what_came_between_preview_and_run_counts(desk, auto):
    tenant = ready(desk, "New AB", "new.example")
    assert auto.preview() == (0, 1, 0, 0)
    made = desk.organization("Meanwhile", primary_domain="new.example")
    assert auto.run() == (1, 0, 0, 0)
    assert desk.now(tenant).organization == made


# With Partner Center


@pytest.fixture
def listed(desk, link):
    """The stand-in's forty tenants, read from its list."""
    link.connect()
    desk.browser.post("/csp/sync/refresh/")
    with acting_for(desk.cast.northwind.pk):
        reading = Job.objects.get(task="csp_link.sync")
    read(desk.cast.northwind.pk, reading.object_id)
    return link


def test_profiles_are_read_once_each_and_never_by_a_page(desk, auto, listed):
    for _ in range(3):
        desk.browser.get(LIST)
    assert listed.microsoft.count("customer") == 0
    counts = auto.preview()
    assert sum(counts) == 40
    asked = listed.microsoft.count("customer")
    assert asked == 40, "one a tenant"
    assert auto.run() == counts
    assert auto.preview()[:2] == (0, 0)
    assert listed.microsoft.count("customer") == asked
    with acting_for(desk.cast.northwind.pk):
        assert Tenant.objects.filter(organization__isnull=False).count() == counts[0] + counts[1] > 20


def test_an_outage_waits_and_goes_on_where_it_was(desk, auto, listed):
    listed.microsoft.fail("customer", "503")
    auto.address = desk.browser.post("/csp/auto-link/").url
    auto.work()
    assert "serve us now" in auto.page.content.decode() and auto.now.resumes_at is not None
    listed.microsoft.switch(faults=[])
    with acting_for(desk.cast.northwind.pk):
        AutoLink.objects.update(resumes_at=None)
    auto.work()
    assert sum(auto.numbers()) == 40 and auto.now.trouble == ""


def test_a_connection_that_is_refused_ends_it_in_words(desk, auto, listed):
    with acting_for(desk.cast.northwind.pk):
        Connection.objects.update(access_expires_at=timezone.now())
    listed.microsoft.fail("token", "7000222")
    auto.address = desk.browser.post("/csp/auto-link/").url
    auto.work()
    assert auto.now.state == "failed" and "Create a new secret" in auto.page.content.decode()


# The grid


def test_what_is_missing_is_filled_in_together(desk):
    first, second = (desk.tenant(f"Lacking {n}", f"lacking{n}.example", profile={}) for n in (1, 2))
    desk.rows()
    page = desk.browser.get(f"{LIST}complete/")
    assert [row["tenant"] for row in page.context["rows"]] == [first.tenant_id, second.tenant_id]
    assert page.content.decode().count('aria-invalid="true"') == 2, "what is missing is marked from the start"
    cells = {cell["name"]: [] for cell in page.context["rows"][0]["cells"]}
    for row in page.context["rows"]:
        for cell in row["cells"]:
            cells[cell["name"]].append(cell["text"])
    cells["notification_email"] = ["it@lacking1.example", "nobody"]
    posted = cells | {"tenant": [str(first.tenant_id), str(second.tenant_id)]}
    answer = desk.browser.post(f"{LIST}complete/", posted)
    assert answer.status_code == 422 and b"is not an email address" in answer.content
    assert [row["tenant"] for row in answer.context["rows"]] == [second.tenant_id]
    assert desk.now(first).organization.name == "Lacking 1" and desk.now(second).organization is None
    again = desk.browser.post(f"{LIST}complete/", posted | {"notification_email": ["", "it@lacking2.example"]})
    assert again.status_code == 302, "the first is linked already and needs nothing"
    assert desk.now(second).organization.name == "Lacking 2" and len(desk.organizations) == 2
