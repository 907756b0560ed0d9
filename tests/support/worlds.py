"""Two resellers full of things with unmistakable names, a person of every kind at each, and who may see which name.

Who may see what is written here from the product's contract and not from the code that it is to be held against.
"""

import uuid
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Reseller, User
from accounts.roles import GROUP_BOUND, Role
from accounts.tenancy import acting_for
from api.keys import Wanted, make_key, make_key_for
from csp_link.auto_linking import prepare
from csp_link.connecting import set_connection
from csp_link.models import Tenant
from csp_link.syncing import refresh
from exports.making import start_export
from exports.tasks import make
from groups.access import actor_of
from groups.models import Assignment, Group
from imports.models import Import
from imports.tasks import create, read
from organizations.bulk import get_selection
from organizations.changes import change_organization
from organizations.intake import create_organizations
from organizations.members import add_members
from organizations.models import Organization, Source
from organizations.saved_views import save_view
from people.access import get_invitations
from people.inviting import Draft, invite_people
from support.cast import customer
from support.connections import wanted
from support.files import table, upload
from support.programs import EVERYTHING, Program
from support.webhooks import wanted as webhook
from webhooks.endpoints import make_endpoint

ADMIN, MANAGER = "reseller_admin", "key_account_manager"
UNBOUND = {ADMIN, "view_only_admin"}
BOUND = {MANAGER, "key_account_viewer", "limited_key_account_manager", "sales_agent"}
# Beside the six roles: a manager who was given no group yet, and one whose place was taken away.
GROUPLESS, LEFT = "groupless", "left"
VIEWERS = (*(role.value for role in Role), GROUPLESS, LEFT)
# Who may read what, in the words of the contract's table.
AUDIENCES = {
    "reseller": UNBOUND | BOUND | {GROUPLESS},
    "near": UNBOUND | BOUND,  # in a group that the bound people look after
    "far": UNBOUND,  # in another group, or in none
    "people": UNBOUND,
    "tenants": UNBOUND,
    "manager": UNBOUND | {MANAGER},  # an import of the manager's
    "admin": UNBOUND,
    "private": {ADMIN},  # a view of the list that is the admin's own
    "logged": UNBOUND,  # keys and exports: the event log of the whole reseller names them
}


@dataclass(frozen=True)
class Secret:
    """A text that answers may hold for its audience at its reseller, and for nobody else."""

    text: str
    audience: str
    is_name: bool  # names must be found by who may see them; ids and addresses may also be nowhere

    def may_be_read_by(self, viewer):
        return viewer in AUDIENCES[self.audience]


