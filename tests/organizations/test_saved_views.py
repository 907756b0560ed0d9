"""Saved views of the list and its columns: kept, found again, shared without showing more, and taken along in files."""

import csv
import io

import pytest
from support.cast import customer
from support.plans import asked

from accounts.tenancy import acting_for
from events.models import Event
from exports.models import Export
from exports.tasks import make
from organizations.columns import COLUMNS, USUAL
from organizations.models import SavedView

LIST, VIEWS, COLUMNS_PAGE = "/organizations/", "/organizations/views/", "/organizations/columns/"


@pytest.fixture
def rows(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Nordic AB", city="Umeå", customer_number="7"), groups=[cast.nordics])
        cast.create(cast.admin, customer("Dach GmbH", country="DE"), groups=[cast.dach])
    return cast


def save(client, name="Swedes", **asked):
    return client.post(f"{VIEWS}new/", {"name": name, **asked})


def newest(cast):
    with acting_for(cast.northwind.pk):
        return SavedView.objects.latest("id")


def names(page):
    return [row["name"] for row in page.context["rows"]]


def headings(page):
    return [str(heading["label"]) for heading in page.context["sort_headings"]]


def menu(page):
    views = page.context["views"]
    return [view["name"] for view in views["own"]], [view["name"] for view in views["shared"]]


# A view of one's own


def test_a_list_is_saved_under_a_name_and_found_again_with_everything_it_asked(rows):
    client = rows.sign_in()
    form = client.get(f"{VIEWS}new/?search=dach&sort=-created&columns=city,country")
    assert "“dach”" in form.text and 'name="columns" value="city,country"' in form.text
    answer = save(client, search="dach", sort="-created", columns="city,country")
    view = newest(rows)
    assert (answer.status_code, answer.url) == (302, f"{LIST}?view={view.public_id}")
    page = client.get(answer.url, follow=True)
    assert names(page) == ["Dach GmbH"] and headings(page) == ["Name", "City", "Country"]
    assert "search=dach" in page.request["QUERY_STRING"], "the address says everything"
    assert page.context["views"]["name"] == "Swedes" and not page.context["views"]["is_changed"]
    assert menu(page) == (["Swedes"], [])


def test_a_changed_view_can_be_saved_saved_as_another_or_reset(rows):
    client = rows.sign_in()
    save(client, search="dach")
    view = newest(rows)
    changed = client.get(f"{LIST}?view={view.public_id}&search=nordic")
    told = changed.context["views"]
    assert told["is_changed"] and names(changed) == ["Nordic AB"]
    assert names(client.get(LIST + told["reset_url"])) == ["Dach GmbH"]
    for control in (">Save<", ">Save as<", ">Reset<"):
        assert control in changed.text
    client.post(told["update_url"], changed.context["kept"])
    assert names(client.get(f"{LIST}?view={view.public_id}", follow=True)) == ["Nordic AB"]


def test_a_view_is_renamed_and_deleted_after_a_question(rows):
    client = rows.sign_in("sales_agent")
    save(client, search="nordic")
    address = f"{VIEWS}{newest(rows).public_id}/"
    assert client.post(address, {"name": " My  own "}).status_code == 302
    assert menu(client.get(LIST)) == (["My own"], [])
    assert "Delete the view My own?" in client.get(f"{address}delete/").text
    client.post(f"{address}delete/")
    assert menu(client.get(LIST)) == ([], [])
    assert client.get(address).status_code == 404


def test_the_list_begins_with_the_view_that_one_chose_and_everything_stays_one_click_away(rows):
    client = rows.sign_in()
    save(client, search="dach", is_default="on")
    page = client.get(LIST, follow=True)
    assert names(page) == ["Dach GmbH"]
    assert names(client.get(LIST + page.context["views"]["all_url"])) == ["Dach GmbH", "Nordic AB"]
    assert names(client.get(LIST + page.context["clear_url"])) == ["Dach GmbH", "Nordic AB"]
    assert names(client.get(f"{LIST}?search=nordic")) == ["Nordic AB"], "who asks for something gets it"
    assert names(rows.sign_in("view_only_admin").get(LIST)) == ["Dach GmbH", "Nordic AB"]
    client.post(VIEWS, {"view": ""})
    assert names(client.get(LIST)) == ["Dach GmbH", "Nordic AB"]
    client.post(VIEWS, {"view": str(newest(rows).public_id)})
    client.post(f"{VIEWS}{newest(rows).public_id}/delete/")
    assert names(client.get(LIST)) == ["Dach GmbH", "Nordic AB"], "a default that is gone is none"


def test_the_last_filter_can_be_removed_in_a_view_and_by_those_who_begin_with_one(rows):
    client = rows.sign_in()
    save(client, search="dach", is_default="on")
    for narrowed in (client.get(LIST, follow=True), client.get(f"{LIST}?search=nordic")):
        (chip,) = narrowed.context["chips"]
        assert names(client.get(LIST + chip["remove_url"], follow=True)) == ["Dach GmbH", "Nordic AB"]
        assert names(client.get(LIST + narrowed.context["clear_url"], follow=True)) == ["Dach GmbH", "Nordic AB"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("  ", "Enter a name."),
        ("x" * 101, "A name has at most 100 characters."),
        ("sWEDES", "There is a view with this name already."),
    ],
)
def test_a_name_that_cannot_be_had_is_told_and_nothing_is_kept(rows, name, sentence):
    client = rows.sign_in()
    save(client)
    answer = save(client, name, search="dach")
    assert answer.status_code == 422 and sentence in answer.text
    assert 'name="search" value="dach"' in answer.text, "what was asked for is not lost"
    assert menu(client.get(LIST)) == (["Swedes"], [])
    assert save(rows.sign_in("sales_agent")).status_code == 302, "somebody else's name is no obstacle"


