"""A checked file is repaired where it is: in place, row by row, or one value everywhere."""

import pytest
from support.cast import customer
from support.files import numbered, organizations, staged, table, upload, work_on

from accounts.tenancy import acting_for
from imports import mending
from imports.models import RowEdit
from imports.tasks import create, read

pytestmark = pytest.mark.django_db
PLAIN = {"mode": "create", "blanks": "keep", "all_or_nothing": "valid"}


def check(cast, *rows, role="reseller_admin", **data):
    client = cast.sign_in(role)
    address = upload(client, table(*rows), **data).url
    return client, address, work_on(cast, read)


def now(cast):
    return work_on(cast)


def save(client, address, number, **texts):
    return client.post(f"{address}rows/{number}/?rows=invalid", texts)


def test_a_cell_is_repaired_in_place_and_the_row_is_created(cast):
    client, address, job = check(cast, numbered(1) | {"country": "Atlantis"}, numbered(2) | {"country": ""})
    assert (job.rows_valid, job.rows_invalid) == (1, 1)
    page = client.get(f"{address}?rows=invalid").text
    assert 'aria-label="Country row 1"' in page and "rows/1/?rows=invalid" in page
    answer = save(client, address, 1, country="Sweden")
    assert (answer.status_code, answer.url) == (302, f"{address}?rows=invalid#row-1")
    job = now(cast)
    assert (job.rows_valid, job.rows_invalid) == (2, 0)
    client.post(f"{address}start/")
    assert work_on(cast, create).rows_created == 2
    assert organizations(cast)["customer-1.example"].country == "SE"


def test_what_is_still_wrong_is_told_again(cast):
    client, address, _ = check(cast, numbered(1) | {"country": "Atlantis"})
    save(client, address, 1, country="Mordor")
    page = client.get(f"{address}?rows=invalid").text
    assert "Mordor" in page and "Atlantis" not in page
    assert now(cast).rows_invalid == 1


def test_repairing_a_duplicate_frees_its_partners_and_making_one_marks_them(cast):
    rows = [numbered(1), numbered(2) | {"primary_domain": "customer-1.example"}, numbered(3)]
    client, address, job = check(cast, *rows)
    assert [row.verdict for _, row in sorted(staged(cast, job).items())] == ["valid", "invalid", "valid"]
    save(client, address, 1, primary_domain="elsewhere.example")
    assert now(cast).rows_invalid == 0, "the second row is the only one with the domain now"
    save(client, address, 1, primary_domain="customer-3.example")
    found = staged(cast, job)
    assert [found[n].verdict for n in (1, 2, 3)] == ["valid", "valid", "invalid"]
    assert found[3].errors["primary_domain"][0]["params"]["first"] == 1


def test_a_row_that_existed_already_is_freed_by_another_domain(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, numbered(1))
    client, address, job = check(cast, numbered(1), numbered(2))
    assert set(staged(cast, job)[1].errors) == {"primary_domain", "customer_number"}
    save(client, address, 1, primary_domain="other.example", customer_number="77")
    assert now(cast).rows_invalid == 0


def test_only_the_rows_concerned_are_asked_for(cast, django_assert_max_num_queries):
    client, address, _ = check(cast, *[numbered(n) | {"country": "Atlantis"} for n in range(60)])
    with django_assert_max_num_queries(45):
        save(client, address, 7, country="SE")


def test_one_value_is_replaced_wherever_it_is_wrong(cast):
    rows = [numbered(n) | {"country": "Gondor" if n % 2 else "Atlantis"} for n in range(1, 21)]
    client, address, job = check(cast, *rows, numbered(21) | {"country": "Norway"})
    assert job.rows_invalid == 20
    page = client.get(address)
    groups = {(g["value"], g["count_label"]) for g in page.context["problem_groups"]}
    assert groups == {("Gondor", "10 rows"), ("Atlantis", "10 rows")}
    assert "Country: not recognised" in page.text
    fault = {"field": "country", "code": "country_unknown", "value": "Gondor"}
    answer = client.post(f"{address}fix/", fault | {"text": "SE"}, follow=True)
    assert "10 rows were changed" in answer.text
    job = now(cast)
    assert (job.rows_invalid, job.rows_valid) == (10, 11)
    assert {row.country for row in staged(cast, job).values() if row.verdict == "valid"} == {"SE", "NO"}


