"""Every list of the portal where its table is large: how often a page asks, and how much of the tables it looks at.

Fifty thousand organizations, and whatever else a list shows in such numbers as come with them. Nothing is timed, since
seconds would tell more of the machine; `benchmarks` prints them.
"""

import uuid

import pytest
from django.test import Client
from django.utils import timezone
from support.large import filled, multiply
from support.plans import asked, explained

from accounts.models import Membership, Reseller, User
from accounts.roles import Role
from accounts.tenancy import acting_for
from benchmarks import many
from csp_link.models import Assessment, Tenant
from events.models import Event
from exports.models import Export
from groups.models import Assignment, Group
from imports.headings import match_headings
from imports.models import Import, ImportRow
from organizations import pages
from organizations.fields import NAMES
from organizations.models import Organization, WrittenBatch
from people.models import Invitation
from webhooks.models import Delivery, Endpoint

pytestmark = [pytest.mark.processes, pytest.mark.django_db]

COUNT, SOME, FEW = 50_000, 5_000, 1_000
COUNTED, WALKED = pages.COUNTED * COUNT // 1_000_000, pages.WALKED * COUNT // 1_000_000
AGO = "one.{} - n * interval '1 second'"


class World:
    """Northwind with very much of everything, and a neighbour with as much."""

    def __init__(self):
        self.fabrikam = self.reseller("Fabrikam Services")
        self.northwind = self.reseller("Northwind Cloud")

    def reseller(self, name):
        return Reseller.objects.create(name=name, country="SE", currency="SEK")

    def fill(self, owner):
        with many.indexed_afterwards(owner):
            for reseller in (self.fabrikam, self.northwind):
                many.fill_organizations(owner, reseller.pk, COUNT)
        for reseller in (self.fabrikam, self.northwind):
            with acting_for(reseller.pk):
                ones = self.ones_of(reseller)
            self.multiply(owner, ones)
            many.fill_group(owner, reseller.pk, ones["group"].pk, "n % 5 = 0")
            many.fill_events(owner, reseller.pk, ones["member"].user.public_id, uuid.uuid4())
        many.settle(owner)
        self.ones = ones

    def ones_of(self, reseller):
        """One of each kind."""
        user = User.objects.create_user(f"admin@{reseller.name.split()[0].lower()}.example", name="Astrid")
        member = Membership.objects.create(reseller=reseller, user=user, role=Role.RESELLER_ADMIN)
        ours = {"reseller": reseller, "membership": member}
        group = Group.objects.create(reseller=reseller, name="Nordics")
        Assignment.objects.create(reseller=reseller, group=group, membership=member)
        file = self.file_of(ours)
        endpoint = Endpoint.objects.create(
            reseller=reseller, name="Hook", url="https://hook.example/", kinds=[], made_by=member,
            read_transaction=0, read_id=0,
        )  # fmt: skip
        subject = Organization.objects.filter(reseller=reseller).first().public_id
        Assessment.objects.create(reseller=reseller, at=timezone.now(), version=1)
        return {
            "member": member,
            "group": group,
            "file": file,
            "row": self.row_of(file),
            "endpoint": endpoint,
            "import": Import.objects.create(
                **ours, file_name="old.csv", file_size=1, sha256="1" * 64, upload="y", state="done",
                started_at=timezone.now(),
            ),
            "batch": WrittenBatch.objects.create(**ours, public_id=uuid.uuid4(), source="grid", created=1),
            "export": Export.objects.create(**ours, format="csv", state="done"),
            "delivery": Delivery.objects.create(
                reseller=reseller, endpoint=endpoint, message_id=uuid.uuid4(), kind="organization.changed",
                state="delivered",
            ),
            "tenant": Tenant.objects.create(
                reseller=reseller, tenant_id=uuid.uuid4(), name="Tenant 0", domain="t.example", sort_name="tenant 0",
                search_text="tenant 0", assessed_version=1,
            ),
            "event": Event.objects.create(
                reseller=reseller, kind="organization.changed", subject_id=subject, actor_label="Astrid",
                actor_id=user.public_id,
            ),
            "invitation": Invitation.objects.create(
                reseller=reseller, email="i@x.example", name="Invited", role=Role.SALES_AGENT, invited_by=member,
                is_mail_due=False,
            ),
        }  # fmt: skip

    def file_of(self, ours):
        """A file that has been read."""
        return Import.objects.create(
            **ours,
            file_name="customers.csv",
            file_size=1,
            sha256="0" * 64,
            upload="x",
            state="ready",
            layout={"format": "csv"},
            headings=list(NAMES),
            columns=match_headings(list(NAMES)).fields,
            rows_total=COUNT,
            rows_read=COUNT,
            rows_valid=COUNT,
        )

    def row_of(self, file):
        beside = dict.fromkeys(("sort_name", "search_text", "customer_number_key"), "")
        row = ImportRow(reseller=file.reseller, batch=file, number=1, line=2, verdict="valid", public_id=uuid.uuid4())
        for name, value in (beside | {"name": "Row 1", "primary_domain": "row.example"}).items():
            setattr(row, name, value)
        row.save(force_insert=True)
        return row

    def multiply(self, owner, ones):
        new, at = "gen_random_uuid()", AGO.format("created_at")
        multiply(owner, ones["import"], SOME, public_id=new, created_at=at, file_name="'old ' || n || '.csv'",
                 state="CASE WHEN n % 1000 = 9 THEN 'failed' ELSE 'done' END")  # fmt: skip
        multiply(owner, ones["batch"], SOME, public_id=new, created_at=at)
        multiply(owner, ones["export"], SOME, public_id=new, created_at=at)
        multiply(owner, ones["delivery"], COUNT, public_id=new, message_id=new, created_at=at,
                 state="CASE WHEN n % 10000 = 9 THEN 'failed' ELSE 'delivered' END")  # fmt: skip
        multiply(owner, ones["row"], COUNT - 1, number="n + 1", line="n + 2", public_id=new, name="'Row ' || n",
                 verdict="CASE WHEN n % 5000 = 9 THEN 'invalid' ELSE 'valid' END",
                 action="CASE WHEN n % 5000 = 11 THEN 'updated' ELSE 'created' END",
                 warnings="CASE WHEN n % 5000 = 13 THEN '{}'::jsonb END")  # fmt: skip
        multiply(owner, ones["tenant"], COUNT, public_id=new, tenant_id=new, name="'Tenant ' || n",
                 sort_name="'tenant ' || n", search_text="'tenant ' || n || E'\\nt' || n || '.example'",
                 first_seen=AGO.format("first_seen"),
                 ignored_at="CASE WHEN n % 5000 = 7 THEN now() END",
                 ended_at="CASE WHEN n % 2 = 0 THEN now() END",
                 finding="CASE WHEN n % 5000 = 5 THEN 'suggested' ELSE 'unlinked' END")  # fmt: skip
        multiply(owner, ones["event"], COUNT, at=AGO.format("at"), public_id=new,
                 kind="CASE WHEN n % 10000 = 9 THEN 'organization.archived' ELSE 'organization.changed' END",
                 actor_id="CASE WHEN n % 10000 = 11 THEN gen_random_uuid() ELSE one.actor_id END")  # fmt: skip
        multiply(owner, ones["group"], FEW, public_id=new, name="'Group ' || n")
        multiply(owner, ones["invitation"], FEW, public_id=new, email="'i' || n || '@x.example'")
        multiply(owner, ones["member"].user, FEW, public_id=new, name="'Person ' || n",
                 email=f"'p' || n || '@{ones['member'].reseller.pk}.example'")  # fmt: skip
        owner.execute(
            "INSERT INTO accounts_membership (reseller_id, user_id, role, is_active, created_at)"
            " SELECT %s, id, 'sales_agent', true, now() FROM accounts_user WHERE email LIKE 'p%%@' || %s || '.example'",
            [ones["member"].reseller.pk, str(ones["member"].reseller.pk)],
        )

    @property
    def places(self):
        """What stands for what in an address."""
        ones = self.ones
        return {
            "file": f"/organizations/imports/{ones['file'].public_id}/",
            "group": f"/groups/{ones['group'].public_id}/",
            "hook": f"/settings/webhooks/{ones['endpoint'].public_id}/",
            "person": ones["member"].user.public_id,
            "nobody": uuid.uuid4(),
            "subject": ones["event"].subject_id,
        }

    def statements(self, address):
        client = Client()
        client.force_login(self.ones["member"].user)
        assert client.get(address).status_code == 200
        answer, sent = asked(lambda: client.get(address))
        reads = [sql for sql in sent if sql.startswith("SELECT") and "set_config" not in sql]
        with acting_for(self.northwind.pk):
            return answer, [explained(sql) for sql in reads if " FOR " not in sql], len(reads)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with filled(World, django_db_blocker) as found:
        yield found