# Shared ones


def test_a_shared_view_shows_nobody_more_than_they_may_see(rows):
    save(rows.sign_in(), "Ours", group=str(rows.dach.public_id), is_shared="on")
    view = newest(rows)
    assert view.asked["group"] == str(rows.dach.public_id)
    manager = rows.sign_in("key_account_manager")
    page = manager.get(f"{LIST}?view={view.public_id}", follow=True)
    assert menu(page) == ([], ["Ours"])
    assert names(page) == ["Nordic AB"] and "is left out" in page.text
    for secret in ("DACH", "Dach GmbH", str(rows.dach.public_id)):
        assert secret not in page.text
    assert names(rows.sign_in("view_only_admin").get(f"{LIST}?view={view.public_id}", follow=True)) == ["Dach GmbH"]
    assert menu(rows.sign_in("neighbour").get(LIST)) == ([], [])
    assert rows.sign_in("neighbour").get(f"{VIEWS}{view.public_id}/").status_code == 404


def test_only_reseller_admins_share_and_change_what_is_shared(rows):
    admin, manager = rows.sign_in(), rows.sign_in("key_account_manager")
    assert save(manager, "Mine", is_shared="on").status_code == 302
    assert not newest(rows).is_shared, "their form has no such tick"
    save(admin, "Ours", is_shared="on")
    view = newest(rows)
    for path in ("", "update/", "delete/"):
        assert manager.post(f"{VIEWS}{view.public_id}/{path}", {"name": "Theirs"}).status_code == 403
    assert {row["name"]: bool(row["edit_url"]) for row in manager.get(VIEWS).context["views"]} == {
        "Mine": True,
        "Ours": False,
    }
    admin.post(f"{VIEWS}{view.public_id}/", {"name": "Everybody's", "is_shared": "on"})
    admin.post(f"{VIEWS}{view.public_id}/delete/")
    with acting_for(rows.northwind.pk):
        told = list(Event.objects.filter(kind__startswith="view.").order_by("id").values_list("kind", "details__name"))
    assert told == [("view.shared", "Ours"), ("view.changed", "Everybody's"), ("view.deleted", "Everybody's")]


