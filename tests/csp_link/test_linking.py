"""Tenants and organizations: who may belong together and why, linking, unlinking, and leaving alone."""

import threading

import pytest
from django.db import connections
from django.utils import timezone
from support.cast import customer
from support.tenants import FULL, LIST

from accounts.tenancy import acting_for
from csp_link.models import Tenant
from csp_link.tasks import profile, read
from events.models import Kind
from jobs.models import Job
from organizations.models import Organization, Source

pytestmark = pytest.mark.django_db


# What is found


@pytest.mark.parametrize(
    ("tenant", "organization", "state", "reason"),
    [
        ({"domain": "kreta.example"}, {"primary_domain": "kreta.example"}, "suggested", "same domain: kreta.example"),
        ({"domain": "räksmörgås.example"}, {"primary_domain": "räksmörgås.example"}, "suggested", "räksmörgås"),
        (
            {"domain": "k.onmicrosoft.com", "domains": ["k.onmicrosoft.com", "kreta.example"]},
            {"primary_domain": "kreta.example"},
            "suggested",
            "same domain",
        ),
        ({"domain": "k.onmicrosoft.com"}, {"primary_domain": "k.onmicrosoft.com"}, "needs_decision", "from Microsoft"),
        ({"name": "KRETA-Data GmbH & Co. KG"}, {"name": "Kreta Data ApS"}, "needs_decision", "same name"),
        ({"domain": "kreta.example"}, {"notification_email": "it@kreta.example"}, "needs_decision", "email address"),
        (
            {"profile": {"notification_email": "billing@other.example"}},
            {"primary_domain": "other.example"},
            "needs_decision",
            "other.example",
        ),
        (
            {"profile": {"registration_number": "556703 7485"}},
            {"registration_number": "556703-7485"},
            "needs_decision",
            "registration number",
        ),
        (
            {"profile": FULL | {"notification_email": "kreta@gmail.com"}},
            {"primary_domain": "gmail.com"},
            "unlinked",
            "",
        ),
        ({"domain": "kreta.example"}, {"primary_domain": "other.example"}, "unlinked", ""),
    ],
)
def test_an_organization_is_found_for_a_reason(desk, tenant, organization, state, reason):
    made = desk.tenant(**{"name": "Tenant", "domain": "t.onmicrosoft.com"} | tenant)
    desk.organization(**{"name": "Quite Another"} | organization)
    row = desk.rows()[made.name]
    assert desk.now(made).finding == state
    assert [reason in found["reason"] for found in row["suggestions"]] == ([True] if reason else [])


def test_the_tenants_id_as_customer_number_is_proof(desk):
    made = desk.tenant("Tenant", "t.onmicrosoft.com")
    desk.organization("Another", customer_number=str(made.tenant_id).upper())
    assert "this tenant" in desk.rows()["Tenant"]["suggestions"][0]["reason"]
    assert desk.now(made).finding == "suggested"


def test_two_domains_of_two_organizations_prove_nothing(desk):
    made = desk.tenant("Tenant", "one.example", domains=["one.example", "two.example"])
    desk.organization("One", primary_domain="one.example")
    desk.organization("Two", primary_domain="two.example")
    desk.rows()
    assert desk.now(made).finding == "needs_decision"


def test_what_is_missing_is_said_once_the_profile_is_known(desk):
    desk.tenant("Unread", "unread.example")
    desk.tenant("Read", "read.example", profile={})
    rows = desk.rows()
    assert rows["Unread"]["state"] == "Not linked" and rows["Unread"]["missing"] == ""
    assert rows["Read"]["state"] == "Missing data" and rows["Read"]["missing"] == "Notification email"


def test_what_was_found_follows_the_organizations(desk):
    made = desk.tenant()
    assert desk.rows()[made.name]["state"] == "Not linked"
    other = desk.organization(primary_domain="kreta.example")
    assert desk.rows()[made.name]["state"] == "Suggestion"
    desk.browser.post(f"/organizations/{other.public_id}/archive/")
    row = desk.rows()[made.name]
    assert row["state"] == "Needs a decision" and row["suggestions"][0]["archived"]


# The list


