"""Organizations that exist are changed, archived, restored and erased; one by one and by selection."""

import pytest
from django.db import connection
from support.cast import customer
from support.files import newest, numbered, table, upload, work_on
from support.workers import at_once

from accounts.tenancy import acting_for
from events.models import Event
from imports import uploads
from imports.models import ImportRow
from imports.tasks import create, read
from organizations.changes import texts_of
from organizations.models import Organization


@pytest.fixture
def acme(cast):
    with acting_for(cast.northwind.pk):
        (made,) = cast.create(cast.admin, customer("Acme", city="Lund"), groups=[cast.nordics])
    return made


def again(cast, organization):
    with acting_for(cast.northwind.pk):
        return Organization.objects.get(pk=organization.pk)


def events(cast, organization):
    with acting_for(cast.northwind.pk):
        rows = Event.objects.filter(subject_id=organization.public_id).order_by("id")
        return [(event.kind, event.details) for event in rows]


def address(organization, verb):
    return f"/organizations/{organization.public_id}/{verb}/"


def test_a_change_is_stored_and_told_before_and_after(cast, acme):
    texts = texts_of(acme) | {"city": "  Malmö ", "contact_phone": "08-123 456 78", "version": "1"}
    assert cast.sign_in().post(address(acme, "edit"), texts).status_code == 302
    changed = again(cast, acme)
    assert (changed.city, changed.contact_phone, changed.version) == ("Malmö", "+46812345678", 2)
    kind, details = events(cast, acme)[-1]
    assert (kind, details["changes"]["city"]) == ("organization.changed", ["Lund", "Malmö"])
    page = cast.sign_in().get(f"/organizations/{acme.public_id}/").text
    assert "changed the organization" in page and "Lund" in page


def test_saving_without_a_change_writes_nothing(cast, acme):
    assert cast.sign_in().post(address(acme, "edit"), texts_of(acme) | {"version": "1"}).status_code == 302
    assert again(cast, acme).version == 1
    assert [kind for kind, _ in events(cast, acme)] == ["organization.created"]


@pytest.mark.parametrize("version", ["0", "2", "", "x", "9" * 30])
def test_a_page_that_is_not_the_newest_saves_nothing_and_keeps_the_typed_texts(cast, acme, version):
    texts = texts_of(acme) | {"city": "Malmö", "version": version}
    answer = cast.sign_in().post(address(acme, "edit"), texts)
    assert answer.status_code == 409
    assert "Somebody else changed Acme" in answer.text and 'value="Malmö"' in answer.text
    assert again(cast, acme).city == "Lund"


def test_a_change_that_is_refused_is_told_at_its_field(cast, acme):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Other"))
    texts = texts_of(acme) | {"primary_domain": "other.example", "country": "Atlantis", "version": "1"}
    answer = cast.sign_in().post(address(acme, "edit"), texts)
    assert answer.status_code == 422
    assert "is already used by Other" in answer.text and "is not a country that we know" in answer.text
    assert again(cast, acme).primary_domain == "acme.example"


def test_a_role_without_approval_edits_the_rest_and_leaves_it_alone(cast, acme):
    with acting_for(cast.northwind.pk):
        Organization.objects.filter(pk=acme.pk).update(approval_process=True)
    texts = texts_of(acme) | {"city": "Malmö", "approval_process": "", "version": "1"}
    assert cast.sign_in("sales_agent").post(address(acme, "edit"), texts).status_code == 302
    changed = again(cast, acme)
    assert (changed.city, changed.approval_process) == ("Malmö", True)


def test_columns_that_a_reseller_made_mandatory_bind_creation_only(cast, acme):
    cast.northwind.mandatory_fields = ["customer_number"]
    cast.northwind.save()
    client = cast.sign_in()
    assert client.post("/organizations/new/", customer("New")).status_code == 422
    assert client.post(address(acme, "edit"), texts_of(acme) | {"city": "Ystad", "version": "1"}).status_code == 302