def test_many_values_that_stand_on_one_row_each_are_one_fault_and_hide_no_other(cast):
    own = [numbered(n) | {"primary_domain": f"without-ending-{n}"} for n in range(1, 31)]
    same = [numbered(n) | {"primary_domain": "localhost"} for n in (31, 32)]
    client, address, _ = check(cast, *own, *same, numbered(40) | {"country": "Atlantis"})
    groups = {group["label"]: group for group in client.get(address).context["problem_groups"]}
    assert [(group["count_label"], bool(group["fix_url"])) for group in groups.values()] == [
        ("30 rows", False),
        ("2 rows", True),
        ("1 row", True),
    ]
    (many, _, country) = groups
    assert many == (
        "Primary domain: not a complete domain, each with a value of its own. Repair them in the rows below."
    )
    assert country == "Country: not recognised"
    rows = client.get(groups[many]["url"].partition("#")[0]).context["table"]["rows"]
    assert {row["number"] for row in rows} >= set(range(1, 31))


def test_what_is_missing_is_filled_in_on_all_rows(cast):
    client, address, _ = check(cast, *[numbered(n) | {"notification_email": ""} for n in (1, 2, 3)])
    fault = {"field": "notification_email", "code": "mandatory", "value": ""}
    client.post(f"{address}fix/", fault | {"text": "it@example.com"})
    assert now(cast).rows_invalid == 0


def test_very_many_rows_are_checked_in_the_background(cast, monkeypatch):
    monkeypatch.setattr(mending, "AT_ONCE", 5)
    client, address, _ = check(cast, *[numbered(n) | {"country": "Atlantis"} for n in range(9)])
    client.post(f"{address}fix/", {"field": "country", "code": "country_unknown", "value": "Atlantis", "text": "SE"})
    assert now(cast).state == "reading"
    job = work_on(cast, read)
    assert (job.state, job.rows_invalid) == ("ready", 0)


def test_edits_outlive_reading_the_file_anew(cast):
    client, address, _ = check(cast, numbered(1) | {"country": "Atlantis"}, numbered(2) | {"name": ""})
    save(client, address, 1, country="SE", name="Mended AB")
    client.post(f"{address}options/", PLAIN | {"notification_email": "x@example.com"})
    job = work_on(cast, read)
    found = staged(cast, job)
    assert (found[1].country, found[1].name, found[1].verdict) == ("SE", "Mended AB", "valid")
    assert found[2].verdict == "invalid"


def test_a_row_that_updates_is_repaired_too(cast):
    with acting_for(cast.northwind.pk):
        (old,) = cast.create(cast.admin, numbered(1))
    row = {"Organization ID": str(old.public_id), "country": "Atlantis", "city": "Umeå"}
    client, address, job = check(cast, row, mode="update")
    assert job.rows_invalid == 1
    save(client, address, 1, country="SE")
    job = now(cast)
    assert (job.rows_invalid, job.rows_to_update) == (0, 1)
    client.post(f"{address}start/")
    work_on(cast, create)
    found = organizations(cast)["customer-1.example"]
    assert (found.country, found.city, found.name) == ("SE", "Umeå", "Customer 1 AB")


def test_a_row_with_too_many_cells_stays_wrong(cast):
    client = cast.sign_in()
    content = table(numbered(1)) + "A;a.example;it@a.example;7;surplus\r\n"
    address = upload(client, content).url
    work_on(cast, read)
    save(client, address, 2, name="B")
    assert now(cast).rows_invalid == 1