def test_a_private_view_is_nobody_elses(rows):
    save(rows.sign_in("sales_agent"), "Private")
    view = newest(rows)
    for role in ("reseller_admin", "key_account_manager", "neighbour"):
        client = rows.sign_in(role)
        assert menu(client.get(LIST)) == ([], [])
        assert client.get(f"{VIEWS}{view.public_id}/").status_code == 404
        assert client.post(f"{VIEWS}{view.public_id}/delete/").status_code == 404
    assert names(rows.sign_in().get(f"{LIST}?view={view.public_id}")) == ["Dach GmbH", "Nordic AB"]


# Columns


def ticks(page):
    return [column["name"] for column in page.context["columns"] if column["shown"]]


def test_columns_are_chosen_ordered_and_kept_for_the_person(rows):
    client = rows.sign_in()
    assert ticks(client.get(COLUMNS_PAGE)) == list(USUAL)
    order = ["city", "primary_domain", *COLUMNS]
    answer = client.post(COLUMNS_PAGE, {"order": order, "show": ["primary_domain", "city"], "search": "nordic"})
    assert answer.url == f"{LIST}?search=nordic&sort=name"
    page = client.get(LIST)
    assert headings(page) == ["Name", "City", "Primary domain"]
    assert [[cell.get("text") for cell in row["cells"]] for row in page.context["rows"]] == [
        ["Umeå" if name == "Nordic AB" else None, f"{name.lower().replace(' ', '-')}.example"] for name in names(page)
    ]
    assert headings(rows.sign_in("view_only_admin").get(LIST)) == ["Name", *(str(COLUMNS[n].label) for n in USUAL)]


def test_rows_are_as_high_as_the_person_likes_in_every_view_and_for_nobody_else(rows):
    client, low = rows.sign_in(), "cb-table--compact"
    assert low not in client.get(LIST).text
    drawn = client.post(COLUMNS_PAGE, {"order": ["city"], "show": ["city"], "up": "city", "density": "compact"})
    assert drawn.context["is_compact"] and low not in client.get(LIST).text, "moving a column saves nothing"
    client.post(COLUMNS_PAGE, {"order": ["city"], "show": ["city"], "density": "compact"})
    assert low in client.get(LIST).text and client.get(COLUMNS_PAGE).context["is_compact"]
    view = save(client).url
    assert low in client.get(view, follow=True).text
    assert low not in rows.sign_in("view_only_admin").get(LIST).text
    client.post(COLUMNS_PAGE, {"order": ["city"], "show": ["city"]})
    assert low in client.get(LIST).text, "a page that does not say how high they are changes nothing about it"
    client.post(COLUMNS_PAGE, {"order": ["city"], "show": ["city"], "density": "normal"})
    assert low not in client.get(LIST).text


def test_a_list_says_when_it_looks_for_beginnings_only(rows):
    client, told = rows.sign_in(), "From three letters on, any part is found."
    page = client.get(f"{LIST}?search=NO")
    assert names(page) == ["Nordic AB"] and "names that begin with “no”" in page.text and told in page.text
    assert names(client.get(f"{LIST}?search=ab")) == [], "as the page says"
    page = client.get(f"{LIST}?search=rdi")
    assert names(page) == ["Nordic AB"] and told not in page.text
    assert told in client.get(f"/groups/{rows.nordics.public_id}/members/?search=no").text


def test_a_column_is_moved_without_a_script_and_nothing_is_kept_before_saving(rows):
    client = rows.sign_in()
    drawn = client.post(COLUMNS_PAGE, {"order": ["city", "country"], "show": ["city", "country"], "down": "city"})
    assert drawn.status_code == 200 and ticks(drawn) == ["country", "city"]
    assert drawn.text.count("autofocus") == 1
    drawn = client.post(COLUMNS_PAGE, {"order": ["city", "country"], "show": ["country"], "up": "city"})
    assert [column["name"] for column in drawn.context["columns"]][:2] == ["city", "country"], (
        "the first stays the first"
    )
    assert ticks(client.get(COLUMNS_PAGE)) == list(USUAL)
    assert ticks(client.post(COLUMNS_PAGE, {"order": ["city"], "show": ["city"], "usual": "yes"})) == list(USUAL)