def test_an_archived_organization_is_hidden_read_only_and_keeps_its_domain(cast, acme):
    client = cast.sign_in()
    client.post(address(acme, "archive"))
    assert "Acme" not in client.get("/organizations/").text.partition("<tbody>")[2]
    assert "Acme" in client.get("/organizations/?archived=only").text
    assert client.post(address(acme, "edit"), texts_of(acme) | {"version": "2"}).status_code == 409
    refusal = client.post("/organizations/new/", customer("Copy", primary_domain="acme.example"))
    assert "belongs to the archived organization Acme" in refusal.text
    client.post(address(acme, "restore"))
    restored = again(cast, acme)
    with acting_for(cast.northwind.pk):
        assert (restored.archived_at, list(restored.groups.all())) == (None, [cast.nordics])
    kinds = [kind for kind, _ in events(cast, acme)]
    assert kinds[-2:] == ["organization.archived", "organization.restored"]


def test_erasing_removes_what_is_personal_everywhere_and_keeps_ids_and_dates(cast):
    client = cast.sign_in()
    upload(client, table(count=2))
    work_on(cast, read)
    client.post(f"/organizations/imports/{newest(cast).public_id}/start/")
    work_on(cast, create)
    with acting_for(cast.northwind.pk):
        gone, other = Organization.objects.order_by("id")
    client.post(address(gone, "edit"), texts_of(gone) | {"city": "Secret", "version": "1"})
    assert client.post(address(gone, "erase"), {"name": gone.name}).status_code == 409, "it must be archived first"
    client.post(address(gone, "archive"))
    assert client.post(address(gone, "erase"), {"name": "something else"}).status_code == 422
    assert again(cast, gone).name == gone.name
    assert client.post(address(gone, "erase"), {"name": gone.name}).status_code == 302
    erased = again(cast, gone)
    with acting_for(cast.northwind.pk):
        row = ImportRow.objects.get(reseller=cast.northwind, public_id=gone.public_id)
    kept = " ".join(map(str, [*texts_of(erased).values(), erased.search_text, *events(cast, gone), row.name]))
    for secret in (gone.name, gone.primary_domain, gone.notification_email, gone.customer_number, "Secret"):
        assert secret not in kept
    assert (erased.public_id, erased.created_at) == (gone.public_id, gone.created_at)
    assert [kind for kind, _ in events(cast, gone)][-1] == "organization.erased"
    assert not uploads.storage().exists(newest(cast).upload)
    assert again(cast, other).name == other.name
    assert client.post("/organizations/new/", numbered(1)).status_code == 302, "its domain is free again"


def test_the_neighbour_cannot_erase_events_through_the_function(cast, acme):
    with acting_for(cast.fabrikam.pk), connection.cursor() as cursor:
        cursor.execute("SELECT erase_event_values(%s)", [acme.public_id])
    assert events(cast, acme)[0][1] != {}


def bulk(client, action, ids=(), **posted):
    return client.post("/organizations/bulk/", {"action": action, "id": [str(i) for i in ids], **posted})


@pytest.fixture
def many(cast):
    with acting_for(cast.northwind.pk):
        return cast.create(cast.admin, *[numbered(number) for number in range(1, 6)], groups=[cast.dach])


def test_a_selection_is_changed_only_after_the_question(cast, acme, many):
    client = cast.sign_in()
    ids = [many[0].public_id, many[1].public_id]
    question = bulk(client, "archive", ids)
    assert "Archive 2 organizations?" in question.text
    assert again(cast, many[0]).archived_at is None
    assert bulk(client, "archive", ids, confirmed="yes").status_code == 302
    archived = [again(cast, row).archived_at is not None for row in (*many, acme)]
    assert archived == [True, True, False, False, False, False]
    assert events(cast, many[0])[-1][0] == "organization.archived"


