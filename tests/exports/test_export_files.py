"""What is exported, read back by readers that know nothing of the portal, and through the portal's own import."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from support.cast import customer
from support.files import newest, upload, work_on

from accounts.tenancy import acting_for
from events.models import Event
from exports.formats import FORMATS
from groups.models import Group
from groups.names import join_names, split_names
from imports.headings import match_headings
from imports.readers import READERS as IMPORTED
from imports.tasks import create, read
from organizations.fields import BESIDE, FIELDS, NAMES, template_headings, text_of
from organizations.models import GroupMembership, Organization

HEADINGS = [field.english_heading for field in FIELDS] + ["Organization ID", "Organization groups"]
COUNT = 5_000
AWKWARD = (
    "=1+1",
    "+SUM(A1)",
    "-2",
    "@me",
    "'quoted",
    "'=1+1",
    "''-x",
    'He said "no"',
    "a,b;c|d",
    "Müller & Søn <b>",
    "شركة عربية",
    "עברית",
    "🦊 Räven 👩‍👩‍👧",
    "_x0041_",
    "#N/A",
    "TRUE",
    "007",
    "1e5",
    "]]>",
    "naïve cafe\u0301",
    "x" * 255,
)


def awkward(number):
    word = AWKWARD[number % len(AWKWARD)]
    domain = f"räv-{number}.example" if number % 3 else f"customer-{number}.example"
    return {
        "name": word if number % 2 else f"{word[:200]} {number}",
        "primary_domain": domain,
        "registration_number": f"00{number}" if number % 2 else word[:64],
        "notification_email": f"it+{number}@{domain}",
        "approval_process": ("TRUE", "FALSE", "")[number % 3],
        "approval_limit": ("", "0", "1000.50", "9999999999.99", "12")[number % 5],
        "billing_start_date": ("", "31/01/2026", "2026-02-03")[number % 3],
        "customer_number": f"'{number:06}" if number % 7 else f"-{number:06}",
        "street_address": f"{word[:120]}\nvån {number}" if number % 2 else word[:100],
        "postal_code": f"0{number % 1000:04}",
        "city": word[:128],
        "state": "" if number % 2 else word[:128],
        "country": ("SE", "DE", "", "NO")[number % 4],
        "contact_name": word,
        "contact_phone": ("+46812345678", "ask for Åsa", "", "-12")[number % 4],
        "contact_email": ("", f"a@{domain}")[number % 2],
        "contact_cell_phone": "" if number % 2 else "+46701234567",
    }


def expected(organization, groups=""):
    """The texts by field, and id and groups, as a person would write the stored values down."""
    texts = []
    for name in NAMES:
        value = getattr(organization, name)
        if isinstance(value, bool):
            value = "TRUE" if value else "FALSE"
        elif isinstance(value, Decimal):
            value = f"{value:.2f}".removesuffix(".00")
        elif isinstance(value, date):
            value = value.strftime("%d/%m/%Y")
        elif name == "primary_domain":
            value = value.encode().decode("idna")
        texts.append("" if value is None else value)
    return [*texts, str(organization.public_id), groups]


def without_apostrophe(cell):
    return cell[1:] if re.match(r"'+[=+\-@\t\r]", cell) else cell


def rows_of_csv(content):
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert table[0] == HEADINGS
    assert not [cell for row in table for cell in row if re.match(r"[=@\t\r]|\+(?!\d+$)|-", cell)]
    return [[without_apostrophe(cell) for cell in row] for row in table[1:]]


def rows_of_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    table = list(sheet.iter_rows())
    assert {cell.data_type for row in table for cell in row if cell.value is not None} == {"s"}, "text, never a formula"
    assert [cell.value for cell in table[0]] == HEADINGS and sheet.freeze_panes == "A2"
    return [[unescaped(cell.value or "") for cell in row] for row in table[1:]]


def unescaped(text):
    """As spreadsheets read text in which characters may stand as _x0041_; openpyxl leaves that to its callers."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def rows_of_template(content):
    """Typed cells as their texts; its headings are marked, and are followed by our own two."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Organizations"]
    table = list(sheet.iter_rows())
    assert [cell.value for cell in table[0]] == [*template_headings(), *BESIDE.values()]
    return [[typed_text(cell) for cell in row] for row in table[1:]]


def typed_text(cell):
    if cell.data_type in "nbd" and cell.value is not None:
        kind = {"n": "approval_limit", "b": "approval_process", "d": "billing_start_date"}[cell.data_type]
        assert cell.column == NAMES.index(kind) + 1
        value = {"n": lambda: Decimal(str(cell.value)), "b": lambda: cell.value, "d": lambda: cell.value.date()}
        return text_of(kind, value[cell.data_type]())
    return unescaped(cell.value or "")


def rows_of_xml(content):
    root = ElementTree.fromstring(content)
    assert (root.tag, {row.tag for row in root}) == ("organizations", {"organization"})
    assert [cell.tag for cell in root[0]] == [*NAMES, "organization_id", "organization_groups"]
    return [[cell.text or "" for cell in row] for row in root]


READERS = {"csv": rows_of_csv, "xlsx": rows_of_xlsx, "template": rows_of_template, "xml": rows_of_xml}


def export(client, format_name, **posted):
    answer = client.post("/organizations/export/", {"format": format_name, "scope": "all"} | posted)
    assert answer.status_code == 200
    ending = FORMATS[format_name].ending or format_name
    assert re.search(rf'filename="organizations-[\d-]+\.{ending}"', answer["Content-Disposition"])
    return b"".join(answer.streaming_content)


@pytest.fixture(scope="module")
def texts():
    return [awkward(number) for number in range(1, COUNT + 1)]


@pytest.mark.timeout(240)
def test_five_thousand_awkward_organizations_are_read_back_equal_from_every_format(cast, texts):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *texts, groups=[cast.nordics, cast.dach])
        stored = list(Organization.objects.order_by("pk"))
    assert len(stored) == COUNT
    client = cast.sign_in()
    wanted = [expected(organization, "DACH;Nordics") for organization in stored]
    for name, rows_of in READERS.items():
        assert rows_of(export(client, name)) == wanted, name
    told = json.loads(export(client, "json"))
    assert told == [as_json(organization, [cast.dach, cast.nordics]) for organization in stored]


def as_json(organization, groups):
    values = {name: text or None for name, text in zip(NAMES, expected(organization), strict=False)}
    values["approval_process"] = organization.approval_process
    limit, day = organization.approval_limit, organization.billing_start_date
    values["approval_limit"] = None if limit is None else str(limit)
    values["billing_start_date"] = None if day is None else day.isoformat()
    return values | {"id": str(organization.public_id), "groups": [str(group.public_id) for group in groups]}


def test_every_format_has_a_reader_here():
    assert {*READERS, "json"} == set(FORMATS)


@pytest.mark.parametrize("format_name", sorted(READERS.keys() & IMPORTED.keys()))
def test_an_export_imported_elsewhere_gives_the_same_organizations(cast, format_name):
    """The neighbour, who has a group of that name as well, takes Northwind's file as it is."""
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *(awkward(number) for number in range(1, 200)), groups=[cast.nordics])
    with acting_for(cast.fabrikam.pk):
        Group.objects.create(reseller=cast.fabrikam, name=cast.nordics.name)
    content = export(cast.sign_in(), format_name)
    neighbour = cast.sign_in("neighbour")
    address = upload(neighbour, content, f"organizations.{format_name}").url
    job = newest_at(cast.fabrikam)
    read(cast.fabrikam.pk, job.pk)
    page = neighbour.get(address)
    assert page.context["ignored_columns"] == []
    neighbour.post(f"{address}start/")
    create(cast.fabrikam.pk, job.pk)
    assert newest_at(cast.fabrikam).rows_created == 199
    assert values_at(cast.fabrikam) == values_at(cast.northwind)


