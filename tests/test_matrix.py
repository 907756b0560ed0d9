"""The contract's table of roles, measured cell by cell through pages and through the API, and compared with its words.

A letter is not read from the code: E is found where something was written, V where it was shown, a star where both
are so for the person's own group and not for another. Everything written is taken back.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from support.cast import customer
from support.files import table
from support.traces import read
from support.worlds import World

from accounts.models import ApiKey, Membership, Reseller
from accounts.roles import Role
from accounts.tenancy import acting_for
from csp_link.models import Connection, Tenant
from groups.models import Assignment, Group
from imports.models import Import
from organizations.models import GroupMembership, Organization

CONTRACT = {
    "organizations: see, export": "V V V* V* V* V*",
    "create by form": "E – E* – E* E*",
    "create by grid and file": "E – E* – E* –",
    "edit": "E – E* – E* E*",
    "approval settings": "E V E* V* V* V*",
    "archive and restore": "E – – – – –",
    "groups and their members": "E V V* V* V* V*",
    "Microsoft tenants: see, link, connection settings": "E V – – – –",
    "administrators, roles, group assignment": "E V – – – –",
    "API keys, reseller settings": "E – – – – –",
    "event log": "V V V* V* V* V*",
}
# What programs have no routes for.
ONLY_PAGES = {"administrators, roles, group assignment", "API keys, reseller settings"}
REFUSED = (403, 404, 409, 422)


@pytest.fixture
def world(db):
    return World("Quokka")


class Door:
    """What somebody can do through one kind of door; the methods answer whether they could."""

    def __init__(self, world, role):
        self.world, self.role = world, role

    def shows(self, text, *sends):
        """Whether every one of the answers holds the text, or none does."""
        return agreed([text in told(send) for send in sends])

    def writes(self, look, *sends):
        """Whether every one of the requests changed what is looked at, or none did and all were refused."""
        return agreed([self._writes(look, send) for send in sends])

    def _writes(self, look, send):
        with transaction.atomic():
            before, answer, after = self._look(look), send(), self._look(look)
            transaction.set_rollback(True)
        assert (before != after) == (answer.status_code < 400), (self.role, answer.status_code, read(answer))
        assert before != after or answer.status_code in REFUSED
        return before != after

    def _look(self, look):
        with acting_for(self.world.reseller.pk):
            return look()

    def thing(self, zone):
        return self.world.organizations[zone]

    def group(self, zone):
        return str(self.world.groups[zone].public_id)


def agreed(answers):
    assert len(set(answers)) == 1, f"doors of one kind disagree: {answers}"
    return answers[0]


def told(send):
    with transaction.atomic():
        text = read(send())
        transaction.set_rollback(True)
    return text


def count_organizations():
    return Organization.objects.count()


class Pages(Door):
    def get(self, path):
        return lambda: self.world.sign_in(self.role).get(f"/{path}")

    def post(self, path, body=None):
        return lambda: self.world.sign_in(self.role).post(f"/{path}", body or {})

    def see_organizations(self, zone):
        own = self.thing(zone)
        every = {"format": "csv", "scope": "all"}
        return self.shows(
            own.name,
            self.get(f"organizations/{own.public_id}/"),
            self.get("organizations/"),
            self.get(f"organizations/?search={own.customer_number}"),
            self.post("organizations/export/", every),
        )

    def edit_create_by_form(self, zone):
        return self.writes(
            count_organizations, self.post("organizations/new/", customer("Formed AB") | {"groups": self.group(zone)})
        )

    def edit_create_by_grid_and_file(self, zone):
        grid = customer("Gridded AB") | {"groups": self.group(zone)}
        file = {"file": SimpleUploadedFile("a.csv", table(customer("Filed AB")).encode()), "group": self.group(zone)}
        return self.writes(
            lambda: (count_organizations(), Import.objects.count()),
            self.post("organizations/create-multiple/rows/", grid),
            self.post("organizations/create-multiple/", file),
        )

    def _texts(self, zone, **changes):
        own = self.thing(zone)
        kept = {"name": own.name, "primary_domain": own.primary_domain, "notification_email": own.notification_email}
        return kept | {"city": own.city, "approval_limit": "4711.25", "version": str(own.version)} | changes

    def edit_edit(self, zone):
        own = self.thing(zone)
        bulk = {"action": "billing", "id": str(own.public_id), "billing_start_date": "01/02/2026", "confirmed": "yes"}
        look = Organization.objects.filter(pk=own.pk).values_list("version", flat=True).get
        edited = self.writes(look, self.post(f"organizations/{own.public_id}/edit/", self._texts(zone, city="Umeå")))
        with transaction.atomic():
            self.post("organizations/bulk/", bulk)()
            in_bulk = self._look(look) != own.version
            transaction.set_rollback(True)
        return agreed([edited, in_bulk])

    def see_approval(self, zone):
        return self.shows("4,711.25", self.get(f"organizations/{self.thing(zone).public_id}/"))

    def edit_approval(self, zone):
        """The form of who may edit but not this has no such field; what is posted all the same is not read."""
        own = self.thing(zone)
        look = Organization.objects.filter(pk=own.pk).values_list("approval_process", flat=True).get
        bulk = {"action": "approval", "id": str(own.public_id), "approval_process": "on", "confirmed": "yes"}
        sends = (
            self.post(f"organizations/{own.public_id}/edit/", self._texts(zone, approval_process="TRUE")),
            self.post("organizations/bulk/", bulk | {"approval_process": "TRUE"}),
        )
        changed = []
        for send in sends:
            with transaction.atomic():
                send()
                changed.append(self._look(look))
                transaction.set_rollback(True)
        return agreed(changed)

    def edit_archive(self, zone):
        own = self.thing(zone)
        return self.writes(
            Organization.objects.filter(pk=own.pk).values_list("archived_at", flat=True).get,
            self.post(f"organizations/{own.public_id}/archive/"),
        )

    def see_groups(self, zone):
        name = self.world.groups[zone].name
        return self.shows(name, self.get("groups/"), self.get(f"groups/{self.group(zone)}/"))

    def edit_groups(self, zone):
        own, group = str(self.thing(zone).public_id), self.world.groups[zone]
        return self.writes(
            lambda: (set(Group.objects.values_list("name")), GroupMembership.objects.count()),
            self.post(f"groups/{group.public_id}/edit/", {"name": "Renamed", "version": str(group.version)}),
            self.post(f"groups/{group.public_id}/members/", {"remove": own, "confirmed": "yes"}),
            self.post(f"groups/{group.public_id}/delete/"),
            self.post("groups/new/", {"name": "New group"}),
            self.post(f"organizations/{own}/groups/", {"groups": [], "had": self.group(zone), "confirmed": "yes"}),
        )

    def see_tenants(self, zone):
        return self.shows(self.world.tenants["far"].name, self.get("csp/tenants/"))

    def edit_tenants(self, zone):
        tenant = self.world.tenants["far"]
        linked = self.writes(
            Tenant.objects.filter(pk=tenant.pk).values_list("organization_id", flat=True).get,
            self.post(
                f"csp/tenants/{tenant.tenant_id}/link-existing/", {"organization": str(self.thing(zone).public_id)}
            ),
        )
        return agreed([linked, self.writes(Connection.objects.count, self.post("csp/connection/remove/"))])

    def see_people(self, zone):
        one = self.world.strangers[0]
        return self.shows(str(one.user), self.get("administrators/"), self.get(f"administrators/{one.user.public_id}/"))

    def edit_people(self, zone):
        member = self.world.strangers[0]
        one, near = f"administrators/{member.user.public_id}", self.world.groups["near"].public_id
        return self.writes(
            lambda: (
                Membership.objects.filter(pk=member.pk).values("role", "is_active", "removed_at").get(),
                Assignment.objects.filter(membership=member).count(),
            ),
            self.post(f"{one}/role/", {"role": "key_account_viewer", "was": "sales_agent"}),
            self.post(f"{one}/groups/", {"groups": str(near), "had": "", "confirmed": "yes"}),
            self.post(f"{one}/deactivate/"),
            self.post(f"{one}/remove/"),
        )

    def edit_settings(self, zone):
        key = {"name": "Made", "role": "view_only_admin", "scopes": "groups:read"}
        return self.writes(
            lambda: (ApiKey.objects.count(), Reseller.objects.values().get(pk=self.world.reseller.pk)),
            self.post("settings/api-keys/new/", key),
            self.post("settings/mandatory-columns/", {"field": "city"}),
            self.post("settings/security/", {"demanded": "on"}),
        )

    def see_events(self, zone):
        town = self.thing(zone).city
        return self.shows(town, self.get("events/"), self.post("events/export/"))


class Api(Door):
    def ask(self, method, path, body=None):
        return lambda: self.world.program(self.role).ask(method, path, body)

    def see_organizations(self, zone):
        own = self.thing(zone)
        return self.shows(own.name, self.ask("get", f"organizations/{own.public_id}"), self.ask("get", "organizations"))

    def edit_create_by_form(self, zone):
        return self.writes(
            count_organizations,
            self.ask("post", "organizations", customer("Posted AB") | {"groups": [self.group(zone)]}),
        )

    def edit_create_by_grid_and_file(self, zone):
        file = {"file": SimpleUploadedFile("a.csv", table(customer("Filed AB")).encode()), "groups": [self.group(zone)]}
        program = self.world.program(self.role)
        headers = {"Authorization": f"Bearer {program.secret}"}
        return self.writes(
            lambda: (count_organizations(), Import.objects.count()),
            self.ask("post", "organizations/bulk", {"rows": [customer("Many AB")], "groups": [self.group(zone)]}),
            lambda: program.client.post("/api/v1/imports", file, headers=headers),
        )

    def edit_edit(self, zone):
        own = self.thing(zone)
        return self.writes(
            Organization.objects.filter(pk=own.pk).values_list("city", flat=True).get,
            self.ask("patch", f"organizations/{own.public_id}", {"city": "Umeå"}),
        )

    def see_approval(self, zone):
        path = f"organizations/{self.thing(zone).public_id}"
        limit = self.ask("post", f"{path}/approval-check", {"amount": 1, "period": "year"})
        return self.shows("4711.25", self.ask("get", path), limit)

    def edit_approval(self, zone):
        own = self.thing(zone)
        return self.writes(
            Organization.objects.filter(pk=own.pk).values_list("approval_process", flat=True).get,
            self.ask("patch", f"organizations/{own.public_id}", {"approval_process": True}),
        )

    def edit_archive(self, zone):
        own = self.thing(zone)
        return self.writes(
            Organization.objects.filter(pk=own.pk).values_list("archived_at", flat=True).get,
            self.ask("delete", f"organizations/{own.public_id}"),
        )

    def see_groups(self, zone):
        name = self.world.groups[zone].name
        return self.shows(name, self.ask("get", "groups"), self.ask("get", f"groups/{self.group(zone)}"))

    def edit_groups(self, zone):
        own, group = self.thing(zone).public_id, f"groups/{self.group(zone)}"
        return self.writes(
            lambda: (set(Group.objects.values_list("name")), GroupMembership.objects.count()),
            self.ask("post", "groups", {"name": "Posted group"}),
            self.ask("patch", group, {"name": "Renamed"}),
            self.ask("delete", f"{group}/members/{own}"),
            self.ask("delete", group),
        )

    def see_tenants(self, zone):
        tenant = self.world.tenants["far"]
        return self.shows(tenant.name, self.ask("get", "tenants"), self.ask("get", f"tenants/{tenant.tenant_id}"))

    def edit_tenants(self, zone):
        tenant = self.world.tenants["far"]
        return self.writes(
            Tenant.objects.filter(pk=tenant.pk).values("organization_id", "ignored_at").get,
            self.ask("post", f"tenants/{tenant.tenant_id}/link", {"organization_id": str(self.thing(zone).public_id)}),
            self.ask("post", f"tenants/{tenant.tenant_id}/ignore", {"reason": "Ours"}),
        )

    def see_events(self, zone):
        return self.shows(self.thing(zone).city, self.ask("get", "events?limit=100"))


# The two doors' methods for each line: to see, and to edit; None where the line has no such letter.
LINES = {
    "organizations: see, export": ("see_organizations", None),
    "create by form": (None, "edit_create_by_form"),
    "create by grid and file": (None, "edit_create_by_grid_and_file"),
    "edit": (None, "edit_edit"),
    "approval settings": ("see_approval", "edit_approval"),
    "archive and restore": (None, "edit_archive"),
    "groups and their members": ("see_groups", "edit_groups"),
    "Microsoft tenants: see, link, connection settings": ("see_tenants", "edit_tenants"),
    "administrators, roles, group assignment": ("see_people", "edit_people"),
    "API keys, reseller settings": (None, "edit_settings"),
    "event log": ("see_events", None),
}


def letter(door, see, edit):
    """The cell as it is: what can be done with the own group's things, and a star unless it can with others' too."""
    for name, found in ((edit, "E"), (see, "V")):
        if name and getattr(door, name)("near"):
            return found if getattr(door, name)("far") else f"{found}*"
    return "–"


@pytest.mark.parametrize("doors", [Pages, Api])
def test_every_cell_of_the_contracts_table_is_as_it_says(world, doors, record_property):
    found = {}
    for line, (see, edit) in LINES.items():
        if doors is Api and not hasattr(Api, edit or see):
            continue
        found[line] = " ".join(letter(doors(world, role), see, edit) for role in Role)
        record_property("told", f"{doors.__name__:5} {line:50} {found[line]}")
    assert found == {line: cells for line, cells in CONTRACT.items() if line in found}
    assert set(CONTRACT) - set(found) == (set() if doors is Pages else ONLY_PAGES)
