"""What a file says beside the fields: groups of new organizations by name, and Microsoft's id of a customer."""

import uuid

import pytest
from support.files import numbered, organizations, staged, table, upload, work_on

from accounts.tenancy import acting_for
from groups.models import Group
from imports.models import KnownTenant
from imports.tasks import create, read, undo_batch
from organizations.models import GroupMembership

pytestmark = pytest.mark.django_db
TENANT = "0195d0b0-1f7c-4f7e-9d3e-0123456789ab"
LIST = f"Microsoft ID,Company name,Primary domain name,Relationship\r\n{TENANT},Alfa AB,alfa.example,Cloud Reseller\r\n"


def check(cast, content, role="reseller_admin", **data):
    client = cast.sign_in(role)
    address = upload(client, content, **data).url
    return client, address, work_on(cast, read)


def run(cast, client, address):
    client.post(f"{address}start/")
    return work_on(cast, create)


def in_groups(cast):
    """The names of each organization's groups, by domain."""
    with acting_for(cast.northwind.pk):
        rows = GroupMembership.objects.values_list("organization__primary_domain", "group__name")
        found = {domain: set() for domain in organizations(cast)}
        for domain, name in rows:
            found[domain].add(name)
        return found


def known(cast):
    with acting_for(cast.northwind.pk):
        return {(row.organization.primary_domain, str(row.tenant_id)) for row in KnownTenant.objects.all()}


def with_groups(number, names):
    return numbered(number) | {"Organization groups": names}


def test_partner_centers_list_of_customers_is_read_and_its_ids_are_kept(cast):
    client, address, job = check(cast, LIST)
    assert (job.state, job.rows_invalid) == ("ready", 1)
    page = client.get(address).text
    assert "Notification email: missing" in page and "Fill in on all of them" in page
    fault = {"field": "notification_email", "code": "mandatory", "value": "", "text": "it@reseller.example"}
    client.post(f"{address}fix/", fault)
    assert run(cast, client, address).rows_created == 1
    assert organizations(cast)["alfa.example"].name == "Alfa AB"
    assert known(cast) == {("alfa.example", TENANT)}


def test_addresses_can_be_filled_in_for_the_whole_list(cast):
    client, address, _ = check(cast, LIST)
    settings = {"mode": "create", "blanks": "keep", "all_or_nothing": "valid", "notification_email": "it@r.example"}
    client.post(f"{address}options/", settings)
    work_on(cast, read)
    assert run(cast, client, address).rows_created == 1
    assert known(cast) == {("alfa.example", TENANT)}


def test_the_list_tells_the_ids_of_organizations_that_exist_and_changes_nothing_else(cast):
    with acting_for(cast.northwind.pk):
        (before,) = cast.create(cast.admin, numbered(1))
    text = f"Tenant ID;Primary domain\r\n{TENANT};customer-1.example\r\n"
    client, address, job = check(cast, text, mode="update")
    assert (job.rows_valid, job.rows_to_keep) == (1, 1)
    page = client.get(address).text
    assert "Create/Import Organizations (1)" in page
    assert run(cast, client, address).rows_unchanged == 1
    assert known(cast) == {("customer-1.example", TENANT)}
    assert organizations(cast)["customer-1.example"].version == before.version


@pytest.mark.parametrize("text", ["not-an-id", "1234", "urn:x", TENANT + "0", "🏢"])
def test_what_is_no_microsoft_id_is_an_error_that_can_be_repaired(cast, text):
    client, address, job = check(cast, table(numbered(1) | {"Microsoft ID": text}))
    assert job.rows_invalid == 1
    page = client.get(f"{address}?rows=invalid").text
    assert f"“{text}” is not the Microsoft ID of a customer" in page
    assert 'name="microsoft_id"' in client.get(f"{address}rows/1/").text
    client.post(f"{address}rows/1/", {"microsoft_id": f" {{{TENANT.upper()}}} "})
    assert work_on(cast).rows_valid == 1
    run(cast, client, address)
    assert known(cast) == {("customer-1.example", TENANT)}


def test_undoing_and_erasing_forget_the_id(cast):
    client, address, _ = check(cast, table(numbered(1) | {"Microsoft ID": TENANT}))
    job = run(cast, client, address)
    client.post(f"/organizations/undo/{job.public_id}/")
    from imports.models import Undo

    with acting_for(cast.northwind.pk):
        undo = Undo.objects.get()
    undo_batch(cast.northwind.pk, undo.pk)
    assert (organizations(cast), known(cast)) == ({}, set())


def test_an_id_of_an_update_is_forgotten_when_it_is_undone(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, numbered(1))
    row = numbered(1) | {"city": "Malmö", "Microsoft ID": TENANT}
    client, address, _ = check(cast, table(row), mode="update")
    job = run(cast, client, address)
    assert known(cast)
    client.post(f"/organizations/undo/{job.public_id}/")
    from imports.models import Undo

    with acting_for(cast.northwind.pk):
        undo = Undo.objects.get()
    undo_batch(cast.northwind.pk, undo.pk)
    assert (organizations(cast)["customer-1.example"].city, known(cast)) == ("", set())


