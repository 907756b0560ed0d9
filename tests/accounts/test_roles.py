"""What each role may do, written a second time by hand: a slip in the table would open a door."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.roles import GROUP_BOUND, PERMISSIONS, TABLE, Permission, Role

SEES = {"organizations.see", "approval.see", "groups.see", "events.see"}
SEES_ALL = SEES | {"people.see", "tenants.see", "imports.see_all"}
WORKS = {"organizations.create", "organizations.edit"}
EXPECTED = {
    Role.RESELLER_ADMIN: set(Permission),
    Role.VIEW_ONLY_ADMIN: SEES_ALL,
    Role.KEY_ACCOUNT_MANAGER: SEES | WORKS | {"organizations.create_many", "approval.edit"},
    Role.KEY_ACCOUNT_VIEWER: SEES,
    Role.LIMITED_KEY_ACCOUNT_MANAGER: SEES | WORKS | {"organizations.create_many"},
    Role.SALES_AGENT: SEES | WORKS,
}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_this_and_nothing_more(role):
    assert {str(permission) for permission in PERMISSIONS[role]} == {str(permission) for permission in EXPECTED[role]}


def test_the_reseller_admin_may_do_everything_there_is():
    assert PERMISSIONS[Role.RESELLER_ADMIN] == set(Permission)


def test_every_line_of_the_table_has_a_letter_for_every_role():
    assert [len(line.levels) for line in TABLE] == [len(Role)] * len(TABLE)
    assert set("".join(line.levels for line in TABLE)) <= set("EV–")


def test_every_permission_is_on_exactly_one_line():
    listed = [permission for line in TABLE for permission in (*line.see, *line.edit)]
    assert sorted(listed) == sorted(Permission)


def test_permissions_are_alphabetical():
    assert [permission.name for permission in Permission] == sorted(permission.name for permission in Permission)


def test_four_roles_are_bound_to_groups():
    assert set(Role) - GROUP_BOUND == {Role.RESELLER_ADMIN, Role.VIEW_ONLY_ADMIN}


def test_an_actor_without_the_permission_is_refused_and_one_with_it_is_not(at_northwind):
    at_northwind.act_as("sales_agent").require(Permission.ORGANIZATIONS_CREATE)
    with pytest.raises(PermissionDenied):
        at_northwind.act_as("sales_agent").require(Permission.ORGANIZATIONS_CREATE_MANY)


@pytest.mark.parametrize("what", ["user", "membership"])
def test_who_was_deactivated_may_do_nothing(at_northwind, what):
    member = at_northwind.members[Role.RESELLER_ADMIN]
    assert at_northwind.admin.permissions == set(Permission)
    (member.user if what == "user" else member).is_active = False
    assert at_northwind.admin.permissions == set()
