"""A file's life by API: handed in, repaired, started, taken back; and whose it is."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from support.cast import customer
from support.files import newest, table, work_on
from support.programs import program

from accounts.scopes import Scope
from accounts.tenancy import acting_for
from api.keys import revoke_key
from events.models import Event
from imports.models import Undo
from imports.tasks import create, read, undo_batch
from organizations.models import Organization

pytestmark = pytest.mark.django_db
NOBODYS = "01a0b0c0-0000-7000-8000-000000000000"
BAD = {"name": "Bad AB", "primary_domain": "nodomain", "notification_email": "it@bad.example"}


def hand_in(erp, content, *, name="customers.csv", headers=None, **fields):
    content = content if isinstance(content, bytes) else content.encode()
    told = {"Authorization": f"Bearer {erp.secret}"} | (headers or {})
    return erp.client.post("/api/v1/imports", {"file": SimpleUploadedFile(name, content), **fields}, headers=told)


def undone(cast):
    with acting_for(cast.northwind.pk):
        undo = Undo.objects.latest("id")
    undo_batch(cast.northwind.pk, undo.pk)


def names(cast):
    with acting_for(cast.northwind.pk):
        return sorted(Organization.objects.values_list("name", flat=True))


def test_a_field_of_the_form_that_nobody_knows_is_refused_by_name(cast):
    erp = program(cast)
    answer = hand_in(erp, table(count=1), modus="update", gruops="x")
    assert (answer.status_code, sorted(answer.json()["errors"])) == (422, ["gruops", "modus"])
    extra = {"file": SimpleUploadedFile("a.csv", table(count=1).encode()), "more": SimpleUploadedFile("b.csv", b"x")}
    answer = erp.client.post("/api/v1/imports", extra, headers={"Authorization": f"Bearer {erp.secret}"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["more"])
    assert erp.get("imports").json()["items"] == []


def test_a_file_is_handed_in_repaired_started_and_taken_back(cast):
    erp = program(cast)
    answer = hand_in(erp, table(BAD, count=2), groups=[str(cast.dach.public_id)])
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["rows_total"], told["made_by"]) == ("reading", None, "API key ERP")
    place = f"imports/{told['id']}"
    assert erp.post(f"{place}/start").json()["code"] == "not_ready"
    work_on(cast, read)
    told = erp.get(place).json()
    assert (told["state"], told["rows_total"], told["rows_valid"], told["rows_invalid"]) == ("ready", 3, 2, 1)
    (row,) = erp.get(f"{place}/rows?state=invalid").json()["items"]
    assert (row["number"], row["values"]["primary_domain"], row["organization_id"]) == (1, "nodomain", None)
    assert "“nodomain” is not a complete domain" in row["errors"]["primary_domain"][0]
    mended = erp.patch(f"{place}/rows/1", {"primary_domain": "bad.example"})
    assert (mended.status_code, mended.json()["state"], mended.json()["errors"]) == (200, "valid", {})
    assert erp.post(f"{place}/start").json()["state"] == "importing"
    work_on(cast, create)
    told = erp.get(place).json()
    assert (told["state"], told["rows_created"], told["rows_skipped"]) == ("done", 3, 0)
    assert erp.post(f"{place}/start").json()["state"] == "done"
    rows = erp.get(f"{place}/rows?state=created").json()["items"]
    made = erp.get(f"organizations/{rows[0]['organization_id']}").json()
    assert (made["name"], made["source"], made["groups"]) == ("Bad AB", "import", [str(cast.dach.public_id)])
    assert erp.patch(f"{place}/rows/1", {"name": "x"}).status_code == 409
    begun = erp.post(f"{place}/undo")
    assert (begun.status_code, begun.json()["state"]) == (202, "undoing")
    undone(cast)
    assert erp.get(f"batches/{told['id']}/undo").json()["removed"] == 3
    assert erp.get(place).json()["state"] == "undone"
    assert names(cast) == []
    with acting_for(cast.northwind.pk):
        assert set(Event.objects.filter(kind__startswith="import.").values_list("actor_label", flat=True)) == {
            "API key ERP"
        }


def test_rows_are_paged(cast):
    erp = program(cast)
    place = f"imports/{hand_in(erp, table(count=5)).json()['id']}/rows"
    work_on(cast, read)
    seen, cursor = [], ""
    while cursor is not None:
        page = erp.get(f"{place}?limit=2&cursor={cursor or '0'}").json()
        seen += [row["number"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [1, 2, 3, 4, 5]


def test_update_changes_what_exists(cast):
    erp = program(cast)
    erp.post("organizations", customer("Old AB", customer_number="7"))
    told = hand_in(erp, "Customer number;City\r\n7;Umeå\r\n", mode="update").json()
    work_on(cast, read)
    erp.post(f"imports/{told['id']}/start")
    work_on(cast, create)
    assert erp.get(f"imports/{told['id']}").json()["rows_updated"] == 1
    assert erp.get("organizations").json()["items"][0]["city"] == "Umeå"


def test_all_or_nothing_does_not_start_with_errors(cast):
    erp = program(cast)
    told = hand_in(erp, table(BAD, count=1), all_or_nothing="true").json()
    work_on(cast, read)
    refused = erp.post(f"imports/{told['id']}/start")
    assert (refused.status_code, refused.json()["code"]) == (409, "all_or_nothing_invalid")
    assert erp.get(f"imports/{told['id']}").json()["state"] == "ready"


def test_an_amount_of_a_repair_is_json_also_where_the_file_has_decimal_commas(cast):
    erp = program(cast)
    rows = [customer("A"), customer("B")]
    rows[0]["approval_limit"], rows[1]["approval_limit"] = "1.234,50", "x"
    place = f"imports/{hand_in(erp, table(*rows)).json()['id']}"
    work_on(cast, read)
    mended = erp.patch(f"{place}/rows/2", {"approval_limit": 2500.5}).json()
    assert (mended["state"], mended["values"]["approval_limit"]) == ("valid", "2500.50")


@pytest.mark.parametrize(
    ("content", "name", "fields", "status", "code", "field"),
    [
        (b"", "customers.csv", {}, 422, "empty", "file"),
        (b"%PDF-1.7 x", "a.pdf", {}, 422, "is_pdf", "file"),
        ("City\r\nUmeå\r\n", "customers.csv", {}, 422, "columns_missing", "file"),
        (table(count=1), "customers.csv", {"mode": "overwrite"}, 422, "invalid", "mode"),
        (table(count=1), "customers.csv", {"groups": ["x"]}, 422, "invalid", "groups.0"),
        (
            table(count=1),
            "customers.csv",
            {"groups": [NOBODYS]},
            422,
            "invalid",
            "groups",
        ),
    ],
)
def test_what_cannot_become_rows_is_refused_by_name(cast, content, name, fields, status, code, field):
    answer = hand_in(program(cast), content, name=name, **fields)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (status, code, [field])


def test_a_file_is_wanted(cast):
    erp = program(cast)
    answer = erp.client.post("/api/v1/imports", {"mode": "create"}, headers={"Authorization": f"Bearer {erp.secret}"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["file"])
    assert erp.post("imports", {"mode": "create"}).status_code == 422


def test_a_broken_upload_is_malformed(cast):
    erp = program(cast)
    answer = erp.client.generic(
        "POST",
        "/api/v1/imports",
        b"x",
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {erp.secret}", "Idempotency-Key": "a"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_file_that_is_too_large_is_said_to_be(cast, monkeypatch):
    monkeypatch.setattr("imports.uploads.MOST_BYTES", 10)
    answer = hand_in(program(cast), table(count=2))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_file_sent_twice_with_one_idempotency_key_is_one_import(cast):
    erp = program(cast)
    first, second = (hand_in(erp, table(count=1), headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json() == second.json()
    assert len(erp.get("imports").json()["items"]) == 1
    other = hand_in(erp, table(count=2), headers={"Idempotency-Key": "once"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_a_revoked_key_creates_nothing_more(cast):
    erp = program(cast)
    told = hand_in(erp, table(count=1)).json()
    work_on(cast, read)
    erp.post(f"imports/{told['id']}/start")
    with acting_for(cast.northwind.pk):
        revoke_key(cast.admin, erp.key)
    assert work_on(cast, create).error["code"] == "not_permitted"
    assert names(cast) == []
    assert program(cast, name="other").get(f"imports/{told['id']}").json()["error"]["code"] == "not_permitted"


def test_the_work_goes_on_when_the_keys_maker_has_left(cast):
    erp = program(cast)
    hand_in(erp, table(count=1))
    cast.members["reseller_admin"].is_active = False
    cast.members["reseller_admin"].save()
    job = work_on(cast, read)
    erp.post(f"imports/{job.public_id}/start")
    assert work_on(cast, create).rows_created == 1


def test_a_group_bound_key_writes_into_its_group_only(cast):
    erp = program(cast, "key_account_manager")
    assert hand_in(erp, table(count=1)).json()["errors"].keys() == {"groups"}
    assert hand_in(erp, table(count=1), groups=[str(cast.dach.public_id)]).json()["errors"].keys() == {"groups"}
    assert hand_in(erp, table(count=1), groups=[str(cast.nordics.public_id)]).status_code == 201


def test_an_import_is_seen_by_its_key_and_by_those_who_see_all(cast):
    erp = program(cast, "key_account_manager")
    place = f"imports/{hand_in(erp, table(count=1), groups=[str(cast.nordics.public_id)]).json()['id']}"
    assert erp.get(place).status_code == 200
    assert program(cast, "view_only_admin").get(place).status_code == 200
    assert program(cast, "key_account_manager", name="second").get(place).status_code == 404
    assert program(cast, "neighbour").get(place).status_code == 404
    page = f"/organizations/imports/{newest(cast).public_id}/"
    assert cast.sign_in("key_account_manager").get(page).status_code == 404
    assert "API key ERP" in cast.sign_in().get(page).text


def test_update_needs_a_key_that_may_change(cast):
    erp = program(cast, "sales_agent")
    assert hand_in(erp, table(count=1), mode="update").status_code == 403


def test_a_bulk_call_is_taken_back_by_its_batch(cast):
    erp = program(cast)
    rows = [customer("A"), customer("B")]
    batch = erp.post("organizations/bulk", {"rows": rows}).json()["batch_id"]
    assert erp.get(f"batches/{batch}/undo").status_code == 404
    assert program(cast, "key_account_manager").post(f"batches/{batch}/undo").status_code == 404
    assert erp.post(f"batches/{batch}/undo").status_code == 202
    undone(cast)
    told = erp.get(f"batches/{batch}/undo").json()
    assert (told["state"], told["removed"], told["kept"]) == ("undone", 2, 0)
    assert names(cast) == []


def test_a_cancelled_import_skips_what_it_has_not_written(cast):
    erp = program(cast)
    told = hand_in(erp, table(count=2)).json()
    work_on(cast, read)
    cancelled = erp.post(f"imports/{told['id']}/cancel").json()
    assert (cancelled["state"], cancelled["rows_skipped"]) == ("cancelled", 2)
    assert {row["state"] for row in erp.get(f"imports/{told['id']}/rows").json()["items"]} == {"skipped"}
    assert erp.get(f"imports/{told['id']}/rows?state=valid").json()["items"] == []
    assert len(erp.get(f"imports/{told['id']}/rows?state=skipped").json()["items"]) == 2
    assert erp.post(f"imports/{told['id']}/start").status_code == 409


def test_a_reading_key_hands_nothing_in(cast):
    erp = program(cast, scopes={Scope.IMPORTS_READ})
    assert hand_in(erp, table(count=1)).json()["code"] == "scope_missing"
    assert erp.get("imports").status_code == 200


# How a file is read

FOREIGN = "Firma;Kunde;Domän;Rapporter till;Start\r\nAlfa AB;Alfa;alfa.example;it@alfa.example;02/03/2026\r\n"
MEANT = {"Kunde": None, "Rapporter till": "notification_email", "Start": "billing_start_date"}


def told_columns(job):
    return {column["heading"]: column["field"] for column in job["columns"]}


def test_what_was_detected_is_told_and_what_is_meant_can_be_said_at_once(cast):
    erp = program(cast)
    refused = hand_in(erp, FOREIGN)
    assert (refused.status_code, refused.json()["code"]) == (422, "columns_doubled")
    assert erp.get("imports").json()["items"] == [], "a program's file is not kept"
    job = hand_in(erp, FOREIGN, columns=json.dumps(MEANT), date_order="mdy").json()
    work_on(cast, read)
    job = erp.get(f"imports/{job['id']}").json()
    assert (job["state"], job["rows_valid"]) == ("ready", 1)
    layout = {
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ";",
        "heading_row": 1,
        "sheet": "",
        "date_order": "mdy",
    }
    assert job["layout"] == layout | {"chosen": ["date_order"]}
    assert told_columns(job) == {
        "Firma": "name",
        "Kunde": None,
        "Domän": "primary_domain",
        "Rapporter till": "notification_email",
        "Start": "billing_start_date",
    }
    (row,) = erp.get(f"imports/{job['id']}/rows").json()["items"]
    assert row["values"]["billing_start_date"] == "2026-02-03"


def test_a_checked_file_is_read_in_another_way_and_its_repairs_are_kept(cast):
    erp = program(cast)
    job = hand_in(erp, table(BAD | {"shoe": "Malmö"}, count=1)).json()
    work_on(cast, read)
    place = f"imports/{job['id']}"
    erp.ask("patch", f"{place}/rows/1", {"primary_domain": "bad.example"})
    answer = erp.ask("patch", place, {"columns": {"shoe": "city"}})
    assert (answer.status_code, answer.json()["state"]) == (200, "reading")
    work_on(cast, read)
    assert erp.get(place).json()["rows_valid"] == 2
    assert erp.get(f"{place}/rows").json()["items"][0]["values"]["city"] == "Malmö"
    assert erp.ask("patch", place, {"delimiter": ";"}).json()["layout"]["chosen"] == ["delimiter"]
    work_on(cast, read)
    told = erp.ask("patch", place, {"delimiter": None, "columns": {"customer_number": None}}).json()
    assert (told["layout"]["chosen"], told_columns(told)["shoe"], told_columns(told)["customer_number"]) == (
        [],
        "city",
        None,
    )
    work_on(cast, read)
    erp.post(f"{place}/start")
    assert erp.ask("patch", place, {"delimiter": ","}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"columns": {"no such heading": "name"}},
        {"columns": {"name": "shoe_size"}},
        {"columns": {"name": "city"}},
        {"columns": {"customer_number": "city", "notification_email": "city"}},
        {"columns": {"name": 7}},
        {"columns": ["name"]},
        {"delimiter": "x"},
        {"encoding": "klingon"},
        {"heading_row": 0},
        {"heading_row": 99},
        {"sheet": "\0"},
        {"date_order": "ymd"},
        {"colums": {}},
    ],
)
def test_what_the_file_does_not_bear_is_refused_and_changes_nothing(cast, body):
    erp = program(cast)
    job = hand_in(erp, table(count=2)).json()
    work_on(cast, read)
    answer = erp.ask("patch", f"imports/{job['id']}", body)
    if body == {"sheet": "\0"}:
        return
    assert answer.status_code == 422, answer.json()
    assert erp.get(f"imports/{job['id']}").json()["rows_valid"] == 2


@pytest.mark.parametrize("columns", ["{", "[]", '{"name": 1}', '{"nobody": "name"}', "7", '"x"', "[" * 20_000])
def test_columns_that_are_no_json_of_headings_are_refused(cast, columns):
    answer = hand_in(program(cast), table(count=1), columns=columns)
    assert answer.status_code == 422