class World:
    """One reseller; `word` is in every name."""

    def __init__(self, word):
        self.word, self.secrets, self.people, self.keys = word, [], {}, {}
        self.reseller = Reseller.objects.create(name=self.name("reseller", "Reseller"), country="SE", currency="SEK")
        self.id("reseller", self.reseller)
        with acting_for(self.reseller.pk):
            self.groups = {zone: self.group(zone) for zone in ("near", "far")}
            for viewer in VIEWERS:
                self.people[viewer], self.keys[viewer] = self.person(viewer)
            self.strangers = [self.stranger(number) for number in ("One", "Two")]
            self.removed = self.stranger("Removed")
            gone = {"is_active": False, "removed_at": timezone.now()}
            Membership.objects.filter(pk=self.removed.pk).update(**gone)
            Assignment.objects.filter(membership=self.removed).delete()
            self.organizations = {zone: self.organization(zone) for zone in ("near", "far")}
            self.tenants = {"near": self.tenant("near", "Linked"), "far": self.tenant("tenants", "Loose")}
            self.invitation = self.invited()
            set_connection(
                self.admin, wanted(mode="app_only", partner_id=self.new("tenants"), app_id=self.new("tenants"))
            )
            self.sync, self.auto, self.key = refresh(self.admin), prepare(self.admin), self.api_key()
            self.hook = self.webhook()
            self.view, self.private = self.saved_view("reseller", shared=True), self.saved_view("private")
            self.exports = [self.export("csv"), self.export("json")]
        make(self.reseller.pk, self.exports[1].pk)
        self.imports = {"near": self.imported(MANAGER, "near"), "far": self.imported(ADMIN, "far")}
        self.grids = {"near": self.grid(MANAGER, "near"), "far": self.grid(ADMIN, "far")}
        self.done = {"near": self.finished(MANAGER, "near"), "far": self.finished(ADMIN, "far")}

    # Texts that give something away

    def name(self, audience, what):
        text = f"{what} {self.word} {audience.title()}"
        self.secrets.append(Secret(text, audience, is_name=True))
        return text

    def handle(self, audience, text):
        """A text by which something is looked for: it is forgiven to answers to a request that held it."""
        self.secrets.append(Secret(text, audience, is_name=False))
        return text

    def new(self, audience):
        return uuid.UUID(self.handle(audience, str(uuid.uuid4())))

    def id(self, audience, thing):
        self.handle(audience, str(thing.public_id))
        return thing

    # People

    @property
    def admin(self):
        return actor_of(self.people[ADMIN])

    def person(self, viewer):
        role = Role(viewer) if viewer in Role.values else Role.KEY_ACCOUNT_MANAGER
        user = User.objects.create_user(f"{viewer}@{self.word.lower()}.example", name=f"Somebody called {viewer}")
        member = Membership.objects.create(reseller=self.reseller, user=user, role=role)
        groups = (self.groups["near"],) if role in GROUP_BOUND and viewer != GROUPLESS else ()
        for group in groups:
            Assignment.objects.create(reseller=self.reseller, group=group, membership=member)
        bound = groups if role in GROUP_BOUND else None
        _, secret = make_key_for(actor_of(member), Wanted(f"Key of {viewer}", role, EVERYTHING, bound))
        if viewer == LEFT:
            Membership.objects.filter(pk=member.pk).update(is_active=False)
        return member, secret

    def stranger(self, number):
        """Somebody who has done nothing that others might read of."""
        email = self.handle("people", f"stranger-{number.lower()}@{self.word.lower()}.example")
        user = self.id("people", User.objects.create_user(email, name=self.name("people", f"Stranger {number}")))
        member = Membership.objects.create(reseller=self.reseller, user=user, role=Role.SALES_AGENT)
        Assignment.objects.create(reseller=self.reseller, group=self.groups["far"], membership=member)
        loan = {"until": date.max, "lent_by": member}
        Assignment.objects.create(reseller=self.reseller, group=self.groups["far"], membership=member, **loan)
        return member

    def invited(self):
        email = self.handle("people", f"invited@{self.word.lower()}.example")
        draft = Draft(self.name("people", "Invited"), email, "sales_agent", (str(self.groups["far"].public_id),))
        invite_people(self.admin, [draft])
        (invitation,) = get_invitations(self.admin)
        return self.id("people", invitation)

    def api_key(self):
        key, _ = make_key(self.admin, Wanted(self.name("logged", "Key"), Role.RESELLER_ADMIN, EVERYTHING))
        self.handle("logged", key.shown)
        return self.id("logged", key)

    def webhook(self):
        url = self.handle("logged", f"https://erp.{self.word.lower()}.example/hook")
        hook, _ = make_endpoint(self.admin, webhook(url, name=self.handle("logged", f"Hook {self.word}")))
        return self.id("logged", hook)

    def saved_view(self, audience, **options):
        """One that narrows by a group which bound readers don't know."""
        asked = {"group": str(self.groups["far"].public_id)}
        return self.id(audience, save_view(self.admin, self.name(audience, "View"), asked, [], **options))

    # Things

    def group(self, zone):
        group = Group.objects.create(
            reseller=self.reseller, name=self.name(zone, "Group"), description=self.name(zone, "Description")
        )
        return self.id(zone, group)

    def texts(self, zone, what):
        domain = self.handle(zone, f"{what}-{zone}-{self.word}.example".lower())
        return customer(
            self.name(zone, what.title()),
            primary_domain=domain,
            notification_email=f"it@{domain}",
            customer_number=self.handle(zone, f"{self.word[:3]}-{zone}-{what}".upper()),
            city=self.name(zone, f"{what.title()}ville"),
            contact_name=self.name(zone, f"{what.title()} Contact"),
        )

    def organization(self, zone):
        """A customer with a past: the log holds a city that the record no longer has."""
        texts = self.texts(zone, "customer") | {"approval_limit": "4711.25"}
        groups = [self.groups[zone].public_id]
        (outcome,) = create_organizations(self.admin, [texts], source=Source.FORM, groups=groups)
        found = Organization.objects.get(public_id=outcome.public_id)
        change_organization(self.admin, found, {"city": self.name(zone, "Newville")}, version=found.version)
        if zone == "near":  # in the other group as well, which those who see it through this one don't know
            add_members(self.admin, self.groups["far"], Organization.objects.filter(pk=found.pk))
        return self.id(zone, Organization.objects.get(pk=found.pk))

    def tenant(self, audience, what):
        organization = self.organizations.get(audience)
        name = self.name(audience, f"{what} Tenant")
        domain = self.handle(audience, f"{what}-{self.word}.onmicrosoft.example".lower())
        # The list of organizations says that there is one; which it is, is on the record's page.
        return Tenant.objects.create(
            reseller=self.reseller,
            tenant_id=self.new(audience),
            name=name,
            domain=domain,
            organization=organization,
            sort_name=name.lower(),
            search_text=f"{name.lower()} {domain}",
        )

    def export(self, kind):
        return self.id("logged", start_export(self.admin, get_selection(self.admin, QueryDict("scope=all")), kind))

    def imported(self, viewer, zone, what="row"):
        """A file that waits to be started: one good row, and one that meets the organization of the zone."""
        audience = "manager" if viewer == MANAGER else "admin"
        good = self.texts(audience, what)
        name = self.handle(audience, f"{what}-{self.word}-{viewer}.csv".lower())
        meets = customer(self.name(audience, f"{what.title()} Clash"), primary_domain=self.domain(zone))
        group = [str(self.groups[zone].public_id)]
        upload(self.sign_in(viewer), table(good, meets), name=name, group=group)
        with acting_for(self.reseller.pk):
            job = Import.objects.latest("id")
        read(self.reseller.pk, job.pk)
        return self.id(audience, job)

    def finished(self, viewer, zone):
        """An import that has created an organization, which is its group's matter from then on."""
        before = len(self.secrets)
        job = self.imported(viewer, zone, "made")
        self.sign_in(viewer).post(f"/organizations/imports/{job.public_id}/start/")
        create(self.reseller.pk, job.pk)
        made = [secret for secret in self.secrets[before:] if not is_only_in_the_file(secret.text, job)]
        self.secrets = [secret for secret in self.secrets if secret not in made]
        self.secrets += [Secret(secret.text, zone, secret.is_name) for secret in made]
        return job

    def grid(self, viewer, zone):
        """The batch of a grid, by its address."""
        sent = self.texts(zone, "gridded") | {"groups": str(self.groups[zone].public_id)}
        answer = self.sign_in(viewer).post("/organizations/create-multiple/rows/", sent)
        return answer.url.split("/")[-2]

    # How things are addressed, and who asks

    def domain(self, zone):
        return self.organizations[zone].primary_domain

    def addresses(self, zone):
        """What the placeholders of the tables of addresses mean when somebody asks for the things of a zone."""
        found = {"own": self.organizations[zone], "dach": self.organizations[zone]}
        found |= {"nordics": self.groups[zone], "its_dach": self.groups[zone], "job": self.imports[zone]}
        found |= {"done": self.done[zone], "invited": self.invitation, "reseller": self.reseller, "key": self.key}
        found |= {"reading": self.sync, "auto": self.auto, "export": self.exports[0], "made": self.exports[1]}
        one, two = (stranger.user for stranger in self.strangers)
        found |= {"person": one, "me": one, "other": two}
        found |= {"removed": self.removed.user, "hook": self.hook, "view": self.view, "private": self.private}
        given = {"token": "nonsense", "grid": self.grids[zone], "tenant": self.tenants[zone].tenant_id}
        given |= {"domain": self.domain(zone), "number": self.organizations[zone].customer_number}
        given |= {"email": one.email, "invited_email": self.invitation.email, "group_name": self.groups[zone].name}
        return {name: thing.public_id for name, thing in found.items()} | given

    def sign_in(self, viewer):
        client = Client(raise_request_exception=False)
        client.force_login(self.people[viewer].user)
        return client

    def program(self, viewer):
        """A program with a key of the person's, with every scope and the person's role and groups."""
        return Program(self.keys[viewer])


def is_only_in_the_file(text, job):
    """The import's own id is not: it is the batch in the events of what was created."""
    return "Clash" in text or text == job.file_name