def newest_at(reseller):
    from imports.models import Import

    with acting_for(reseller.pk):
        return Import.objects.latest("id")


def values_at(reseller):
    with acting_for(reseller.pk):
        return list(Organization.objects.order_by("primary_domain").values_list(*NAMES))


def test_the_columns_beside_the_seventeen_are_known_and_not_listed_as_ignored(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer())
    upload(cast.sign_in(), export(cast.sign_in(), "csv"))
    job = work_on(cast, read)
    assert job.headings == HEADINGS
    assert match_headings(HEADINGS).ignored == []
    assert newest(cast).rows_invalid == 1, "it is there already"


def test_group_names_with_semicolons_and_quotes_are_read_back(cast):
    names = ['A;B "C"', "Nordics"]
    with acting_for(cast.northwind.pk):
        odd = Group.objects.create(reseller=cast.northwind, name=names[0])
        cast.create(cast.admin, customer(), groups=[odd, cast.nordics])
    (row,) = rows_of_csv(export(cast.sign_in(), "csv"))
    assert row[-1] == '"A;B ""C""";Nordics'
    assert split_names(row[-1]) == names


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)))
def test_any_names_of_groups_are_read_back_from_one_cell(names):
    assert split_names(join_names(names)) == names


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_group_that_its_reader_may_not_see_is_not_named(cast, format_name):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Both AB"), groups=[cast.nordics, cast.dach])
        cast.create(cast.admin, customer("Dach GmbH"), groups=[cast.dach])
    content = export(cast.sign_in("key_account_viewer"), format_name)
    if content.startswith(b"PK"):
        content = repr(READERS[format_name](content)).encode()
    assert b"Both AB" in content
    assert b"Dach" not in content and b"DACH" not in content and str(cast.dach.public_id).encode() not in content


