"""The history holds files, grids and bulk calls together, newest first, and can be narrowed."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from support.files import numbered, table, upload, work_on
from support.programs import program

from accounts.tenancy import acting_for
from imports.models import Import, Undo
from imports.tasks import create, read, undo_batch
from organizations.fields import NAMES
from organizations.models import WrittenBatch

pytestmark = pytest.mark.django_db
URL = "/organizations/imports/"
GRID = "/organizations/create-multiple/rows/"


def grid(client, *rows, token=None, **more):
    columns = {name: [row.get(name, "") for row in rows] for name in NAMES}
    return client.post(GRID, columns | {"grid": str(token or uuid.uuid4())} | more)


def file(cast, client, *rows, name="customers.csv", **data):
    address = upload(client, table(*rows), name=name, **data).url
    work_on(cast, read)
    client.post(f"{address}start/")
    return work_on(cast, create)


def lines(client, query=""):
    return [
        (row["file_name"], row["created_count"], str(row["state_label"]))
        for row in client.get(URL + query).context["imports"]
    ]


def test_a_file_a_grid_and_a_bulk_call_stand_in_one_history(cast):
    client = cast.sign_in()
    file(cast, client, numbered(1))
    grid(client, numbered(2), numbered(3))
    rows = [numbered(n) for n in (4, 5, 6)]
    program(cast).post("organizations/bulk", {"rows": rows})
    assert lines(client) == [
        ("Bulk call of the API", "3", "Done"),
        ("Grid", "2", "Done"),
        ("customers.csv", "1", "Done"),
    ]
    page = client.get(URL)
    for row in page.context["imports"]:
        assert client.get(row["url"]).status_code == 200
    assert "API key" in page.text and re.search(r"took \d seconds?", page.text)


def test_a_grid_that_is_sent_again_is_one_batch_that_grows(cast):
    client, token = cast.sign_in(), uuid.uuid4()
    grid(client, numbered(1), numbered(2) | {"primary_domain": "x"}, token=token)
    with acting_for(cast.northwind.pk):
        assert list(WrittenBatch.objects.values_list("created", "failed")) == [(1, 1)]
    grid(client, numbered(2), token=token)
    grid(client, numbered(2), token=token)
    with acting_for(cast.northwind.pk):
        assert list(WrittenBatch.objects.values_list("created", "failed")) == [(2, 0)]


def test_what_has_written_nothing_is_not_in_the_history(cast):
    client = cast.sign_in()
    grid(client, numbered(1) | {"primary_domain": "x"})
    program(cast).post("organizations/bulk", {"rows": [{"name": "without a domain"}]})
    assert lines(client) == []
    assert "No imports yet" in client.get(URL).text


def test_a_bulk_call_that_only_changed_says_how_many_and_can_be_undone(cast):
    client, erp = cast.sign_in(), program(cast)
    erp.post("organizations/bulk", {"rows": [numbered(1)]})
    erp.post("organizations/bulk", {"mode": "upsert", "rows": [numbered(1) | {"city": "Umeå"}]})
    row = client.get(URL).context["imports"][0]
    assert (row["created_count"], row["updated_count"]) == ("0", "1")
    assert client.get(row["url"]).status_code == 200
    client.post(row["undo_url"])
    with acting_for(cast.northwind.pk):
        undo = Undo.objects.get()
    undo_batch(cast.northwind.pk, undo.pk)
    assert [state for _, _, state in lines(client)] == ["Undone", "Done"]


def test_the_history_can_be_narrowed_and_says_so(cast):
    client, other = cast.sign_in(), cast.sign_in("key_account_manager")
    group = str(cast.nordics.public_id)
    file(cast, client, numbered(1), name="alpha.csv")
    file(cast, other, numbered(2), name="beta.csv", group=group)
    grid(other, numbered(3), groups=group)
    upload(client, table(numbered(4)), name="waiting.csv")
    manager = cast.members["key_account_manager"].user.public_id
    names = {
        query: [name for name, _, _ in lines(client, f"?{query}")]
        for query in [
            "search=ALPH",
            "state=done",
            "state=reading",
            "door=grid",
            "door=file",
            f"person={manager}",
            f"person={manager}&door=file",
            "state=nonsense&door=nonsense&person=nonsense",
        ]
    }
    assert names == {
        "search=ALPH": ["alpha.csv"],
        "state=done": ["Grid", "beta.csv", "alpha.csv"],
        "state=reading": ["waiting.csv"],
        "door=grid": ["Grid"],
        "door=file": ["waiting.csv", "beta.csv", "alpha.csv"],
        f"person={manager}": ["Grid", "beta.csv"],
        f"person={manager}&door=file": ["beta.csv"],
        "state=nonsense&door=nonsense&person=nonsense": ["waiting.csv", "Grid", "beta.csv", "alpha.csv"],
    }
    page = client.get(f"{URL}?search=nothing&door=file")
    assert "Nothing matches" in page.text
    assert [chip["label"] for chip in page.context["chips"]] == ["nothing", "File"]
    assert page.context["chips"][0]["remove_url"] == "?door=file"


def test_everybody_sees_their_own_and_admins_see_all(cast):
    client, other = cast.sign_in(), cast.sign_in("key_account_manager")
    grid(client, numbered(1))
    grid(other, numbered(2), groups=str(cast.nordics.public_id))
    assert len(lines(client)) == len(lines(cast.sign_in("view_only_admin"))) == 2
    assert len(lines(other)) == 1
    assert "person" not in [found["name"] for found in other.get(URL).context["filters"]]
    assert lines(cast.sign_in("neighbour")) == lines(cast.sign_in("sales_agent")) == []
    undo_urls = [row["undo_url"] for row in cast.sign_in("view_only_admin").get(URL).context["imports"]]
    assert undo_urls == ["", ""]


@pytest.mark.parametrize(
    "query", ["?search=%00", "?after=x", "?before=!!", "?person=%00&state=%00", "?after=" + "a" * 999]
)
def test_no_address_makes_a_server_error(cast, query):
    assert cast.sign_in().get(f"{URL}?{query}").status_code == 200


def test_pages_of_files_and_grids_together_show_each_once_forwards_and_backwards(cast):
    start = timezone.now()
    member = cast.members["reseller_admin"]
    with acting_for(cast.northwind.pk):
        for n in range(60):
            at = start - timedelta(minutes=n)
            if n % 3:
                file = {"file_name": f"{n}.csv", "file_size": 1, "sha256": "", "upload": "a.csv", "created_at": at}
                Import.objects.create(reseller=cast.northwind, membership=member, **file)
            else:
                WrittenBatch.objects.create(
                    reseller=cast.northwind, public_id=uuid.uuid4(), membership=member, source="grid", created=n,
                    created_at=at,
                )  # fmt: skip
    client = cast.sign_in()
    seen, query, pages = [], "", 0
    while pages < 10:
        page = client.get(URL + query)
        seen += [row["created"] for row in page.context["imports"]]
        pages += 1
        last, query = query, page.context["pager"]["next_url"]
        if not query:
            break
    assert pages == 3 and len(seen) == 60 and seen == sorted(seen, reverse=True)
    back = client.get(URL + client.get(URL + last).context["pager"]["previous_url"])
    assert [row["created"] for row in back.context["imports"]] == seen[25:50]
    first = client.get(URL + back.context["pager"]["previous_url"])
    assert [row["created"] for row in first.context["imports"]] == seen[:25]
    assert first.context["pager"]["previous_url"] == ""


def test_the_history_asks_as_often_for_two_as_for_fifty(cast, django_assert_max_num_queries):
    client = cast.sign_in()
    for count in (2, 48):
        with acting_for(cast.northwind.pk):
            for _ in range(count):
                member = cast.members["reseller_admin"]
                WrittenBatch.objects.create(
                    reseller=cast.northwind, public_id=uuid.uuid4(), membership=member, source="grid", created=1
                )
        with django_assert_max_num_queries(19):
            client.get(URL)
