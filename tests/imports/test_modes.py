"""Create and update, blanks, what is filled in for all, and all or nothing: through the pages, by a worker."""

import pytest
from support.cast import customer
from support.files import newest, numbered, organizations, staged, table, upload, work_on

from accounts.tenancy import acting_for
from events.models import Event
from imports import creating
from imports.models import Import
from imports.tasks import create, create_whole, read
from organizations.changes import archive_organizations, change_organization
from organizations.models import Organization

pytestmark = pytest.mark.django_db
PLAIN = {"mode": "create", "blanks": "keep", "all_or_nothing": "valid"}


def existing(cast, *rows, groups=()):
    with acting_for(cast.northwind.pk):
        return cast.create(cast.admin, *rows, groups=groups)


def check(cast, content, role="reseller_admin", **data):
    """Uploads and reads; returns the client, the import's address and the import."""
    client = cast.sign_in(role)
    answer = upload(client, content, **data)
    assert answer.status_code == 302, answer.context["problems"]
    return client, answer.url, work_on(cast, read)


def start(cast, client, address, task=create):
    client.post(f"{address}start/")
    return work_on(cast, task)


def counts(job):
    return {
        name: getattr(job, f"rows_{name}")
        for name in ("created", "updated", "unchanged", "failed")
        if getattr(job, f"rows_{name}")
    }


def test_rows_change_what_exists_create_what_does_not_and_leave_alone_what_is_equal(cast):
    existing(cast, numbered(1) | {"city": "Umeå"}, numbered(2))
    content = table(numbered(1) | {"city": "Kiruna"}, numbered(2), numbered(3))
    client, address, job = check(cast, content, mode="update")
    assert (job.rows_to_create, job.rows_to_update, job.rows_to_keep, job.rows_invalid) == (1, 1, 1, 0)
    page = client.get(f"{address}?rows=update").text
    assert "<del>Umeå</del>" in page and "<ins>Kiruna</ins>" in page
    assert organizations(cast)["customer-1.example"].city == "Umeå", "checking writes nothing"
    job = start(cast, client, address)
    assert counts(job) == {"created": 1, "updated": 1, "unchanged": 1}
    found = organizations(cast)
    assert (found["customer-1.example"].city, found["customer-1.example"].version) == ("Kiruna", 2)
    assert found["customer-2.example"].version == 1
    with acting_for(cast.northwind.pk):
        event = Event.objects.get(subject_id=found["customer-1.example"].public_id, kind="organization.changed")
        assert event.details == {"changes": {"city": ["Umeå", "Kiruna"]}}
        assert event.batch_id == job.public_id
        assert not Event.objects.filter(
            subject_id=found["customer-2.example"].public_id, kind="organization.changed"
        ).exists()


def test_the_same_file_again_changes_nothing(cast):
    client, address, _ = check(cast, table(count=30))
    start(cast, client, address)
    client, address, job = check(cast, table(count=30), mode="update")
    assert job.rows_to_keep == 30
    assert "nothing to change" in client.get(address).text


def test_a_record_is_found_by_id_then_number_then_domain(cast):
    one, two, three = existing(cast, numbered(1), numbered(2), numbered(3))
    content = table(
        {"Organization ID": str(one.public_id), **customer("By id AB", primary_domain="new-1.example")},
        {"Organization ID": "", **numbered(2), "name": "By number AB", "primary_domain": "new-2.example"},
        {"Organization ID": "", **numbered(3), "name": "By domain AB", "customer_number": ""},
    )
    client, address, job = check(cast, content, mode="update")
    assert job.rows_to_update == 3
    start(cast, client, address)
    with acting_for(cast.northwind.pk):
        found = {row.pk: row for row in Organization.objects.all()}
    assert [(found[o.pk].name, found[o.pk].primary_domain) for o in (one, two, three)] == [
        ("By id AB", "new-1.example"),
        ("By number AB", "new-2.example"),
        ("By domain AB", "customer-3.example"),
    ]
    assert found[three.pk].customer_number == "000003", "an empty cell keeps"