def test_all_that_match_are_those_of_the_list(cast, acme, many):
    bulk(cast.sign_in(), "billing", scope="all", search="customer", confirmed="yes", billing_start_date="01/02/2027")
    dates = [again(cast, row).billing_start_date for row in (*many, acme)]
    assert [str(day) for day in dates] == ["2027-02-01"] * 5 + ["None"]
    assert events(cast, many[0])[-1][1] == {"changes": {"billing_start_date": ["", "01/02/2027"]}}


def test_a_bad_value_for_a_selection_changes_nothing(cast, many):
    ids = [row.public_id for row in many]
    answer = bulk(cast.sign_in(), "approval", ids, confirmed="yes", approval_process="TRUE", approval_limit="-5")
    assert answer.status_code == 422 and "is below zero" in answer.text
    assert not any(again(cast, row).approval_process for row in many)


def test_rows_that_one_does_not_see_are_not_in_the_selection(cast, acme, many):
    client = cast.sign_in("key_account_manager")
    ids = [acme.public_id, many[0].public_id]
    assert "Billing start date of 1 organization" in bulk(client, "billing", ids).text
    bulk(client, "billing", ids, confirmed="yes", billing_start_date="01/02/2027")
    assert again(cast, acme).billing_start_date and not again(cast, many[0]).billing_start_date
    assert bulk(client, "archive", ids, confirmed="yes").status_code == 403
    assert bulk(cast.sign_in("neighbour"), "archive", ids, confirmed="yes").status_code == 302
    assert again(cast, acme).archived_at is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("group={nordics}", ["Acme"]),
        ("group=none", ["Lone"]),
        ("missing=customer_number", ["Acme", "Lone"]),
        ("approval=on", ["Lone"]),
        ("source=import", []),
        ("group={nordics}&approval=on", []),
        ("search=ACM", ["Acme"]),
        ("search=cme.exa", ["Acme"]),
        ("search=%25", []),
        ("group=nonsense&source=x&size=7&sort=bad&after=%00garbage", ["Acme", "Lone"]),
    ],
)
def test_the_list_is_narrowed_by_what_its_address_says(cast, acme, query, expected):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Lone", approval_process="TRUE"))
    page = cast.sign_in().get("/organizations/?" + query.format(nordics=cast.nordics.public_id))
    assert [row["name"] for row in page.context["rows"]] == expected


@pytest.mark.parametrize("sort", ["name", "-name", "domain", "-created", "customer_number"])
def test_pages_show_every_row_once_forwards_and_backwards(cast, sort):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *[numbered(n) | {"name": f"Same {n % 3}"} for n in range(60)])
    client, seen, url = cast.sign_in(), [], f"?sort={sort}"
    while url:
        page = client.get("/organizations/" + url)
        seen.append([row["id"] for row in page.context["rows"]])
        url, last = page.context["pager"]["next_url"], page
    assert [len(ids) for ids in seen] == [25, 25, 10]
    assert len({public_id for ids in seen for public_id in ids}) == 60
    back = client.get("/organizations/" + last.context["pager"]["previous_url"])
    assert [row["id"] for row in back.context["rows"]] == seen[1]


def test_a_list_asks_as_often_for_three_rows_as_for_fifty(cast, django_assert_max_num_queries):
    client = cast.sign_in()
    for count in (3, 50):
        with acting_for(cast.northwind.pk):
            cast.create(cast.admin, *[numbered(count * 100 + n) for n in range(count)], groups=[cast.dach])
        with django_assert_max_num_queries(16):
            client.get("/organizations/?size=100")


@pytest.mark.django_db(transaction=True)
def test_two_people_who_create_the_same_domain_at_once_get_one_record_and_one_sentence(cast):
    first, second = cast.sign_in(), cast.sign_in()
    for number in range(4):
        posted = numbered(number)
        answers = at_once(*[lambda client=c, p=posted: client.post("/organizations/new/", p) for c in (first, second)])
        assert sorted(answer.status_code for answer in answers) == [302, 422]
        (refusal,) = [answer.text for answer in answers if answer.status_code == 422]
        assert f"is already used by Customer {number} AB" in refusal
    with acting_for(cast.northwind.pk):
        assert Organization.objects.count() == 4