def test_open_tenants_come_first_and_every_state_can_be_filtered(desk):
    states = {
        "unlinked": desk.tenant("Zeta", "zeta.example"),
        "suggested": desk.tenant("Suggested", "suggested.example"),
        "needs_decision": desk.tenant("Named AB", "named.onmicrosoft.com"),
        "incomplete": desk.tenant("Incomplete", "incomplete.example", profile={}),
        "ignored": desk.tenant("Ignored", "i.example", ignored_at=timezone.now()),
        "ended": desk.tenant("Ended", "e.example", ended_at=timezone.now()),
        "linked": desk.tenant("A linked one", "l.example", organization=desk.organization("Linked")),
        "linked_to_archived": desk.tenant("An archived one", "a.example", organization=desk.organization("Archived")),
    }
    with acting_for(desk.cast.northwind.pk):
        Organization.objects.filter(name="Archived").update(archived_at=timezone.now())
    desk.organization("Sugg", primary_domain="suggested.example")
    desk.organization("Named GmbH")
    assert list(desk.rows()) == [
        *["Incomplete", "Named AB", "Suggested", "Zeta"],
        *["A linked one", "An archived one", "Ignored", "Ended"],
    ]
    for state, tenant in states.items():
        assert list(desk.rows(f"?state={state}")) == [tenant.name], state
    page = desk.browser.get("/organizations/").content.decode()
    assert '<span class="cb-badge cb-badge--accent">4</span>' in page, "how many wait is told in the menu"


@pytest.mark.parametrize(
    ("search", "found"),
    [("reta d", True), ("RETA.EX", True), ("kr", True), ("ta", False), ("cretan", False), ("%00", True), ("%", False)],
)
def test_any_part_of_name_or_domain_finds_a_tenant(desk, search, found):
    desk.tenant()
    assert bool(desk.rows(f"?search={search}")) is found


def test_pages_follow_each_other_without_a_gap(desk):
    for number in range(30):
        desk.tenant(f"Tenant {number:02}", f"t{number}.example")
    first = desk.browser.get(LIST)
    second = desk.browser.get(LIST + first.context["pager"]["next_url"])
    names = [row["name"] for page in (first, second) for row in page.context["rows"]]
    assert names == [f"Tenant {number:02}" for number in range(30)]


def test_the_list_takes_few_queries_however_many_there_are(desk, django_assert_max_num_queries):
    for number in range(25):
        desk.tenant(f"Tenant {number:02}", f"t{number}.example")
        desk.organization(f"Tenant {number:02} AB")
    desk.rows()
    with django_assert_max_num_queries(28):
        assert desk.rows()["Tenant 03"]["suggestions"]


# Linking


def test_the_form_is_filled_in_and_says_what_is_missing(desk):
    made = desk.tenant(profile={"street_address": "Storgatan 1", "country": "DE", "contact_phone": "+46812345678"})
    page = desk.browser.get(f"{LIST}{made.tenant_id}/link/")
    form = page.context["form"]
    assert (form["name"].value(), form["primary_domain"].value()) == ("Kreta Data AB", "kreta.example")
    assert (form["street_address"].value(), form["country"].value()) == ("Storgatan 1", "DE")
    assert set(form.errors) == {"notification_email"}
    assert b'aria-invalid="true"' in page.content and b"Notification email is missing" in page.content


def test_create_organization_and_link(desk):
    made = desk.tenant(profile=FULL)
    answer = desk.act(made, "link", groups=[str(desk.cast.nordics.public_id)], **FULL)
    assert answer.status_code == 302 and answer.url == LIST
    linked = desk.now(made)
    assert linked.organization.name == "Kreta Data AB" and linked.organization.source == Source.CSP
    with acting_for(desk.cast.northwind.pk):
        assert list(linked.organization.groups.all()) == [desk.cast.nordics]
    (told,) = desk.events(Kind.TENANT_LINKED)
    assert told.details == {"organization_id": str(linked.organization.public_id)}
    assert [event.subject_id for event in desk.events(Kind.ORGANIZATION_LINKED)] == [linked.organization.public_id]