def test_new_organizations_are_put_into_the_groups_that_their_rows_name(cast):
    with acting_for(cast.northwind.pk):
        Group.objects.create(reseller=cast.northwind, name='Food; "fresh"')
    rows = [
        with_groups(1, "Nordics"),
        with_groups(2, "nordics; DACH"),
        with_groups(3, ""),
        with_groups(4, '"Food; ""fresh"""'),
    ]
    client, address, job = check(cast, table(*rows))
    assert job.rows_valid == 4
    assert run(cast, client, address).rows_created == 4
    assert in_groups(cast) == {
        "customer-1.example": {"Nordics"},
        "customer-2.example": {"Nordics", "DACH"},
        "customer-3.example": set(),
        "customer-4.example": {'Food; "fresh"'},
    }
    assert all(row.version == 1 for row in organizations(cast).values()), "they can be undone"


def test_the_files_groups_and_the_rows_groups_add_up(cast):
    client, address, _ = check(cast, table(with_groups(1, "Nordics")), group=[str(cast.dach.public_id)])
    run(cast, client, address)
    assert in_groups(cast) == {"customer-1.example": {"Nordics", "DACH"}}


@pytest.mark.parametrize("mode", ["create", "update"])
def test_a_group_that_is_not_there_is_an_error_that_can_be_repaired_on_all_rows(cast, mode):
    client, address, job = check(cast, table(*[with_groups(n, "Nordisc") for n in (1, 2)]), mode=mode)
    assert job.rows_invalid == 2
    page = client.get(address).text
    assert "There is no organization group “Nordisc”" in page and "Organization groups: not right" in page
    fault = {"field": "organization_groups", "code": "group_name_unknown", "value": "Nordisc", "text": "Nordics"}
    client.post(f"{address}fix/", fault)
    assert run(cast, client, address).rows_created == 2
    assert set().union(*in_groups(cast).values()) == {"Nordics"}


def test_all_or_nothing_puts_rows_into_their_groups_too(cast):
    client, address, _ = check(cast, table(with_groups(1, "Nordics"), with_groups(2, "DACH")))
    client.post(f"{address}options/", {"mode": "update", "blanks": "keep", "all_or_nothing": "all"})
    work_on(cast, read)
    client.post(f"{address}start/")
    from imports.tasks import create_whole

    assert work_on(cast, create_whole).rows_created == 2
    assert in_groups(cast) == {"customer-1.example": {"Nordics"}, "customer-2.example": {"DACH"}}


def test_groups_count_for_new_organizations_only(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, numbered(1), groups=[cast.dach])
    client, address, job = check(cast, table(with_groups(1, "No such group"), with_groups(2, "Nordics")), mode="update")
    assert (job.rows_valid, job.rows_to_keep) == (2, 1)
    run(cast, client, address)
    assert in_groups(cast) == {"customer-1.example": {"DACH"}, "customer-2.example": {"Nordics"}}


def test_whoever_is_bound_to_groups_can_name_the_files_one_group_and_no_other(cast):
    with acting_for(cast.northwind.pk):
        from groups.models import Assignment

        member = cast.members["key_account_manager"]
        baltics = Group.objects.create(reseller=cast.northwind, name="Baltics")
        Assignment.objects.create(reseller=cast.northwind, group=baltics, membership=member)
    rows = [with_groups(1, "Nordics"), with_groups(2, ""), with_groups(3, "DACH"), with_groups(4, "Nordics;Baltics")]
    client, address, job = check(cast, table(*rows), role="key_account_manager", group=str(cast.nordics.public_id))
    assert {n: row.verdict for n, row in staged(cast, job).items()} == {
        1: "valid",
        2: "valid",
        3: "invalid",
        4: "invalid",
    }
    run(cast, client, address)
    assert in_groups(cast) == {"customer-1.example": {"Nordics"}, "customer-2.example": {"Nordics"}}


def test_a_group_that_went_away_after_the_check_is_left_out(cast):
    client, address, _ = check(cast, table(with_groups(1, "Nordics;DACH")))
    with acting_for(cast.northwind.pk):
        cast.dach.delete()
    assert run(cast, client, address).rows_created == 1
    assert in_groups(cast) == {"customer-1.example": {"Nordics"}}


def test_defaults_fill_rows_that_say_more_than_their_fields(cast):
    rows = [numbered(n) | {"Microsoft ID": str(uuid.uuid4()), "country": ""} for n in range(1, 4)]
    client, address, _ = check(cast, table(*rows))
    client.post(f"{address}options/", {"mode": "create", "blanks": "keep", "all_or_nothing": "valid", "country": "SE"})
    work_on(cast, read)
    run(cast, client, address)
    assert {row.country for row in organizations(cast).values()} == {"SE"}
    assert len(known(cast)) == 3