def test_a_number_with_an_accent_finds_its_own_record(cast):
    existing(cast, numbered(1) | {"customer_number": "A1"}, numbered(2) | {"customer_number": "Å1"})
    content = table({"customer_number": "å1", "city": "Umeå"})
    client, address, _ = check(cast, content, mode="update")
    start(cast, client, address)
    assert [row.city for row in organizations(cast).values()] == ["", "Umeå"]


def test_ids_that_are_nobodys_are_errors(cast):
    (abroad,) = [None]
    with acting_for(cast.fabrikam.pk):
        (abroad,) = cast.create(cast.neighbours_admin, name="Abroad AG")
    content = table(
        {"Organization ID": str(abroad.public_id), **numbered(1)}, {"Organization ID": "417", **numbered(2)}
    )
    client, address, job = check(cast, content, mode="update")
    assert job.rows_invalid == 2
    page = client.get(address).text
    assert "There is no organization with the id" in page and "is not the id of an organization" in page
    assert "Abroad AG" not in page


def test_swapping_unique_values_and_meeting_one_record_twice_are_errors(cast):
    existing(cast, numbered(1), numbered(2))
    swapped = table(
        numbered(1) | {"primary_domain": "customer-2.example"}, numbered(2) | {"primary_domain": "customer-1.example"}
    )
    _, _, job = check(cast, swapped, mode="update")
    assert job.rows_invalid == 2
    twice = table(numbered(1) | {"city": "A"}, numbered(1) | {"customer_number": "", "city": "B"})
    _, _, job = check(cast, twice, mode="update")
    rows = staged(cast, job)
    assert rows[1].verdict == "valid"
    assert [problem["code"] for problem in rows[2].errors["primary_domain"]] == ["repeated"]


def test_empty_cells_clear_when_that_was_chosen(cast):
    existing(cast, numbered(1) | {"city": "Umeå", "state": "Västerbotten"})
    content = table(numbered(1) | {"city": ""})
    client, address, job = check(cast, content, mode="update")
    assert job.rows_to_keep == 1
    client.post(f"{address}options/", PLAIN | {"mode": "update", "blanks": "clear"})
    job = work_on(cast, read)
    assert (job.state, job.rows_to_update) == ("ready", 1)
    start(cast, client, address)
    found = organizations(cast)["customer-1.example"]
    assert (found.city, found.state) == ("", "Västerbotten"), "a column that the file has not is kept"


def test_clearing_what_is_mandatory_is_an_error(cast):
    existing(cast, numbered(1))
    content = table(numbered(1) | {"name": ""})
    client, address, job = check(cast, content, mode="update")
    assert job.rows_to_keep == 1
    client.post(f"{address}options/", PLAIN | {"mode": "update", "blanks": "clear"})
    assert work_on(cast, read).rows_invalid == 1


def test_mandatory_columns_are_needed_only_by_rows_that_create(cast):
    existing(cast, numbered(1))
    content = table({"customer_number": "000001", "city": "Kiruna"}, {"customer_number": "000009", "city": "Kiruna"})
    assert upload(cast.sign_in(), content).status_code == 422
    client, address, job = check(cast, content, mode="update")
    assert (job.rows_to_update, job.rows_invalid) == (1, 1)
    assert set(staged(cast, job)[2].errors) == {"name", "primary_domain", "notification_email"}
    start(cast, client, address)
    assert organizations(cast)["customer-1.example"].city == "Kiruna"


def test_without_a_column_to_find_records_by_mandatory_ones_are_needed(cast):
    assert upload(cast.sign_in(), table({"name": "A", "city": "B"}), mode="update").status_code == 422


def test_an_archived_record_is_an_error_in_words(cast):
    (old,) = existing(cast, numbered(1))
    with acting_for(cast.northwind.pk):
        archive_organizations(cast.admin, Organization.objects.filter(pk=old.pk))
    client, address, job = check(cast, table(numbered(1) | {"city": "A"}), mode="update")
    assert job.rows_invalid == 1
    assert "Restore that one instead" in client.get(address).text


