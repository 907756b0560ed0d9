"""The same rows through every door: the same organization, or the same words at the same field.

A door that is entered in Source and has no driver here fails.
"""

import html
import uuid

import pytest
from django.utils import timezone
from django.utils.html import strip_tags
from support.cast import customer
from support.files import newest, upload, work_on
from support.programs import program

from accounts.tenancy import acting_for
from csp_link.models import Tenant
from imports.models import ImportRow
from imports.problems import sentences_of
from imports.tasks import create, read
from organizations.fields import BY_NAME, NAMES
from organizations.models import Organization, Source


def through_form(cast, role, texts):
    """The sentences by field, empty when the organization was created."""
    groups = {"groups": [str(cast.nordics.public_id)]} if role not in ("reseller_admin", "view_only_admin") else {}
    answer = cast.sign_in(role).post("/organizations/new/", texts | groups)
    if answer.status_code == 302:
        return {}
    assert answer.status_code == 422
    form = answer.context["form"]
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def through_grid(cast, role, texts):
    groups = {"groups": [str(cast.nordics.public_id)]} if role != "reseller_admin" else {}
    cells = {name: [texts.get(name, ""), ""] for name in NAMES}
    answer = cast.sign_in(role).post("/organizations/create-multiple/rows/", cells | groups)
    if answer.status_code == 302:
        return {}
    assert answer.status_code == 422
    row, _ = answer.context["grid"]["rows"]
    return {cell["name"]: [error["sentence"] for error in cell["errors"]] for cell in row["cells"] if cell["errors"]}


def through_import(cast, role, texts):
    heading = ";".join(BY_NAME[name].english_heading for name in NAMES)
    cells = ['"' + texts.get(name, "").replace('"', '""') + '"' for name in NAMES]
    groups = {"group": str(cast.nordics.public_id)} if role != "reseller_admin" else {}
    content = f"{heading}\r\n{';'.join(cells)}\r\n".encode("utf-8-sig")
    address = upload(cast.sign_in(role), content, **groups).url
    work_on(cast, read)
    job = newest(cast)
    with acting_for(cast.northwind.pk):
        row = ImportRow.objects.get(reseller=cast.northwind, batch=job)
        (sentences,) = sentences_of(cast.act_as(role), [row.errors])
    if sentences:
        return sentences
    cast.sign_in(role).post(f"{address}start/")
    work_on(cast, create)
    assert newest(cast).rows_created == 1
    return {}


def through_api(cast, role, texts):
    """As JSON would say it: TRUE and FALSE in the words of a file are texts that the API refuses by their type."""
    groups = {"groups": [str(cast.nordics.public_id)]} if role not in ("reseller_admin", "view_only_admin") else {}
    answer = program(cast, role).post("organizations", as_json_would(texts) | groups)
    if answer.status_code == 201:
        return {}
    assert answer.status_code in (409, 422), answer.content
    return answer.json()["errors"]


def as_json_would(texts):
    words = {"ja": True, "TRUE": True, "FALSE": False, "": None}
    return {
        name: words.get(text, text)
        if name == "approval_process"
        else text.replace(",", "")
        if name == "approval_limit" and text.count(",") == 1 and "." in text
        else text
        for name, text in texts.items()
    }


def through_csp(cast, role, texts):
    """The page that makes an organization of a tenant; its profile has been read already."""
    with acting_for(cast.northwind.pk):
        tenant = Tenant.objects.create(reseller=cast.northwind, tenant_id=uuid.uuid4(), profile_at=timezone.now())
    answer = cast.sign_in(role).post(f"/csp/tenants/{tenant.tenant_id}/link/", texts)
    with acting_for(cast.northwind.pk):
        linked = Tenant.objects.filter(organization__isnull=False).count()
        assert linked == Organization.objects.filter(source=Source.CSP).count()
    if answer.status_code == 302:
        return {}
    assert answer.status_code == 422
    form = answer.context["form"]
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