def test_the_page_of_a_row_works_without_a_script(cast):
    client, address, _ = check(
        cast, numbered(1) | {"country": "Atlantis", "contact_email": "x@"}, numbered(2) | {"country": "Mordor"}
    )
    page = client.get(f"{address}rows/1/?rows=invalid").text
    assert "There is a problem" in page and 'value="Atlantis"' in page and "Error" in page
    posted = customer("One AB") | {"country": "SE", "contact_email": "", "next": "yes"}
    answer = client.post(f"{address}rows/1/?rows=invalid", posted)
    assert answer.url == f"{address}rows/2/?rows=invalid"
    answer = client.post(f"{address}rows/2/?rows=invalid", {"country": "NO", "next": "yes"})
    assert answer.url == f"{address}?rows=invalid#row-2"
    assert now(cast).rows_invalid == 0


def test_rows_with_one_fault_are_shown_alone(cast):
    client, address, _ = check(cast, numbered(1) | {"country": "Atlantis"}, numbered(2) | {"country": "Mordor"})
    table_of = client.get(f"{address}?field=country&code=country_unknown&value=Mordor").context["table"]
    assert [row["number"] for row in table_of["rows"]] == [2]
    assert client.get(f"{address}?field=x&code=y&value=%00").status_code == 200
    assert client.get(f"{address}?field=x&code=y").context["table"]["rows"] == []


@pytest.mark.parametrize("number", [0, 3, 99999])
def test_a_row_that_is_not_there_is_not_found(cast, number):
    client, address, _ = check(cast, numbered(1), numbered(2))
    assert client.get(f"{address}rows/{number}/").status_code == 404
    assert save(client, address, number, name="x").status_code == 404


def test_when_it_has_begun_it_is_too_late(cast):
    client, address, _ = check(cast, numbered(1), numbered(2) | {"country": "Atlantis"})
    client.post(f"{address}start/")
    assert save(client, address, 2, country="SE").status_code == 409
    fault = {"field": "country", "code": "country_unknown", "value": "Atlantis", "text": "SE"}
    assert client.post(f"{address}fix/", fault).status_code == 409
    with acting_for(cast.northwind.pk):
        assert not RowEdit.objects.exists()


@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * 40_000, "<script>", "=1+1", "🏢", "\u202e", "a\r\nb"], ids=repr)
def test_no_text_makes_a_server_error(cast, text):
    client, address, _ = check(cast, numbered(1) | {"country": "Atlantis"})
    for name in ("name", "country", "primary_domain", "approval_limit", "billing_start_date"):
        try:
            answer = save(client, address, 1, **{name: text})
        except UnicodeEncodeError:  # no browser can send it
            return
        assert answer.status_code == 302
    assert client.get(f"{address}?rows=invalid").status_code == 200
    fault = {"field": "country", "code": "country_unknown", "value": text, "text": text}
    assert client.post(f"{address}fix/", fault).status_code in (302, 404)


def test_others_rows_are_not_found(cast):
    _, address, _ = check(cast, numbered(1) | {"country": "Atlantis"})
    for role in ("key_account_manager", "neighbour"):
        client = cast.sign_in(role)
        assert client.get(f"{address}rows/1/").status_code == 404
        assert save(client, address, 1, country="SE").status_code == 404
        assert client.post(f"{address}fix/", {}).status_code == 404
    assert cast.sign_in("view_only_admin").post(f"{address}fix/", {}).status_code == 403


def test_erasing_a_customer_forgets_what_was_written_into_its_row(cast):
    from imports.erasing import forget_customer

    client, address, job = check(cast, numbered(1) | {"country": "Atlantis"})
    save(client, address, 1, country="SE", contact_name="Secret Person")
    with acting_for(cast.northwind.pk):
        forget_customer(cast.admin, staged(cast, job)[1].public_id)
        assert not RowEdit.objects.exists()
