"""Every route of the API × every kind of key in one table. A route that is not in it fails the suite."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from support.cast import customer
from support.connections import wanted as connection
from support.files import newest, table, upload, work_on
from support.programs import EVERYTHING, Program, program

from accounts.scopes import Scope
from accounts.tenancy import acting_for
from cloudbroker.api import document
from csp_link.auto_linking import prepare
from csp_link.connecting import set_connection
from csp_link.models import Tenant
from csp_link.syncing import refresh
from imports.tasks import create, read

# In the order of the columns below. Each key but the first two has every scope; `bound` is a Reseller Admin's for DACH.
KEYS = (
    "none",
    "wrong",
    "reseller_admin",
    "view_only_admin",
    "key_account_manager",
    "key_account_viewer",
    "limited_key_account_manager",
    "sales_agent",
    "bound",
    "neighbour",
)
GROUPED = {"groups": ["{nordics}"]}
NEW = customer("New AB") | GROUPED
# Path, method, scope, body, and the status for each of KEYS. {own}: an organization of Nordics, {dach}: of DACH;
# {job}: an import of the Reseller Admin's that is ready, {done}: one that is done; {nordics}, {its_dach}: the groups;
# {tenant}: one that is open, {reading}: of their list, {auto}: a preview of Auto create and link that is being made.
TABLE = [
    ("organizations", "get", "organizations:read", None, (401, 401, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("organizations", "post", "organizations:write", NEW, (401, 401, 201, 403, 201, 403, 201, 201, 422, 422)),
    ("organizations/{own}", "get", "organizations:read", None, (401, 401, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("organizations/{dach}", "get", "organizations:read", None, (401, 401, 200, 200, 404, 404, 404, 404, 200, 404)),
    (
        "organizations/{own}",
        "patch",
        "organizations:write",
        {"city": "Umeå"},
        (401, 401, 200, 403, 200, 403, 200, 200, 404, 404),
    ),
    (
        "organizations/{dach}",
        "patch",
        "organizations:write",
        {"city": "Umeå"},
        (401, 401, 200, 403, 404, 404, 404, 404, 200, 404),
    ),
    ("organizations/{dach}", "delete", "organizations:write", None, (401, 401, 204, 403, 404, 404, 404, 404, 204, 404)),
    (
        "organizations/{dach}/restore",
        "post",
        "organizations:write",
        None,
        (401, 401, 200, 403, 404, 404, 404, 404, 200, 404),
    ),
    (
        "organizations/by-customer-number/7",
        "put",
        "organizations:write",
        customer("Seven AB") | GROUPED,
        (401, 401, 201, 403, 201, 403, 201, 201, 422, 422),
    ),
    (
        "organizations/bulk",
        "post",
        "organizations:write",
        {"rows": [customer("Many AB")]} | GROUPED,
        (401, 401, 200, 403, 200, 403, 200, 403, 422, 422),
    ),
    (
        "organizations/{own}/approval-check",
        "post",
        "organizations:read",
        {"amount": 1, "period": "month"},
        (401, 401, 200, 200, 200, 200, 200, 200, 404, 404),
    ),
    (
        "organizations/{own}/billing-eligibility",
        "get",
        "organizations:read",
        None,
        (401, 401, 200, 200, 200, 200, 200, 200, 404, 404),
    ),
    ("groups", "get", "groups:read", None, (401, 401, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("groups", "post", "groups:write", {"name": "Benelux"}, (401, 401, 201, 403, 403, 403, 403, 403, 201, 201)),
    ("groups/{nordics}", "get", "groups:read", None, (401, 401, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("groups/{its_dach}", "patch", "groups:write", {"name": "D"}, (401, 401, 200, 403, 404, 404, 404, 404, 200, 404)),
    ("groups/{nordics}/members/{own}", "put", "groups:write", None, (401, 401, 204, 403, 403, 403, 403, 403, 404, 404)),
    (
        "groups/{nordics}/members/{own}",
        "delete",
        "groups:write",
        None,
        (401, 401, 204, 403, 403, 403, 403, 403, 404, 404),
    ),
    (
        "groups/{its_dach}/members/{dach}",
        "put",
        "groups:write",
        None,
        (401, 401, 204, 403, 404, 404, 404, 404, 204, 404),
    ),
    ("groups/{its_dach}", "delete", "groups:write", None, (401, 401, 204, 403, 404, 404, 404, 404, 204, 404)),
    ("imports", "get", "imports:read", None, (401, 401, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("imports", "post", "imports:write", "file", (401, 401, 201, 403, 201, 403, 201, 403, 422, 422)),
    ("imports/{job}", "get", "imports:read", None, (401, 401, 200, 200, 404, 404, 404, 404, 404, 404)),
    ("imports/{job}/rows", "get", "imports:read", None, (401, 401, 200, 200, 404, 404, 404, 404, 404, 404)),
    (
        "imports/{job}/rows/1",
        "patch",
        "imports:write",
        {"city": "Umeå"},
        (401, 401, 200, 403, 404, 404, 404, 404, 404, 404),
    ),
    (
        "imports/{job}/rows/99",
        "patch",
        "imports:write",
        {"city": "Umeå"},
        (401, 401, 404, 403, 404, 404, 404, 404, 404, 404),
    ),
    ("imports/{job}/start", "post", "imports:write", None, (401, 401, 200, 403, 404, 404, 404, 404, 404, 404)),
    ("imports/{job}", "patch", "imports:write", {"delimiter": ","}, (401, 401, 409, 403, 404, 404, 404, 404, 404, 404)),
    ("imports/{job}/cancel", "post", "imports:write", None, (401, 401, 200, 403, 404, 404, 404, 404, 404, 404)),
    ("imports/{job}/undo", "post", "imports:write", None, (401, 401, 404, 404, 404, 404, 404, 404, 404, 404)),
    ("imports/{done}/undo", "post", "imports:write", None, (401, 401, 202, 403, 404, 404, 404, 404, 404, 404)),
    ("batches/{done}/undo", "post", "imports:write", None, (401, 401, 202, 403, 404, 404, 404, 404, 404, 404)),
    ("batches/{done}/undo", "get", "imports:write", None, (401, 401, 200, 403, 404, 404, 404, 404, 404, 404)),
    ("tenants", "get", "tenants:read", None, (401, 401, 200, 200, 403, 403, 403, 403, 403, 200)),
    ("tenants/{tenant}", "get", "tenants:read", None, (401, 401, 200, 200, 404, 404, 404, 404, 404, 404)),
    (
        "tenants/{tenant}/link",
        "post",
        "tenants:write",
        {"organization_id": "{own}"},
        (401, 401, 200, 403, 404, 404, 404, 404, 404, 404),
    ),
    (
        "tenants/{tenant}/unlink",
        "post",
        "tenants:write",
        {"reason": "Wrong"},
        (401, 401, 200, 403, 404, 404, 404, 404, 404, 404),
    ),
    (
        "tenants/{tenant}/ignore",
        "post",
        "tenants:write",
        {"reason": "Ours"},
        (401, 401, 200, 403, 404, 404, 404, 404, 404, 404),
    ),
    ("tenants/sync", "post", "tenants:write", None, (401, 401, 202, 403, 403, 403, 403, 403, 403, 409)),
    ("tenants/syncs/{reading}", "get", "tenants:read", None, (401, 401, 200, 200, 404, 404, 404, 404, 404, 404)),
    ("tenants/auto-link/preview", "post", "tenants:write", None, (401, 401, 202, 403, 403, 403, 403, 403, 403, 202)),
    (
        "tenants/auto-link",
        "post",
        "tenants:write",
        {"id": "{auto}"},
        (401, 401, 409, 403, 404, 404, 404, 404, 404, 404),
    ),
    ("tenants/auto-links/{auto}", "get", "tenants:read", None, (401, 401, 200, 200, 404, 404, 404, 404, 404, 404)),
    ("events", "get", "events:read", None, (401, 401, 200, 200, 200, 200, 200, 200, 200, 200)),
]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def ids(cast):
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, name="Own AB", groups=[cast.nordics])
        (dach,) = cast.create(cast.admin, name="Dach GmbH", groups=[cast.dach])
        found = {"own": own, "dach": dach, "nordics": cast.nordics, "its_dach": cast.dach}
        set_connection(cast.admin, connection(mode="app_only"))
        found |= {"reading": refresh(cast.admin), "auto": prepare(cast.admin)}
        tenant = Tenant.objects.create(reseller=cast.northwind, tenant_id=uuid.uuid4(), name="Tenant AB")
    upload(cast.sign_in(), table(count=1))
    work_on(cast, read)
    cast.sign_in().post(f"/organizations/imports/{newest(cast).public_id}/start/")
    found["done"] = work_on(cast, create)
    upload(cast.sign_in(), table(customer("Waiting AB")))
    found["job"] = work_on(cast, read)
    return {name: row.public_id for name, row in found.items()} | {"tenant": tenant.tenant_id}


def key_of(cast, column):
    if column in ("none", "wrong"):
        return Program("" if column == "none" else "cb_nonsense")
    if column == "bound":
        return program(cast, groups=(cast.dach,))
    return program(cast, column)


def ask(erp, method, path, body, ids):
    path = path.format(**ids)
    if body != "file":
        return erp.ask(method, path, meant(body, ids))
    file = SimpleUploadedFile("customers.csv", table(customer("Filed AB")).encode())
    given = {"file": file, "groups": [str(ids["nordics"])]}
    return erp.client.post(f"/api/v1/{path}", given, headers={"Authorization": f"Bearer {erp.secret}"})


def meant(body, ids):
    """The body with the ids of the things that it names."""
    if isinstance(body, dict):
        return {name: meant(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [meant(value, ids) for value in body]
    return body.format(**ids) if isinstance(body, str) else body


def operations():
    for path, found in document()["paths"].items():
        for method in found.keys() & set(METHODS):
            yield path.removeprefix("/api/v1/"), method, found[method]


def written(path):
    """A path of the table or the schema with a star for each thing that it names."""
    path = re.sub(r"rows/\d+", "rows/*", re.sub(r"number/\d+", "number/*", path))
    return re.sub(r"\{[^}]+\}", "*", path)


@pytest.mark.parametrize("column", KEYS)
def test_every_key_gets_exactly_what_is_its_own(cast, ids, column):
    erp, at = key_of(cast, column), KEYS.index(column)
    declared = {(method, written(path)): told["responses"] for path, method, told in operations()}
    wrong = []
    for path, method, _scope, body, expected in TABLE:
        status = ask(erp, method, path, body, ids).status_code
        if status != expected[at] or status not in map(int, declared[method, written(path)]):
            wrong.append((method, path, status, expected[at]))
    assert wrong == []


def test_a_key_that_lacks_only_the_scope_is_refused(cast, ids):
    keys = {scope: program(cast, scopes=lacking(scope), name=scope) for scope in {row[2] for row in TABLE}}
    answers = [ask(keys[scope], method, path, body, ids) for path, method, scope, body, _ in TABLE]
    assert [answer.json().get("code") for answer in answers] == ["scope_missing"] * len(TABLE)


def lacking(scope):
    """Every scope but this one, and the one that includes it."""
    return EVERYTHING - {Scope(scope), scope.replace(":read", ":write")}


def test_a_key_with_only_the_scope_is_let_in(cast, ids):
    keys = {scope: program(cast, scopes={Scope(scope)}, name=scope) for scope in {row[2] for row in TABLE}}
    admin = KEYS.index("reseller_admin")
    for path, method, scope, body, expected in TABLE:
        if "{done}" in path:
            continue  # to take back what others wrote asks for the right to archive as well
        assert ask(keys[scope], method, path, body, ids).status_code == expected[admin], (method, path)


def test_every_route_is_in_the_table():
    routes = {(method, written(path)) for path, method, _ in operations()}
    assert len(routes) > 20
    assert routes == {(method, written(path)) for path, method, *_ in TABLE}


def test_every_route_asks_for_a_key():
    assert [(path, method) for path, method, told in operations() if not told.get("security")] == []