def test_what_exists_outside_ones_groups_is_neither_found_nor_named(cast):
    existing(cast, customer("Secret GmbH", primary_domain="customer-1.example"), groups=[cast.dach])
    content = table(numbered(1) | {"city": "A"})
    group = str(cast.nordics.public_id)
    client, address, job = check(cast, content, role="key_account_manager", mode="update", group=group)
    assert job.rows_invalid == 1
    page = client.get(address).text
    assert "already in use" in page and "Secret" not in page


def test_who_may_not_edit_may_not_choose_to_update(cast):
    client = cast.sign_in("view_only_admin")
    assert upload(client, table(count=1), mode="update").status_code == 403


def test_a_record_that_came_since_the_check_is_not_changed(cast):
    client, address, _ = check(cast, table(numbered(1) | {"city": "A"}, numbered(2)), mode="update")
    existing(cast, numbered(1))
    job = start(cast, client, address)
    assert counts(job) == {"created": 1, "failed": 1}
    assert organizations(cast)["customer-1.example"].city == ""
    assert "already used by Customer 1 AB" in client.get(f"{address}?rows=failed").text


def test_a_record_that_was_changed_since_the_check_keeps_that_change(cast):
    (old,) = existing(cast, numbered(1))
    client, address, _ = check(cast, table(numbered(1) | {"city": "A"}), mode="update")
    with acting_for(cast.northwind.pk):
        change_organization(cast.admin, old, {"state": "B"}, version=1)
    assert counts(start(cast, client, address)) == {"updated": 1}
    found = organizations(cast)["customer-1.example"]
    assert (found.city, found.state, found.version) == ("A", "B", 3)


def test_what_is_filled_in_for_all_fills_blanks_of_new_records_alone(cast):
    existing(cast, numbered(1))
    content = table(numbered(1), numbered(2) | {"country": "NO"}, numbered(3))
    client, address, _ = check(cast, content, mode="update")
    given = PLAIN | {"mode": "update", "country": "Sweden", "billing_start_date": "01/02/2026"}
    client.post(f"{address}options/", given)
    job = work_on(cast, read)
    assert (job.rows_to_keep, job.rows_to_create) == (1, 2)
    start(cast, client, address)
    found = organizations(cast)
    assert [found[f"customer-{n}.example"].country for n in (1, 2, 3)] == ["", "NO", "SE"]
    assert str(found["customer-3.example"].billing_start_date) == "2026-02-01"


def test_what_is_filled_in_works_for_files_that_only_create_too(cast):
    client, address, job = check(cast, table({**numbered(1), "notification_email": ""}, numbered(2)))
    assert job.rows_invalid == 1
    client.post(f"{address}options/", PLAIN | {"notification_email": "all@example.com"})
    assert work_on(cast, read).rows_invalid == 0
    start(cast, client, address)
    emails = {row.notification_email for row in organizations(cast).values()}
    assert emails == {"all@example.com", "it@customer-2.example"}


def test_a_wrong_value_for_all_is_told_at_its_field(cast):
    client, address, _ = check(cast, table(count=1))
    answer = client.post(f"{address}options/", PLAIN | {"country": "Atlantis"})
    assert answer.status_code == 422
    assert "Atlantis" in answer.text and "There is a problem" in answer.text
    assert newest(cast).defaults == {}


def test_options_do_not_change_what_has_begun(cast):
    client, address, _ = check(cast, table(count=3))
    client.post(f"{address}start/")
    assert client.post(f"{address}options/", PLAIN | {"mode": "update"}).status_code == 302
    assert newest(cast).mode == "create"


# All or nothing


def whole(cast, content, **data):
    client, address, _ = check(cast, content, **data)
    mode = data.get("mode", "create")
    client.post(f"{address}options/", PLAIN | {"mode": mode, "all_or_nothing": "all"})
    return client, address


