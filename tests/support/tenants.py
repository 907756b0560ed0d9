"""Northwind's tenants as a person works on them."""

import uuid

from django.utils import timezone

from accounts.tenancy import acting_for
from csp_link.models import Tenant
from events.models import Event
from organizations.models import Organization
from support.cast import customer

LIST = "/csp/tenants/"
FULL = {"name": "Kreta Data AB", "primary_domain": "kreta.example", "notification_email": "it@kreta.example"}


class Desk:
    """Northwind's tenants as a person works on them."""

    def __init__(self, cast):
        self.cast, self.browser = cast, cast.sign_in()

    def tenant(self, name="Kreta Data AB", domain="kreta.example", profile=None, **values):
        known = {"profile": profile, "profile_at": timezone.now()} if profile is not None else {}
        search = f"{name.lower()}\n{domain}"
        with acting_for(self.cast.northwind.pk):
            return Tenant.objects.create(
                reseller=self.cast.northwind,
                tenant_id=uuid.uuid4(),
                name=name,
                domain=domain,
                sort_name=name.lower(),
                search_text=search,
                **known | values,
            )

    def organization(self, name="Kreta Data", **values):
        with acting_for(self.cast.northwind.pk):
            return self.cast.create(self.cast.admin, customer(name, **values))[0]

    def now(self, tenant):
        with acting_for(self.cast.northwind.pk):
            return Tenant.objects.select_related("organization").get(pk=tenant.pk)

    def rows(self, query=""):
        return {row["name"]: row for row in self.browser.get(LIST + query).context["rows"]}

    def act(self, tenant, verb, client=None, **posted):
        return (client or self.browser).post(f"{LIST}{tenant.tenant_id}/{verb}/", posted)

    @property
    def organizations(self):
        with acting_for(self.cast.northwind.pk):
            return {row.name: row for row in Organization.objects.all()}

    def events(self, kind):
        with acting_for(self.cast.northwind.pk):
            return list(Event.objects.filter(kind=kind))