def test_what_is_wrong_creates_and_links_nothing(desk):
    made = desk.tenant(profile=FULL)
    answer = desk.act(made, "link", **FULL | {"notification_email": "nobody"})
    assert answer.status_code == 422 and b"is not an email address" in answer.content
    assert b'value="nobody"' in answer.content
    assert desk.now(made).organization is None and desk.events(Kind.ORGANIZATION_CREATED) == []


def test_link_to_one_that_exists(desk):
    made, other = desk.tenant(), desk.organization(primary_domain="kreta.example")
    page = desk.browser.get(f"{LIST}{made.tenant_id}/link/?search=reta")
    assert [found["id"] for found in page.context["suggestions"]] == [str(other.public_id)]
    assert [found["id"] for found in page.context["found"]] == [str(other.public_id)]
    assert desk.act(made, "link-existing", organization=other.public_id).status_code == 302
    linked = desk.now(made)
    assert linked.organization == other and linked.organization.version == 2
    row = desk.rows()[made.name]
    assert row["state"] == "Linked" and row["organization"]["name"] == "Kreta Data"


def test_an_organization_may_have_many_tenants_and_a_tenant_one_organization(desk):
    one, two, other = desk.tenant("One"), desk.tenant("Two"), desk.organization()
    third = desk.organization("Third")
    for tenant in (one, two):
        assert desk.act(tenant, "link-existing", organization=other.public_id).status_code == 302
    refused = desk.act(one, "link-existing", organization=third.public_id)
    assert refused.status_code == 409 and b"One is linked to Kreta Data already" in refused.content
    assert desk.act(one, "link", **FULL).status_code == 409
    assert desk.browser.get(f"{LIST}{one.tenant_id}/link/").status_code == 409
    assert desk.now(one).organization == other


def test_an_archived_organization_is_restored_before_it_is_linked(desk):
    made, other = desk.tenant(), desk.organization(primary_domain="kreta.example")
    desk.browser.post(f"/organizations/{other.public_id}/archive/")
    refused = desk.act(made, "link-existing", organization=other.public_id)
    assert refused.status_code == 409 and b"Restore it first" in refused.content
    assert b"Open it to restore it" in desk.browser.get(f"{LIST}{made.tenant_id}/link/").content


@pytest.mark.parametrize("posted", ["", "nonsense", "00000000-0000-4000-8000-000000000001"])
def test_an_organization_that_nobody_knows_is_not_found(desk, posted):
    assert desk.act(desk.tenant(), "link-existing", organization=posted).status_code == 404


def test_the_neighbours_organization_is_not_found(desk):
    made = desk.tenant()
    with acting_for(desk.cast.fabrikam.pk):
        (theirs,) = desk.cast.create(desk.cast.neighbours_admin, customer())
    assert desk.act(made, "link-existing", organization=theirs.public_id).status_code == 404
    assert desk.act(made, "link", client=desk.cast.sign_in("neighbour"), **FULL).status_code == 404


# Unlinking, rejecting, ignoring


def test_unlinking_wants_a_reason_and_is_not_suggested_again(desk):
    made, other = desk.tenant(), desk.organization(primary_domain="kreta.example")
    desk.act(made, "link-existing", organization=other.public_id)
    assert b"stays as it is" in desk.browser.get(f"{LIST}{made.tenant_id}/unlink/").content
    assert desk.act(made, "unlink", reason="  ").status_code == 422
    assert desk.now(made).organization == other
    assert desk.act(made, "unlink", reason="Wrong customer").status_code == 302
    row = desk.rows()[made.name]
    assert row["suggestions"] == [] and row["state"] == "Needs a decision"
    (told,) = desk.events(Kind.ORGANIZATION_UNLINKED)
    assert told.details["reason"] == "Wrong customer"
    assert desk.act(made, "unlink", reason="again").status_code == 409
    assert desk.act(made, "link-existing", organization=other.public_id).status_code == 302, "by hand it can be chosen"


def test_a_rejected_suggestion_does_not_come_back(desk):
    made, other = desk.tenant(), desk.organization(primary_domain="kreta.example")
    desk.rows()
    assert desk.act(made, "reject", organization=other.public_id).status_code == 302
    for _ in range(2):
        assert desk.rows()[made.name]["suggestions"] == []
        desk.organization(f"Kreta other {_}")
    assert len(desk.events(Kind.TENANT_REJECTED)) == 1


