"""The cast of the tests: two resellers, a person for every role at Northwind, and how they act and sign in.

Northwind's key account people look after *Nordics* and not after *DACH*; Fabrikam is the neighbour from whom nothing
may be seen.
"""

import pytest


class Cast:
    """Northwind's people by role, and Fabrikam's admin; `act_as` gives an actor, `sign_in` a browser."""

    def __init__(self):
        from accounts.models import Membership, Reseller, User
        from accounts.roles import GROUP_BOUND, Role
        from accounts.tenancy import acting_for
        from groups.models import Assignment, Group

        self.northwind = Reseller.objects.create(name="Northwind Cloud", country="SE", currency="SEK")
        self.fabrikam = Reseller.objects.create(name="Fabrikam Services", country="DE")
        self.members = {}
        with acting_for(self.northwind.pk):
            self.nordics = Group.objects.create(reseller=self.northwind, name="Nordics")
            self.dach = Group.objects.create(reseller=self.northwind, name="DACH")
            for role in Role:
                user = User.objects.create_user(f"{role}@northwind.example", name=str(role.label))
                member = Membership.objects.create(reseller=self.northwind, user=user, role=role)
                self.members[role] = member
                if role in GROUP_BOUND:
                    Assignment.objects.create(reseller=self.northwind, group=self.nordics, membership=member)
        user = User.objects.create_user("admin@fabrikam.example", name="Fabrikam's admin")
        self.neighbour = Membership.objects.create(reseller=self.fabrikam, user=user, role=Role.RESELLER_ADMIN)
        with acting_for(self.fabrikam.pk):
            self.abroad = Group.objects.create(reseller=self.fabrikam, name="Abroad")

    @property
    def admin(self):
        return self.act_as("reseller_admin")

    def act_as(self, role):
        """The actor of that role; to be called with the reseller entered."""
        from groups.access import actor_of

        return actor_of(self.members[role])

    @property
    def neighbours_admin(self):
        from groups.access import actor_of

        return actor_of(self.neighbour)

    def sign_in(self, role="reseller_admin"):
        """A test client in which the person of that role (or `neighbour`) is signed in."""
        from django.test import Client

        client = Client()
        client.force_login(self.neighbour.user if role == "neighbour" else self.members[role].user)
        return client

    def create(self, actor, *rows, groups=(), **values):
        """Organizations through the form's door; every row must be good."""
        from organizations.intake import create_organizations
        from organizations.models import Organization, Source

        rows = rows or (customer(**values),)
        ids = [group.public_id for group in groups]
        outcomes = create_organizations(actor, rows, source=Source.FORM, groups=ids)
        assert not [outcome.errors for outcome in outcomes if outcome.errors]
        found = {
            row.public_id: row for row in Organization.objects.filter(public_id__in=[o.public_id for o in outcomes])
        }
        return [found[outcome.public_id] for outcome in outcomes]


def customer(name="Adventure Works AB", **values):
    """The texts of a good row."""
    from django.utils.text import slugify

    domain = f"{slugify(name)}.example"
    return {"name": name, "primary_domain": domain, "notification_email": f"it@{domain}"} | values


@pytest.fixture
def cast(db):
    return Cast()


@pytest.fixture
def at_northwind(cast):
    """Inside Northwind, for tests that speak to verbs instead of pages."""
    from accounts.tenancy import acting_for

    with acting_for(cast.northwind.pk):
        yield cast
