"""A tenant is told to be an organization's by the Microsoft ID that came with its file."""

import uuid

import pytest
from support.files import numbered, table, upload, work_on

from imports.tasks import create, read

pytestmark = pytest.mark.django_db


def finding(desk, tenant):
    """What is said of the tenant when somebody looks at the list."""
    desk.rows()
    return desk.now(tenant).finding


def hand_in(cast, *rows, **data):
    client = cast.sign_in()
    address = upload(client, table(*rows), **data).url
    work_on(cast, read)
    client.post(f"{address}start/")
    return work_on(cast, create)


def test_the_id_of_a_file_suggests_the_tenant_whatever_its_name_and_domain(cast, desk):
    tenant = desk.tenant(name="Nothing alike", domain="elsewhere.onmicrosoft.com")
    other = desk.tenant(name="Another", domain="another.onmicrosoft.com")
    assert finding(desk, tenant) != "suggested"
    hand_in(cast, numbered(1) | {"Microsoft ID": str(tenant.tenant_id).upper()}, numbered(2))
    assert finding(desk, tenant) == "suggested"
    (suggestion,) = desk.rows()["Nothing alike"]["suggestions"]
    assert (suggestion["name"], suggestion["code"]) == ("Customer 1 AB", "tenant_id")
    assert finding(desk, other) != "suggested"
    desk.act(tenant, "link-existing", organization=suggestion["id"])
    assert desk.now(tenant).organization.name == "Customer 1 AB"
    assert desk.now(other).organization is None


def test_an_id_that_comes_for_an_organization_without_any_other_change_is_heard_of(cast, desk):
    tenant = desk.tenant(name="Nothing alike", domain="elsewhere.onmicrosoft.com")
    hand_in(cast, numbered(1))
    assert finding(desk, tenant) != "suggested"
    hand_in(cast, numbered(1) | {"Tenant ID": str(tenant.tenant_id)}, mode="update")
    assert finding(desk, tenant) == "suggested"


def test_two_organizations_with_one_id_are_for_a_person_to_decide(cast, desk):
    tenant = desk.tenant(name="Nothing alike", domain="elsewhere.onmicrosoft.com")
    hand_in(cast, *[numbered(n) | {"Microsoft ID": str(tenant.tenant_id)} for n in (1, 2)])
    assert finding(desk, tenant) == "needs_decision"


def test_an_id_of_another_reseller_says_nothing_here(cast, desk):
    from accounts.tenancy import acting_for
    from imports.models import KnownTenant
    from organizations.models import Organization

    tenant = desk.tenant(name="Nothing alike", domain="elsewhere.onmicrosoft.com")
    with acting_for(cast.fabrikam.pk):
        (theirs,) = cast.create(cast.neighbours_admin, numbered(1))
        KnownTenant.objects.create(
            reseller=cast.fabrikam, organization=theirs, tenant_id=tenant.tenant_id, batch_id=uuid.uuid4()
        )
        assert Organization.objects.count() == 1
    assert finding(desk, tenant) != "suggested"