def test_an_ignored_tenant_waits_until_it_is_wanted_again(desk):
    made = desk.tenant()
    assert desk.act(made, "ignore", reason="").status_code == 422
    assert desk.act(made, "ignore", reason="Our own test tenant").status_code == 302
    row = desk.rows()[made.name]
    assert row["state"] == "Ignored" and row["reason"] == "Our own test tenant"
    assert desk.act(made, "ignore", reason="again").status_code == 409
    assert desk.act(made, "unignore").status_code == 302
    assert desk.rows()[made.name]["state"] == "Not linked"


# Its profile


def test_the_profile_is_read_once_when_somebody_wants_to_link(desk, link):
    link.connect()
    desk.browser.post("/csp/sync/refresh/")
    with acting_for(desk.cast.northwind.pk):
        reading = Job.objects.get(task="csp_link.sync")
    read(desk.cast.northwind.pk, reading.object_id)
    with acting_for(desk.cast.northwind.pk):
        found = Tenant.objects.get(name="Alvesta Åkeri")
    address = f"{LIST}{found.tenant_id}/link/"
    assert b"Reading the company and billing profile" in desk.browser.get(address).content
    desk.browser.get(address)
    assert Job.objects.filter(task="csp_link.profile").count() == 1
    assert desk.browser.get(f"{LIST}{found.tenant_id}/profile/").headers.get("HX-Refresh") is None
    profile(desk.cast.northwind.pk, found.pk)
    assert desk.browser.get(f"{LIST}{found.tenant_id}/profile/").headers["HX-Refresh"] == "true"
    form = desk.browser.get(address).context["form"]
    assert form["primary_domain"].value() == "alvesta-akeri.se", "its own domain comes before the lent one"
    assert form["city"].value() == "Alvesta" and form["contact_name"].value() == "Anna Berg"
    assert not form.errors


def test_a_profile_that_can_not_be_read_leaves_the_form_with_what_the_list_said(desk, link):
    link.connect()
    made = desk.tenant()
    desk.browser.get(f"{LIST}{made.tenant_id}/link/")
    profile(desk.cast.northwind.pk, made.pk)
    page = desk.browser.get(f"{LIST}{made.tenant_id}/link/")
    assert page.context["form"]["name"].value() == "Kreta Data AB"
    assert b"profiles could not be read" in page.content


# Two at once


@pytest.mark.django_db(transaction=True)
def test_of_two_who_link_one_tenant_at_once_one_wins_and_nothing_is_lost(desk):
    made = desk.tenant(profile=FULL)
    others = [desk.organization(f"Other {number}") for number in range(2)]
    clients = [desk.cast.sign_in() for _ in others]
    start, answers = threading.Barrier(2), []

    def link_it(client, organization):
        start.wait()
        try:
            answers.append(desk.act(made, "link-existing", client=client, organization=organization.public_id))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=link_it, args=pair) for pair in zip(clients, others, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert desk.now(made).organization in others
    assert len(desk.events(Kind.TENANT_LINKED)) == 1


# Where organizations are shown


def test_an_organization_shows_its_tenants_to_whoever_sees_it(desk):
    with acting_for(desk.cast.northwind.pk):
        (other,) = desk.cast.create(desk.cast.admin, customer("With"), groups=[desk.cast.nordics])
    desk.organization("Without")
    desk.tenant("Its tenant", "its.example", organization=other)
    desk.tenant("Its second", "second.example", organization=other)
    for role in ("reseller_admin", "sales_agent"):
        browser = desk.cast.sign_in(role)
        page = browser.get(f"/organizations/{other.public_id}/")
        assert [row["name"] for row in page.context["tenants"]] == ["Its second", "Its tenant"]
        assert b"its.example" in page.content
        (row, *_rest) = browser.get("/organizations/?tenant=linked").context["rows"]
        assert row["name"] == "With" and "2 linked" in [cell.get("badge") for cell in row["cells"]]
    rows = desk.browser.get("/organizations/?tenant=none").context["rows"]
    assert [row["name"] for row in rows] == ["Without"]
    assert not any(cell.get("badge") for cell in rows[0]["cells"])
    assert len(desk.browser.get("/organizations/?tenant=linked").context["rows"]) == 1