def test_nonsense_is_no_column_and_a_list_without_any_is_refused(rows):
    client = rows.sign_in()
    client.post(COLUMNS_PAGE, {"order": ["password", "city"], "show": ["password", "city"]})
    assert headings(client.get(LIST)) == ["Name", "City"]
    assert (
        client.post(COLUMNS_PAGE, {"order": ["city"], "show": []}, follow=True).text.count("at least one column") == 1
    )
    assert headings(client.get(f"{LIST}?columns=reseller_id,country")) == ["Name", "Country"]


def test_in_a_view_other_columns_are_a_change_that_can_be_saved_there(rows):
    client = rows.sign_in()
    save(client, columns="city")
    view = newest(rows)
    answer = client.post(COLUMNS_PAGE, {"order": ["country"], "show": ["country"], "view": str(view.public_id)})
    page = client.get(answer.url)
    assert headings(page) == ["Name", "Country"] and page.context["views"]["is_changed"]
    client.post(page.context["views"]["update_url"], page.context["kept"])
    assert headings(client.get(f"{LIST}?view={view.public_id}", follow=True)) == ["Name", "Country"]
    assert headings(client.get(f"{LIST}?view=all")) == ["Name", *(str(COLUMNS[n].label) for n in USUAL)]


def test_of_a_row_nothing_is_read_but_what_the_list_shows_of_it(rows):
    client = rows.sign_in()

    def read(query):
        _page, sent = asked(lambda: client.get(f"{LIST}{query}"))
        (sql,) = [sql for sql in sent if '"organizations_organization"."name"' in sql]
        told = sql.rpartition(" ORDER BY ")[0]
        possible = ("domain", "created_at", "city", "contact_phone", "search_text", "groupmembership", "ended_at")
        return {name for name in possible if name in told}

    assert read("") == {"domain", "created_at", "groupmembership", "ended_at"}
    assert read("?columns=city&sort=created") == {"city", "created_at"}


def test_views_are_listed_by_name_in_any_case_and_shared_ones_apart(rows):
    client = rows.sign_in()
    for name in ("beta", "Gamma", "Alpha"):
        save(client, name)
    save(client, "Aardvark", is_shared="on")
    views = client.get(f"{LIST}?view=all").context["views"]
    assert [view["name"] for view in views["own"]] == ["Alpha", "beta", "Gamma"]
    assert [view["name"] for view in views["shared"]] == ["Aardvark"]


def test_every_column_can_be_shown_with_as_many_questions_as_one(rows, django_assert_max_num_queries):
    client = rows.sign_in()

    def ask(columns):
        with django_assert_max_num_queries(18) as asked:
            assert client.get(f"{LIST}?columns={columns}").status_code == 200
        return len(asked)

    assert ask(",".join(COLUMNS)) == ask("city")


# Files


def exported(client, **form):
    answer = client.post("/organizations/export/", {"scope": "all", **form})
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_a_file_can_have_the_columns_of_the_list_only(rows):
    client, chosen = rows.sign_in(), "customer_number,groups,source,created"
    assert 'name="only_columns"' in client.get(LIST).text
    lines = list(csv.reader(io.StringIO(exported(client, format="csv", only_columns=chosen))))
    assert lines[0] == ["Name", "Customer number", "Organization groups", "Source", "Created"]
    assert [line[:4] for line in sorted(lines[1:])] == [
        ["Dach GmbH", "", "DACH", "form"],
        ["Nordic AB", "7", "Nordics", "form"],
    ]
    assert len(exported(client, format="csv").splitlines()[0].split(",")) == 19
    assert "Umeå" in exported(client, format="json", only_columns=chosen), "what is read by names keeps them all"


def test_a_large_file_from_the_background_has_them_too(rows, monkeypatch):
    monkeypatch.setattr("exports.views.AT_ONCE", 1)
    client = rows.sign_in()
    answer = client.post("/organizations/export/", {"scope": "all", "format": "csv", "only_columns": "city,tenant"})
    with acting_for(rows.northwind.pk):
        export = Export.objects.latest("id")
    make(rows.northwind.pk, export.pk)
    content = b"".join(client.get(f"{answer.url}download/").streaming_content).decode("utf-8-sig")
    assert content.splitlines()[0] == "Name,City,Microsoft tenants" and "Nordic AB,Umeå," in content