DOORS = {
    Source.FORM: through_form,
    Source.GRID: through_grid,
    Source.IMPORT: through_import,
    Source.API: through_api,
    Source.CSP: through_csp,
}
FULL = {
    "name": "  Åkeri   Nord  AB ",
    "primary_domain": "https://user@www.Åkeri.se:8443/om?x=1",
    "registration_number": " 556703-7485 ",
    "notification_email": "it@åkeri.se",
    "approval_process": "ja",
    "approval_limit": "1,234.50",
    "billing_start_date": "31/01/2026",
    "customer_number": "00417",
    "street_address": "Storgatan 1\nvån 2",
    "postal_code": "01067",
    "city": "Umeå",
    "state": "Västerbotten",
    "country": "sweden",
    "contact_name": "Anna =1+1",
    "contact_phone": "08-123 456 78",
    "contact_email": "Anna@example.com",
    "contact_cell_phone": "+46 70 123 45 67",
}
STORED = {
    "name": "Åkeri Nord AB",
    "primary_domain": "xn--keri-poa.se",
    "registration_number": "556703-7485",
    "approval_process": True,
    "customer_number": "00417",
    "street_address": "Storgatan 1\nvån 2",
    "postal_code": "01067",
    "country": "SE",
    "contact_phone": "+46812345678",
    "contact_cell_phone": "+46701234567",
}
BAD = [
    ("name", ""),
    ("primary_domain", ""),
    ("notification_email", ""),
    ("primary_domain", "localhost"),
    ("primary_domain", "co.uk"),
    ("primary_domain", "192.0.2.1"),
    ("primary_domain", "a_b.example"),
    ("notification_email", "nobody"),
    ("approval_process", "perhaps"),
    ("approval_limit", "-1"),
    ("approval_limit", "1.005"),
    ("approval_limit", "1,234"),
    ("billing_start_date", "31/02/2026"),
    ("billing_start_date", "soon"),
    ("customer_number", "9" * 65),
    ("country", "Atlantis"),
    ("contact_email", "a@b@c"),
    ("name", "x" * 256),
    ("name", "a\x07b"),
]


TYPED = {"approval_process", "approval_limit"}


def test_every_door_has_a_driver():
    assert set(DOORS) == set(Source)


@pytest.fixture(params=DOORS, ids=str)
def door(request):
    return request.param


def stored(cast):
    with acting_for(cast.northwind.pk):
        return list(Organization.objects.order_by("id"))


def test_a_full_row_is_stored_the_same_through_every_door(cast, door):
    assert DOORS[door](cast, "reseller_admin", FULL) == {}
    (made,) = stored(cast)
    assert {name: getattr(made, name) for name in STORED} == STORED
    assert (str(made.approval_limit), made.billing_start_date.isoformat()) == ("1234.50", "2026-01-31")
    assert made.source == door


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_is_told_in_the_same_words_through_every_door(cast, name, text):
    texts = customer() | {name: text}
    told = [drive(cast, "reseller_admin", texts) for drive in DOORS.values()]
    assert told[0][name]
    assert all(set(answer) == set(told[0]) for answer in told)
    # JSON has types and a decimal point of its own, so what is wrong with these is something else there.
    same = [answer for door, answer in zip(DOORS, told, strict=True) if door != Source.API or name not in TYPED]
    assert all(answer == told[0] for answer in same)
    assert stored(cast) == []
    assert DOORS[Source.FORM](cast, "reseller_admin", customer()) == {}, "the same row without it is good"


@pytest.mark.parametrize("clash", [{"primary_domain": "WWW.Taken.example"}, {"customer_number": "ab-1"}])
@pytest.mark.parametrize("role", ["reseller_admin", "key_account_manager"])
def test_a_taken_value_is_named_to_those_who_see_its_owner_and_to_nobody_else(cast, door, role, clash):
    if door == Source.CSP and role != "reseller_admin":
        return  # no door of theirs: tests/test_every_url.py
    with acting_for(cast.northwind.pk):
        texts = customer("Taken", primary_domain="taken.example", customer_number="AB-1")
        cast.create(cast.admin, texts, groups=[cast.dach])
    (sentences,) = DOORS[door](cast, role, customer() | clash).values()
    words = html.unescape(strip_tags(" ".join(sentences)))
    assert ("is already used by Taken" in words) == (role == "reseller_admin")
    assert ("ask an administrator" in words) == (role != "reseller_admin")
    assert len(stored(cast)) == 1


def test_approval_is_refused_to_roles_that_may_not_set_it(cast, door):
    texts = customer() | {"approval_process": "TRUE"}
    if door == Source.CSP:
        return  # whoever may link tenants may set approval
    if door == Source.FORM:  # the form has no such field for them; a posted one is not read
        assert DOORS[door](cast, "sales_agent", texts) == {}
        assert not stored(cast)[0].approval_process
        return
    told = DOORS[door](cast, "limited_key_account_manager", texts)
    assert "Your role may not set approval settings" in told["approval_process"][0]
    assert stored(cast) == []
    assert DOORS[door](cast, "key_account_manager", texts) == {}


@pytest.mark.parametrize("role", ["key_account_manager", "limited_key_account_manager", "sales_agent"])
def test_a_group_bound_role_creates_in_exactly_one_of_its_own_groups(cast, role):
    client = cast.sign_in(role)
    for groups in ([], [cast.dach], [cast.nordics, cast.dach], [cast.abroad]):
        posted = customer() | {"groups": [str(group.public_id) for group in groups]}
        assert client.post("/organizations/new/", posted).status_code == 422
    assert stored(cast) == []
    posted = customer() | {"groups": [str(cast.nordics.public_id)]}
    assert client.post("/organizations/new/", posted).status_code == 302
    (made,) = stored(cast)
    with acting_for(cast.northwind.pk):
        assert list(made.groups.all()) == [cast.nordics]