def test_filters_and_search_decide_what_is_exported(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Nord AB"), groups=[cast.nordics])
        cast.create(cast.admin, customer("Nordsee GmbH"), groups=[cast.dach])
        cast.create(cast.admin, customer("Elbe GmbH"), groups=[cast.dach])
    client = cast.sign_in()

    def names(**posted):
        return [row[0] for row in rows_of_csv(export(client, "csv", **posted))]

    assert names() == ["Nord AB", "Nordsee GmbH", "Elbe GmbH"]
    assert names(search="nord") == ["Nord AB", "Nordsee GmbH"]
    assert names(search="nord", group=str(cast.dach.public_id)) == ["Nordsee GmbH"]
    with acting_for(cast.northwind.pk):
        ids = list(Organization.objects.filter(name__endswith="GmbH").values_list("public_id", flat=True))
    assert names(scope="", id=ids) == ["Nordsee GmbH", "Elbe GmbH"]
    with acting_for(cast.northwind.pk):
        details = list(
            Event.objects.filter(kind="organizations.exported").order_by("id").values_list("details", "actor_id")
        )
    assert [entry["count"] for entry, _ in details] == [3, 2, 1, 2]
    assert details[2] == (
        {"count": 1, "format": "CSV", "filters": {"search": "nord", "group": str(cast.dach.public_id)}},
        cast.members["reseller_admin"].user.public_id,
    )
    assert "exported 2 organizations as CSV" in client.get("/events/").text


def test_ids_of_others_export_nothing(cast):
    with acting_for(cast.northwind.pk):
        own, foreign = (
            cast.create(cast.admin, customer(name), groups=[group])[0]
            for name, group in (("Own AB", cast.nordics), ("Dach GmbH", cast.dach))
        )
    ids = [str(own.public_id), str(foreign.public_id), "nonsense"]
    for role, count in {"reseller_admin": 2, "key_account_manager": 1}.items():
        assert len(rows_of_csv(export(cast.sign_in(role), "csv", scope="", id=ids))) == count
    answer = cast.sign_in("neighbour").post("/organizations/export/", {"format": "csv", "id": ids})
    assert (answer.status_code, answer.url) == (302, "/organizations/?sort=name")


@pytest.mark.parametrize(
    "posted", [{}, {"format": "exe", "scope": "all"}, {"format": "csv"}, {"format": "csv", "id": "x"}]
)
def test_what_can_not_be_exported_is_told_and_leads_back_to_the_list(cast, posted):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer())
    answer = cast.sign_in().post("/organizations/export/", posted | {"search": "Adventure"}, follow=True)
    assert answer.redirect_chain == [("/organizations/?search=Adventure&sort=name", 302)]
    assert "Choose the format" in answer.text or "Nothing is selected" in answer.text
    with acting_for(cast.northwind.pk):
        assert not Event.objects.filter(kind="organizations.exported").exists()


def test_an_export_asks_two_questions_a_batch_however_many_groups_there_are(cast, monkeypatch):
    from exports import rows

    monkeypatch.setattr(rows, "BATCH", 10)
    with acting_for(cast.northwind.pk):
        made = cast.create(cast.admin, *(customer(f"Customer {n}") for n in range(35)))
        groups = [Group(reseller=cast.northwind, name=f"Group {n}") for n in range(20)]
        Group.objects.bulk_create(groups)
        GroupMembership.objects.bulk_create(
            GroupMembership(reseller=cast.northwind, organization=row, group=group) for row in made for group in groups
        )
    answer = cast.sign_in().post("/organizations/export/", {"format": "csv", "scope": "all"})
    with CaptureQueriesContext(connection) as asked:
        content = b"".join(answer.streaming_content)
    assert len(rows_of_csv(content)) == 35
    selects = [query["sql"] for query in asked if '"organizations_' in query["sql"]]
    assert len(selects) == 8, "four batches: organizations, and their groups"
