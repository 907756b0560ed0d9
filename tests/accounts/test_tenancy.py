"""The database's own wall between resellers: what holds even if a view forgot everything."""

from contextlib import suppress
from datetime import date

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from support import database
from support.cast import customer

from accounts.models import ApiKey, Reseller, new_id
from accounts.roles import Permission, Role
from accounts.tenancy import APPEND_ONLY, OUTSIDE, SETTING, acting_for
from api.models import Answer
from csp_link.models import Assessment, AutoLink, Connection, StagedTenant, Sync, Tenant
from exports.models import Export
from groups.access import actor_of
from groups.models import Assignment
from imports.models import Import, ImportRow, KnownTenant, Portion, RememberedColumns, RowEdit, Undo, Verdict
from organizations.intake import create_organizations
from organizations.models import ListChoice, Organization, SavedView, Source, WrittenBatch
from people.models import Invitation
from portal.models import WeeklyMail
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db


def ask(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def tables():
    return {
        name
        for (name,) in ask(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    }


def protected():
    return {name for (name,) in ask("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")}


# What the database consists of


def test_every_table_has_a_policy_or_a_reason_to_have_none():
    assert tables() == protected() | set(OUTSIDE)


def test_no_table_has_both():
    assert protected() & set(OUTSIDE) == set()
    assert all(OUTSIDE.values())


def test_every_table_with_a_policy_names_the_reseller():
    columns = ask(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'reseller_id' AND is_nullable = 'NO'"
    )
    assert protected() <= {name for (name,) in columns}


def test_every_policy_is_the_one_policy_for_every_verb_in_both_directions():
    policies = ask("SELECT DISTINCT policyname, permissive, roles::text, cmd, qual = with_check, qual FROM pg_policies")
    assert [policy[:5] for policy in policies] == [("reseller", "PERMISSIVE", "{public}", "ALL", True)]
    assert SETTING in policies[0][5]


def test_row_level_security_is_enabled_but_not_forced_upon_the_owner():
    """Forced, it would silently empty the owner's data migrations and dumps."""
    flags = ask(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relrowsecurity OR relforcerowsecurity"
    )
    assert {name for name, enabled, forced in flags if enabled and not forced} == protected()


def test_the_app_role_is_bound_by_it():
    ((name, is_super, bypasses),) = ask(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    owned = ask("SELECT relname FROM pg_class WHERE pg_has_role(current_user, relowner, 'MEMBER')")
    assert (name, is_super, bypasses, owned) == ("cloudbroker_app", False, False, [])


def test_the_app_role_may_not_change_the_wall():
    for sql in (
        "ALTER TABLE organizations_organization DISABLE ROW LEVEL SECURITY",
        "DROP POLICY reseller ON organizations_organization",
        "CREATE TABLE loose (id int)",
        "SET ROLE cloudbroker_owner",
        "SET row_security = off; SELECT count(*) FROM organizations_organization",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            ask(sql)


def test_every_index_on_tenant_data_begins_with_the_reseller():
    """One reseller's reads stay in its part of the index, and the tables can be distributed by reseller."""
    indexes = ask(
        "SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, false)"
        " FROM pg_index WHERE NOT indisprimary"
    )
    mine = [(index, first) for table, index, first in indexes if table in protected()]
    assert len(mine) > 12
    assert [index for index, first in mine if first != "reseller_id"] == []


# Two resellers with a row in every table


@pytest.fixture
def world(cast):
    """Northwind and Fabrikam each have a row in every protected table."""
    fill(cast.northwind, cast.members[Role.RESELLER_ADMIN], cast.nordics)
    fill(cast.fabrikam, cast.neighbour, cast.abroad)
    return cast


def fill(reseller, membership, group):
    with acting_for(reseller.pk):
        loan = {"until": date.max, "lent_by": membership}
        Assignment.objects.create(reseller=reseller, group=group, membership=membership, **loan)
        Invitation.objects.create(reseller=reseller, email="x@y.example", name="X", role="x", invited_by=membership)
        rows = [customer("Shared Name AB")]
        create_organizations(actor_of(membership), rows, source=Source.FORM, groups=[group.public_id])
        Connection.objects.create(reseller=reseller, partner_id=new_id(), app_id=new_id())
        sync = Sync.objects.create(reseller=reseller, membership=membership)
        Tenant.objects.create(reseller=reseller, tenant_id=new_id(), name="Shared")
        Assessment.objects.create(reseller=reseller)
        StagedTenant.objects.create(reseller=reseller, sync=sync, tenant_id=new_id(), name="Shared")
        key = ApiKey.objects.create(reseller=reseller, made_by=membership, name="X", scopes=[], hash=str(reseller.pk))
        Answer.objects.create(reseller=reseller, key=key, name="x", asked="")
        AutoLink.objects.create(reseller=reseller, membership=membership, api_key=key)
        file = {"file_name": "a.csv", "file_size": 1, "sha256": "", "upload": "a.csv"}
        job = Import.objects.create(reseller=reseller, membership=membership, api_key=key, **file)
        Undo.objects.create(reseller=reseller, batch_id=new_id(), membership=membership, api_key=key, total=1)
        place = {"read_transaction": 0, "read_id": 0}
        endpoint = Endpoint.objects.create(
            reseller=reseller, made_by=membership, name="X", url="https://x.example/", kinds=[], **place
        )
        Delivery.objects.create(reseller=reseller, endpoint=endpoint, kind="x", message_id=new_id())
        Export.objects.create(reseller=reseller, membership=membership, format="csv")
        Portion.objects.create(reseller=reseller, batch=job, first=1, last=2)
        RowEdit.objects.create(reseller=reseller, batch=job, place=1, texts={})
        made = Organization.objects.permitted(actor_of(membership), Permission.ORGANIZATIONS_SEE).first()
        KnownTenant.objects.create(reseller=reseller, organization=made, tenant_id=new_id(), batch_id=new_id())
        WrittenBatch.objects.create(
            reseller=reseller, public_id=new_id(), membership=membership, api_key=key, source=Source.GRID
        )
        SavedView.objects.create(reseller=reseller, membership=membership, name="Shared")
        ListChoice.objects.create(reseller=reseller, membership=membership)
        WeeklyMail.objects.create(reseller=reseller, membership=membership, week=date.max)
        RememberedColumns.objects.create(reseller=reseller, membership=membership, headings="a", columns={})
        ImportRow.objects.create(
            reseller=reseller, batch=job, number=1, line=2, verdict=Verdict.VALID, public_id=new_id(), name="Shared"
        )


def resellers_in(table):
    return {reseller for (reseller,) in ask(f"SELECT DISTINCT reseller_id FROM {table}")}


def test_inside_a_reseller_every_table_shows_its_rows_and_no_others(world):
    seen = {}
    for reseller in (world.northwind, world.fabrikam):
        with acting_for(reseller.pk):
            seen[reseller] = {table: resellers_in(table) for table in protected()}
    assert seen == {
        reseller: {table: {reseller.pk} for table in protected()} for reseller in (world.northwind, world.fabrikam)
    }


def test_outside_a_reseller_the_same_tables_are_empty(world):
    assert [table for table in protected() if resellers_in(table)] == []


def test_an_empty_or_foolish_setting_shows_nothing(world):
    for setting in ("", "0", "-1", "99999999"):
        with transaction.atomic():
            ask("SELECT set_config(%s, %s, true)", SETTING, setting)
            assert [table for table in protected() if resellers_in(table)] == []


def copy_of_a_row(table):
    """An INSERT … SELECT of the reseller's own row, with the reseller as a parameter and fresh unique values."""
    fresh = {"public_id": "gen_random_uuid()", "id": "DEFAULT"}
    renamed = {"primary_domain", "name"}
    sql = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    columns = [column for (column,) in ask(sql, table) if column != "id"]
    values = [
        "%s" if column == "reseller_id" else fresh.get(column) or (f"{column} || 'x'" if column in renamed else column)
        for column in columns
    ]
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} LIMIT 1"


def test_a_row_for_another_reseller_is_refused_by_every_table(world):
    with acting_for(world.northwind.pk):
        for table in sorted(protected()):
            with pytest.raises(ProgrammingError, match="violates row-level security"), transaction.atomic():
                ask(copy_of_a_row(table), world.fabrikam.pk)


def test_the_same_row_for_the_own_reseller_gets_past_the_policy(world):
    """What refuses it above is the policy and not the row: here nothing or a unique key stops it."""
    with acting_for(world.northwind.pk):
        for table in sorted(protected()):
            with suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(copy_of_a_row(table), [world.northwind.pk])
                assert cursor.rowcount == 1


def test_no_row_can_be_given_away(world):
    with acting_for(world.northwind.pk):
        for table in sorted(protected() - APPEND_ONLY):
            with pytest.raises(ProgrammingError, match="violates row-level security"), transaction.atomic():
                ask(f"UPDATE {table} SET reseller_id = %s RETURNING 1", world.fabrikam.pk)


def test_another_resellers_rows_can_be_neither_changed_nor_deleted(world):
    with acting_for(world.northwind.pk):
        for table in sorted(protected() - APPEND_ONLY):
            assert (
                ask(
                    f"UPDATE {table} SET reseller_id = reseller_id WHERE reseller_id = %s RETURNING 1",
                    world.fabrikam.pk,
                )
                == []
            )
            assert ask(f"DELETE FROM {table} WHERE reseller_id = %s RETURNING 1", world.fabrikam.pk) == []
            assert len(ask(f"UPDATE {table} SET reseller_id = reseller_id RETURNING 1")) >= 1


# Links between rows

LINKS = {
    ("exports_export", "membership_id", "accounts_membership"),
    ("imports_undo", "membership_id", "accounts_membership"),
    ("imports_undo", "api_key_id", "accounts_apikey"),
    ("imports_import", "api_key_id", "accounts_apikey"),
    ("imports_knowntenant", "organization_id", "organizations_organization"),
    ("imports_rememberedcolumns", "membership_id", "accounts_membership"),
    ("imports_portion", "import_id", "imports_import"),
    ("imports_rowedit", "import_id", "imports_import"),
    ("api_answer", "key_id", "accounts_apikey"),
    ("csp_link_autolink", "api_key_id", "accounts_apikey"),
    ("csp_link_autolink", "membership_id", "accounts_membership"),
    ("csp_link_stagedtenant", "sync_id", "csp_link_sync"),
    ("csp_link_sync", "membership_id", "accounts_membership"),
    ("csp_link_tenant", "organization_id", "organizations_organization"),
    ("groups_assignment", "group_id", "groups_group"),
    ("groups_assignment", "lent_by_id", "accounts_membership"),
    ("groups_assignment", "membership_id", "accounts_membership"),
    ("imports_import", "membership_id", "accounts_membership"),
    ("imports_importrow", "import_id", "imports_import"),
    ("organizations_groupmembership", "group_id", "groups_group"),
    ("organizations_groupmembership", "organization_id", "organizations_organization"),
    ("organizations_writtenbatch", "membership_id", "accounts_membership"),
    ("organizations_writtenbatch", "api_key_id", "accounts_apikey"),
    ("organizations_listchoice", "membership_id", "accounts_membership"),
    ("organizations_savedview", "membership_id", "accounts_membership"),
    ("portal_weeklymail", "membership_id", "accounts_membership"),
    ("people_invitation", "invited_by_id", "accounts_membership"),
    ("webhooks_delivery", "endpoint_id", "webhooks_endpoint"),
    ("webhooks_endpoint", "made_by_id", "accounts_membership"),
}


# Links that are checked once a statement, by a trigger instead of a foreign key.
BY_STATEMENT = {("imports_importrow", "import_id", "imports_import")}


def links():
    """(table, column, target) of every foreign key from (reseller, column) to (reseller, id)."""
    return set(
        ask(
            "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]"
            " JOIN pg_attribute r ON r.attrelid = c.conrelid AND r.attnum = c.conkey[1] AND r.attname = 'reseller_id'"
            " JOIN pg_attribute s ON s.attrelid = c.confrelid AND s.attnum = c.confkey[1] AND s.attname = 'reseller_id'"
            " JOIN pg_attribute i ON i.attrelid = c.confrelid AND i.attnum = c.confkey[2] AND i.attname = 'id'"
            " WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"
        )
    )


def test_every_link_between_tenant_data_carries_the_reseller():
    wanted = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        if model._meta.db_table in protected()
        for field in model._meta.fields
        if field.is_relation
        and field.related_model._meta.db_table in protected() | {"accounts_apikey", "accounts_membership"}
    }
    assert links().isdisjoint(BY_STATEMENT)
    assert links() | BY_STATEMENT == wanted == LINKS


@pytest.mark.parametrize(("table", "column", "target"), sorted(LINKS))
def test_a_link_cannot_leave_the_reseller(world, table, column, target):
    ids = {}
    for reseller in (world.northwind, world.fabrikam):
        with acting_for(reseller.pk):
            ((ids[reseller],),) = ask(f"SELECT max(id) FROM {target} WHERE reseller_id = %s", reseller.pk)
    # A row that has such a link already, where there is one: another may not be allowed to have any.
    one = f"SELECT ctid FROM {table} ORDER BY {column} IS NULL, ctid DESC LIMIT 1"
    relink = f"UPDATE {table} SET {column} = %s WHERE ctid = ({one}) RETURNING 1"
    with acting_for(world.northwind.pk):
        with suppress(IntegrityError), transaction.atomic():  # the own one may be linked already, but exists
            assert ask(relink, ids[world.northwind]) == [(1,)]
        with pytest.raises(IntegrityError, match="violates foreign key constraint"), transaction.atomic():
            ask(relink, ids[world.fabrikam])
            ask("SET CONSTRAINTS ALL IMMEDIATE; SELECT 1")


def test_rows_cannot_be_staged_for_an_import_of_another_reseller(world):
    columns = [field.column for field in ImportRow._meta.local_concrete_fields if field.column != "import_id"]
    names = ", ".join(columns)
    copied = f"INSERT INTO imports_importrow (import_id, {names}) SELECT %s, {names} FROM imports_importrow RETURNING 1"
    with acting_for(world.fabrikam.pk):
        ((theirs,),) = ask("SELECT max(id) FROM imports_import")
    with acting_for(world.northwind.pk):
        for nobodys in (theirs, 10**6):
            with pytest.raises(IntegrityError, match="violates foreign key constraint"), transaction.atomic():
                ask(copied, nobodys)


def test_an_import_goes_with_its_rows(world):
    with acting_for(world.northwind.pk):
        ((own,),) = ask("SELECT max(import_id) FROM imports_importrow")
        ((rows,),) = ask("SELECT count(*) FROM imports_importrow WHERE import_id <> %s", own)
        assert ask("DELETE FROM imports_import WHERE id = %s RETURNING 1", own) == [(1,)]
        assert ask("SELECT count(*) FROM imports_importrow") == [(rows,)]


def test_a_tenant_cannot_be_found_for_a_reseller_that_does_not_exist(world):
    refused = pytest.raises(IntegrityError, match="violates foreign key constraint")
    with acting_for(10**6), refused, transaction.atomic():
        Tenant.objects.create(reseller_id=10**6, tenant_id=new_id(), name="Nobody's")


def test_a_reseller_whose_tenants_are_known_cannot_be_deleted():
    """Though whoever deletes it sees none of them."""
    reseller = Reseller.objects.create(name="Tailspin", country="SE", currency="SEK")
    with acting_for(reseller.pk):
        Tenant.objects.create(reseller=reseller, tenant_id=new_id(), name="Somebody's")
    with pytest.raises(IntegrityError, match="violates foreign key constraint"), transaction.atomic():
        ask("DELETE FROM accounts_reseller WHERE id = %s RETURNING 1", reseller.pk)


def test_a_membership_with_imports_cannot_be_deleted_under_them(world):
    with acting_for(world.northwind.pk), pytest.raises(IntegrityError), transaction.atomic():
        ask("DELETE FROM accounts_membership WHERE id = %s RETURNING 1", world.members[Role.RESELLER_ADMIN].pk)


# The event log


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("verb", ["UPDATE {} SET reseller_id = reseller_id RETURNING 1", "DELETE FROM {} RETURNING 1"])
def test_an_append_only_table_can_be_read_and_never_altered(world, table, verb):
    with acting_for(world.northwind.pk):
        assert resellers_in(table) == {world.northwind.pk}
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            ask(verb.format(table))


def test_the_app_role_may_not_rewrite_which_migrations_ran():
    assert ask("SELECT count(*) FROM django_migrations") > [(10,)]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ask("DELETE FROM django_migrations RETURNING 1")


# Entering and leaving


def entered():
    return ask("SELECT current_setting(%s, true)", SETTING)[0][0] or ""


@pytest.fixture
def two(cast):
    return cast.northwind.pk, cast.fabrikam.pk


def test_leaving_restores_who_was_entered_before(two):
    mine, theirs = two
    with acting_for(mine):
        with acting_for(theirs):
            assert entered() == str(theirs)
        assert entered() == str(mine)
        with acting_for(mine):
            pass
        assert entered() == str(mine)
    assert entered() == ""


def test_leaving_by_an_exception_restores_it_too(two):
    mine, theirs = two
    with acting_for(mine):
        with pytest.raises(ZeroDivisionError), acting_for(theirs):
            1 / 0  # noqa: B018
        assert entered() == str(mine)
    with pytest.raises(ZeroDivisionError), acting_for(mine):
        1 / 0  # noqa: B018
    assert entered() == ""


def test_leaving_after_an_error_of_the_database_restores_it_too(two):
    mine, theirs = two
    with acting_for(mine):
        with pytest.raises(ProgrammingError), acting_for(theirs):
            ask("SELECT * FROM no_such_table")
        assert entered() == str(mine)


def test_leaving_after_a_rollback_that_was_asked_for_restores_it_too(two):
    mine, theirs = two
    with acting_for(mine):
        with acting_for(theirs):
            transaction.set_rollback(True)
        assert entered() == str(mine)


def test_an_inner_savepoint_changes_nothing(two):
    """A setting made inside a savepoint outlives it: the trap that restoring by hand is for."""
    mine, theirs = two
    with acting_for(mine):
        with transaction.atomic():
            with acting_for(theirs):
                pass
            assert entered() == str(mine)
        with suppress(ZeroDivisionError), transaction.atomic():
            with acting_for(theirs):
                pass
            1 / 0  # noqa: B018
        assert entered() == str(mine)


@pytest.mark.django_db(transaction=True)
def test_the_setting_ends_with_its_transaction(two):
    mine, _ = two
    assert connection.in_atomic_block is False
    with acting_for(mine):
        assert entered() == str(mine)
    assert entered() == ""
    with pytest.raises(ZeroDivisionError), acting_for(mine):
        1 / 0  # noqa: B018
    assert entered() == ""


@pytest.mark.django_db(transaction=True)
def test_the_owner_sees_everybody(world):
    with psycopg.connect(database.cluster().url(connection.settings_dict["NAME"], "cloudbroker_owner")) as owner:
        for table in sorted(protected()):
            assert owner.execute(f"SELECT count(DISTINCT reseller_id) FROM {table}").fetchone() == (2,), table


def test_an_error_inside_leaves_the_connection_usable(two):
    mine, _ = two
    with suppress(ProgrammingError, InternalError), acting_for(mine):
        with suppress(ProgrammingError):
            ask("SELECT * FROM no_such_table")
        ask("SELECT 1")  # refused: the transaction is broken
    assert ask("SELECT 1") == [(1,)]