@pytest.fixture(autouse=True)
def _in_proportion(monkeypatch):
    monkeypatch.setattr(pages, "COUNTED", COUNTED)
    monkeypatch.setattr(pages, "WALKED", WALKED)


# A page, its count, and what the menu counts.
LITTLE = COUNTED * 2 + 200
EVERYBODY = FEW * 3 + 200  # people are sorted by their names, and offered as filters
GROUP = COUNTED * 6 + 200
HISTORY = SOME * 2 + 200
OPEN_TENANTS = COUNT // 2
# Per address, how many rows and index entries one statement may look at; docs/scale.md says what is more than a page.
LISTS = {
    "/organizations/": LITTLE,
    "/organizations/exports/": LITTLE,
    "/organizations/imports/": HISTORY,
    "/organizations/imports/?search=old+4711": HISTORY,
    "/organizations/imports/?state=failed": HISTORY,
    "/organizations/imports/?state=undone": HISTORY,
    "/organizations/imports/?person={person}": HISTORY,
    "/organizations/imports/?door=grid": HISTORY,
    "/organizations/imports/?door=api": HISTORY,
    "{file}": LITTLE,
    "{file}?after=40000": LITTLE,
    "{file}?rows=valid": LITTLE,
    "{file}?rows=invalid": LITTLE,
    "{file}?rows=update": LITTLE,
    "{file}?rows=warned": LITTLE,
    "{file}?field=name&code=mandatory": LITTLE,
    "/groups/": LITTLE,
    "/groups/?search=Group+77": LITTLE,
    "{group}": GROUP,
    "{group}members/": LITTLE,
    "{group}members/?show=others": LITTLE,
    "{group}members/?show=members": GROUP,
    "{group}members/?search=customer-4711.": LITTLE,
    "/administrators/": EVERYBODY,
    "/administrators/?search=Person+77": EVERYBODY,
    "/administrators/?state=deactivated": EVERYBODY,
    "/administrators/?state=removed": EVERYBODY,
    "/csp/": COUNT * 1.1,
    "/csp/tenants/": OPEN_TENANTS,
    "/csp/tenants/?state=suggested": OPEN_TENANTS,
    "/csp/tenants/?state=unlinked": OPEN_TENANTS,
    "/csp/tenants/?state=ignored": OPEN_TENANTS,
    "/csp/tenants/?state=ended": OPEN_TENANTS,
    "/csp/tenants/?state=linked": OPEN_TENANTS,
    "/csp/tenants/?search=tenant+4711": COUNT * 1.1,
    "/csp/tenants/?search=tenant": OPEN_TENANTS,
    "/events/": EVERYBODY,
    "/events/?kind=organization.archived": EVERYBODY,
    "/events/?kind=organization.created": COUNT * 1.1,
    "/events/?kind=group.created": EVERYBODY,
    "/events/?person={person}": EVERYBODY,
    "/events/?person={nobody}": COUNT * 2.1,
    "/events/?subject={subject}": EVERYBODY,
    "/events/?search=customer-4711.": EVERYBODY,
    "/events/?search=example": EVERYBODY,
    "/events/?from=2026-01-01&to=2026-01-02": EVERYBODY,
    "/will-not-be-billed/": COUNT,
    "/will-not-be-billed/?reason=tenants": COUNT,
    "/will-not-be-billed/?reason=no_start": COUNT,
    "/will-not-be-billed/?reason=later": COUNT,
    "/will-not-be-billed/?reason=no_number": COUNT,
    "{hook}": COUNT * 1.1,
    "{hook}?state=failed": COUNT * 1.1,
    "{hook}?state=waiting": COUNT * 1.1,
}
ASKS = 12
ASKS_ABOUT_ONE = 16  # the log of one record looks for it among everything that has events


@pytest.mark.parametrize("address", LISTS)
def test_a_list_asks_a_few_times_and_looks_at_little(world, address):
    _answer, plans, count = world.statements(address.format(**world.places))
    assert count <= (ASKS_ABOUT_ONE if "subject" in address else ASKS)
    for plan in plans:
        assert plan.touched <= LISTS[address], str(plan)


@pytest.mark.parametrize("address", ["/organizations/", "/groups/", "/administrators/", "/csp/tenants/"])
def test_a_page_of_a_hundred_asks_as_often_as_one_of_twenty_five(world, address):
    answer, _plans, count = world.statements(address)
    longer, _plans, of_hundred = world.statements(f"{address}?size=100")
    assert (len(answer.context["rows"]), len(longer.context["rows"])) == (25, 100)
    assert of_hundred <= count
