"""Who sees which group."""

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import GROUP_BOUND, Permission, Role
from groups.access import get_groups, get_groups_by_public_id
from groups.models import Group


def names(groups):
    return [group.name for group in groups]


@pytest.mark.parametrize("role", Role)
def test_roles_that_are_bound_to_groups_see_their_own_and_others_all(at_northwind, role):
    expected = ["Nordics"] if role in GROUP_BOUND else ["DACH", "Nordics"]
    assert names(get_groups(at_northwind.act_as(role))) == expected


def test_nobody_sees_nothing(at_northwind):
    assert list(Group.objects.permitted(None, Permission.GROUPS_SEE)) == []


@pytest.mark.parametrize(("permission", "expected"), [(Permission.GROUPS_SEE, 1), (Permission.GROUPS_EDIT, 0)])
def test_a_permission_that_the_role_lacks_gives_nothing(at_northwind, permission, expected):
    assert Group.objects.permitted(at_northwind.act_as("sales_agent"), permission).count() == expected


def test_groups_are_found_by_public_id_among_those_one_sees(at_northwind):
    ids = [at_northwind.nordics.public_id, str(at_northwind.dach.public_id), at_northwind.abroad.public_id]
    assert names(get_groups_by_public_id(at_northwind.admin, ids)) == ["DACH", "Nordics"]
    assert names(get_groups_by_public_id(at_northwind.act_as("sales_agent"), ids)) == ["Nordics"]


def test_the_filter_by_reseller_does_not_lean_on_the_database(at_northwind):
    """The first wall holds without the second: the query names the reseller itself."""
    sql = str(get_groups(at_northwind.admin).query)
    assert f'"groups_group"."reseller_id" = {at_northwind.northwind.pk}' in sql


def test_a_name_is_taken_in_any_case(at_northwind):
    Group.objects.create(reseller=at_northwind.northwind, name="Baltics")
    with pytest.raises(IntegrityError, match="group_name_is_unique"), transaction.atomic():
        Group.objects.create(reseller=at_northwind.northwind, name="BALTICS")