def test_all_or_nothing_does_not_start_with_a_bad_row(cast):
    client, address = whole(cast, table({**numbered(1), "country": "Atlantis"}, numbered(2)))
    assert "some rows have errors" in client.get(address).text
    assert client.post(f"{address}start/").status_code == 409
    assert newest(cast).state == "ready"


def test_all_rows_are_written_together(cast, monkeypatch):
    monkeypatch.setattr("imports.steps.CHUNK", 10)
    client, address = whole(cast, table(count=35))
    job = start(cast, client, address, create_whole)
    assert (job.state, counts(job)) == ("done", {"created": 35})


def test_one_lost_race_rolls_all_of_it_back_and_is_named(cast, monkeypatch):
    monkeypatch.setattr("imports.steps.CHUNK", 10)
    client, address = whole(cast, table(count=35))
    existing(cast, numbered(33))
    job = start(cast, client, address, create_whole)
    assert (job.state, counts(job)) == ("failed", {"failed": 1})
    assert list(organizations(cast)) == ["customer-33.example"]
    page = client.get(f"{address}?rows=failed").text
    assert "Nothing was written" in page and "already used by Customer 33 AB" in page
    with acting_for(cast.northwind.pk):
        assert Event.objects.filter(kind="organization.created").count() == 1


def test_rows_that_change_nothing_are_counted_in_strides_between_those_that_do(cast, monkeypatch):
    monkeypatch.setattr("imports.steps.CHUNK", 3)
    rows = [numbered(number) for number in range(1, 41)]
    existing(cast, *rows)
    changed = [row | {"city": "Umeå"} if place in (4, 5, 6, 19) else row for place, row in enumerate(rows)]
    client, address, _ = check(cast, table(*changed), mode="update")
    written, reached = creating.write_chunk, []

    def noted(actor, job, *args):
        lost = written(actor, job, *args)
        reached.append((job.place, job.rows_updated, job.rows_unchanged))
        return lost

    monkeypatch.setattr(creating, "write_chunk", noted)
    job = start(cast, client, address)
    assert (job.state, counts(job)) == ("done", {"updated": 4, "unchanged": 36})
    assert reached == [(7, 3, 4), (37, 4, 33), (40, 4, 36)], "as far as a chunk of changes, or ten chunks of none"


def test_updates_go_back_as_well(cast, monkeypatch):
    monkeypatch.setattr("imports.steps.CHUNK", 1)
    existing(cast, numbered(1), numbered(2))
    client, address = whole(cast, table(numbered(1) | {"city": "A"}, numbered(3)), mode="update")
    existing(cast, numbered(3))
    assert start(cast, client, address, create_whole).state == "failed"
    assert organizations(cast)["customer-1.example"].city == ""


@pytest.mark.django_db(transaction=True)
def test_cancelled_in_the_middle_nothing_stays_and_progress_was_told(cast, monkeypatch):
    from imports import whole as module

    monkeypatch.setattr("imports.steps.CHUNK", 10)
    client, address = whole(cast, table(count=35))
    client.post(f"{address}start/")
    seen, tell = [], module._tell

    def tell_and_cancel(job):
        import threading

        tell(job)

        def beside():
            from django.db import connection

            other = cast.sign_in()
            seen.append(other.get(address).text)
            other.post(f"{address}cancel/")
            connection.close()

        thread = threading.Thread(target=beside)
        thread.start()
        thread.join()

    monkeypatch.setattr(module, "_tell", tell_and_cancel)
    job = work_on(cast, create_whole)
    assert (job.state, counts(job)) == ("cancelled", {})
    assert "10 of 35" in seen[0]
    assert organizations(cast) == {}


def test_history_and_result_tell_what_was_updated(cast):
    existing(cast, numbered(1))
    client, address, _ = check(cast, table(numbered(1) | {"city": "A"}, numbered(2)), mode="update")
    start(cast, client, address)
    assert "Updated" in client.get(address).text
    with acting_for(cast.northwind.pk):
        job = Import.objects.get()
    assert job.rows_updated == 1
