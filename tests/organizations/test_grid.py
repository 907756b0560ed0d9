"""The grid without its script: rows of texts are posted, what is good is created, and the rest stays with its words."""

import re
import uuid

import pytest
from support.cast import customer
from support.files import numbered
from support.workers import at_once

from accounts.tenancy import acting_for
from events.models import Event
from groups.models import Assignment
from organizations.fields import NAMES
from organizations.grid import Grid
from organizations.models import GroupMembership, Organization

URL = "/organizations/create-multiple/rows/"


def columns(*rows):
    """Rows (dicts of field to text) as the page's form sends them."""
    return {name: [row.get(name, "") for row in rows] for name in NAMES}


def send(client, *rows, token=None, **more):
    return client.post(URL, columns(*rows) | {"grid": str(token or uuid.uuid4())} | more)


def stored(cast):
    with acting_for(cast.northwind.pk):
        return list(Organization.objects.order_by("name").values_list("name", flat=True))


def told(answer):
    """The sentences of every cell that has any, by row and field."""
    return {
        (row["number"], cell["name"]): [note["sentence"] for note in cell["errors"] + cell["warnings"]]
        for row in answer.context["grid"]["rows"]
        for cell in row["cells"]
        if cell["errors"] or cell["warnings"]
    }


def typed(answer, field="name"):
    place = NAMES.index(field)
    return [row["cells"][place]["text"] for row in answer.context["grid"]["rows"]]


def test_the_page_of_the_file_offers_the_grid_with_seventeen_labelled_columns(cast):
    page = cast.sign_in().get("/organizations/create-multiple/").text
    assert "Generate Rows" in page and "Create/Import Organizations" in page and "Read File" in page
    labels = re.findall(r'aria-label="([^"]+ row 3)"', page)
    assert len(labels) == len(set(labels)) == 17
    assert labels[0] == "Name row 3" and labels[-1] == "Contact cell phone row 3"
    assert page.count("(required)") == 3


def test_good_rows_are_created_as_one_batch_and_empty_ones_ignored(cast):
    client = cast.sign_in()
    answer = send(client, {}, numbered(1), {"name": "  "}, numbered(2), {})
    assert answer.status_code == 302
    page = client.get(answer.url)
    assert "Created 2 organizations." in page.text
    assert "Customer 1 AB" in page.text and "Customer 2 AB" in page.text
    assert stored(cast) == ["Customer 1 AB", "Customer 2 AB"]
    with acting_for(cast.northwind.pk):
        assert set(Organization.objects.values_list("source", flat=True)) == {"grid"}
        (batch,) = set(Event.objects.values_list("batch_id", flat=True))
        assert all(found.version == 7 for found in Organization.objects.values_list("public_id", flat=True))
    assert answer.url == f"{URL}{batch}/"


def test_rows_with_errors_stay_with_values_and_words_while_the_others_are_created(cast):
    client = cast.sign_in()
    bad = numbered(2) | {"primary_domain": "localhost", "country": "Atlantis"}
    answer = send(client, numbered(1), {}, bad, numbered(3))
    assert answer.status_code == 422
    assert stored(cast) == ["Customer 1 AB", "Customer 3 AB"]
    assert typed(answer) == ["", "Customer 2 AB"] and typed(answer, "country") == ["", "Atlantis"]
    sentences = told(answer)
    assert set(sentences) == {(2, "primary_domain"), (2, "country")}
    assert "“localhost” is not a complete domain" in sentences[2, "primary_domain"][0]
    summary = answer.context["problems"]
    assert [problem["id"] for problem in summary] == ["r2-primary_domain", "r2-country"]
    assert 'id="r2-primary_domain"' in answer.text and 'href="#r2-primary_domain"' in answer.text
    assert "2 organizations were created" in answer.text
    mended = bad | {"primary_domain": "customer-2.example", "country": "SE"}
    again = send(client, mended, token=answer.context["grid"]["token"])
    assert again.status_code == 302
    assert client.get(again.url).context["count_label"] == "3 organizations", "one batch from the first to the last"


def test_an_empty_grid_is_an_error_in_words(cast):
    for answer in (send(cast.sign_in(), {}, {"city": " \n"}), cast.sign_in().post(URL, {})):
        assert answer.status_code == 422
        assert [problem["sentence"] for problem in answer.context["problems"]] == [
            "The grid is empty. Fill in at least one row."
        ]
        assert answer.context["grid"]["rows"]


def test_generate_rows_adds_and_never_wipes(cast):
    answer = send(cast.sign_in(), numbered(1), {"city": "Umeå"}, generate="yes", count="25")
    assert answer.status_code == 200
    assert typed(answer)[:3] == ["Customer 1 AB", "", ""] and typed(answer, "city")[1] == "Umeå"
    assert len(typed(answer)) == 27
    assert stored(cast) == []


@pytest.mark.parametrize("count", ["200", "7", "-1", "x", ""])
def test_generate_rows_never_passes_two_hundred_and_ignores_what_is_no_choice(cast, count):
    answer = send(cast.sign_in(), *[{}] * 5, generate="yes", count=count)
    assert (answer.status_code, len(typed(answer))) == (200, 200 if count == "200" else 5)


def test_a_value_twice_in_the_grid_is_told_on_both_rows(cast):
    first = customer("First", primary_domain="one.example", notification_email="x")
    answer = send(cast.sign_in(), {}, first, customer("Second", primary_domain="WWW.one.example"))
    assert (answer.status_code, stored(cast)) == (422, [])
    sentences = told(answer)
    assert sentences[2, "primary_domain"] == ["“one.example” is also on row 3. Keep it on one row only."]
    assert sentences[3, "primary_domain"] == ["“one.example” is already on row 2. Keep it on one row only."]


def test_where_the_first_of_two_is_created_the_other_names_it_and_is_named(cast):
    rows = [{}, customer("First", primary_domain="one.example"), customer("Second", primary_domain="one.example")]
    answer = send(cast.sign_in(), *rows)
    assert (answer.status_code, stored(cast)) == (422, ["First"])
    (sentence,) = told(answer)[2, "primary_domain"]
    assert sentence.startswith("“one.example” is already used by First")
    (made,) = answer.context["grid"]["created"]
    assert made["repeated"] == "Its domain or customer number is also on row 2 below."


def test_a_taken_value_links_to_its_owner_for_those_who_see_it(cast):
    with acting_for(cast.northwind.pk):
        (owner,) = cast.create(cast.admin, customer("Owner", primary_domain="one.example"), groups=[cast.dach])
    row = customer("Other", primary_domain="one.example")
    assert f'href="/organizations/{owner.public_id}/"' in send(cast.sign_in(), row).text
    answer = send(cast.sign_in("key_account_manager"), row, groups=str(cast.nordics.public_id))
    assert answer.status_code == 422 and str(owner.public_id) not in answer.text
    assert "already in use; ask an administrator" in answer.text


def test_the_same_grid_sent_twice_creates_nothing_twice_and_answers_the_same(cast):
    client, token = cast.sign_in(), uuid.uuid4()
    rows = [numbered(1), numbered(2), {}]
    first, second = (send(client, *rows, token=token) for _ in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url)
    with_an_error = [*rows, numbered(3) | {"primary_domain": "x"}]
    third, fourth = (send(client, *with_an_error, token=token) for _ in range(2))
    assert [made["name"] for made in third.context["grid"]["created"]] == ["Customer 1 AB", "Customer 2 AB"]
    assert told(third) == told(fourth) and len(told(third)) == 1
    assert stored(cast) == ["Customer 1 AB", "Customer 2 AB"]
    with acting_for(cast.northwind.pk):
        assert Event.objects.count() == 2


def test_a_changed_row_of_a_grid_that_was_sent_before_is_a_row_of_its_own(cast):
    client, token = cast.sign_in(), uuid.uuid4()
    assert send(client, numbered(1), token=token).status_code == 302
    renamed = numbered(1) | {"name": "Another name"}
    answer = send(client, numbered(2), renamed, token=token)
    assert answer.status_code == 422
    assert stored(cast) == ["Customer 1 AB", "Customer 2 AB"]
    assert any("is already used by Customer 1 AB" in sentence for sentence in told(answer)[1, "primary_domain"])


def test_another_persons_token_or_id_leads_nowhere(cast):
    token = uuid.uuid4()
    assert send(cast.sign_in(), numbered(1), token=token).status_code == 302
    groups = {"groups": str(cast.nordics.public_id)}
    answer = send(cast.sign_in("key_account_manager"), numbered(1), token=token, **groups)
    assert answer.status_code == 422 and "already in use; ask an administrator" in answer.text
    assert send(cast.sign_in("neighbour"), numbered(1), token=token).status_code == 302
    with acting_for(cast.fabrikam.pk):
        assert Organization.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_once_create_once_and_both_succeed(cast):
    clients, token = [cast.sign_in(), cast.sign_in()], uuid.uuid4()
    rows = [numbered(number) for number in range(1, 21)]
    answers = at_once(*[lambda client=client: send(client, *rows, token=token) for client in clients])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert len(stored(cast)) == 20


@pytest.mark.parametrize("role", ["key_account_manager", "limited_key_account_manager"])
def test_group_bound_roles_choose_exactly_one_of_their_own_groups(cast, role):
    client = cast.sign_in(role)
    for groups in ([], [cast.dach], [cast.nordics, cast.dach], [cast.abroad]):
        answer = send(client, numbered(1), groups=[str(group.public_id) for group in groups])
        assert answer.status_code == 422 and typed(answer) == ["Customer 1 AB"]
        assert answer.context["problems"][0]["id"] == "id_groups"
    assert stored(cast) == []
    page = client.get(URL).text
    assert f'<option value="{cast.nordics.public_id}" selected' in page, "the only one is chosen already"
    assert send(client, numbered(1), groups=str(cast.nordics.public_id)).status_code == 302
    with acting_for(cast.northwind.pk):
        assert [joined.group for joined in GroupMembership.objects.all()] == [cast.nordics]


def test_a_role_without_a_group_is_told_whom_to_ask(cast):
    with acting_for(cast.northwind.pk):
        Assignment.objects.filter(membership=cast.members["key_account_manager"]).delete()
    client = cast.sign_in("key_account_manager")
    assert "Ask a Reseller Admin" in client.get(URL).text
    answer = send(client, numbered(1), groups=str(cast.nordics.public_id))
    assert answer.status_code == 422 and typed(answer) == ["Customer 1 AB"]
    assert stored(cast) == []


def test_a_reseller_admin_chooses_any_number_of_groups(cast):
    chosen = [str(cast.nordics.public_id), str(cast.dach.public_id)]
    assert send(cast.sign_in(), numbered(1), groups=chosen).status_code == 302
    with acting_for(cast.northwind.pk):
        assert GroupMembership.objects.count() == 2


def test_more_than_two_hundred_rows_are_refused_in_words_and_kept(cast):
    answer = send(cast.sign_in(), *[numbered(number) for number in range(201)])
    assert answer.status_code == 422 and stored(cast) == []
    assert "The grid holds 201 rows and may hold 200" in answer.context["problems"][0]["sentence"]
    assert len(typed(answer)) == 201


def test_more_than_a_page_may_send_is_a_sentence(cast):
    answer = send(cast.sign_in(), *[numbered(number) for number in range(300)])
    assert answer.status_code == 413
    assert "a grid holds at most 200 rows" in answer.text


def test_columns_of_different_heights_create_nothing(cast):
    posted = columns(numbered(1), numbered(2)) | {"city": ["Umeå"]}
    answer = cast.sign_in().post(URL, posted)
    assert (answer.status_code, stored(cast)) == (422, [])
    assert "arrived incomplete" in answer.context["problems"][0]["sentence"]
    del posted["city"]
    assert cast.sign_in().post(URL, posted).status_code == 302, "a column that is left out is a blank one"


@pytest.mark.parametrize("text", ["a\0b", "\ud7ff\ufffd", "x" * 20_000, "<script>", "\u202e", "'" * 40])
def test_no_text_in_any_cell_makes_a_server_error(cast, text):
    client = cast.sign_in()
    for number, name in enumerate(NAMES):
        answer = send(client, numbered(number) | {name: text})
        assert answer.status_code in (302, 422)
        if answer.status_code == 422:
            assert any(field == name for _, field in told(answer))


def test_a_line_break_lives_in_the_address(cast):
    assert send(cast.sign_in(), numbered(1) | {"street_address": "Storgatan 1\r\nvån 2"}).status_code == 302
    with acting_for(cast.northwind.pk):
        assert Organization.objects.get().street_address == "Storgatan 1\nvån 2"
    answer = send(cast.sign_in(), numbered(2) | {"street_address": "\nA\nB", "country": "x"})
    assert ">\n\nA\nB</textarea>" in answer.text, "the first line break of a textarea is not part of it"


def test_two_hundred_rows_ask_the_database_as_often_as_two(cast, django_assert_max_num_queries):
    client = cast.sign_in()
    for count, start in ((2, 1), (200, 1000)):
        with django_assert_max_num_queries(18):
            assert send(client, *[numbered(start + n) for n in range(count)]).status_code == 302
        taken = [numbered(start + n) for n in range(count)]
        with django_assert_max_num_queries(18):
            answer = send(client, *taken)
        assert answer.status_code == 422 and len(told(answer)) == 2 * count
    assert len(answer.context["problems"]) == 51 and "350 more" in answer.context["problems"][-1]["sentence"]


def test_what_a_grid_created_is_shown_only_to_those_who_see_it(cast):
    address = send(cast.sign_in(), numbered(1), groups=str(cast.dach.public_id)).url
    assert cast.sign_in("view_only_admin").get(address).status_code == 200
    assert cast.sign_in("key_account_manager").get(address).status_code == 404
    assert cast.sign_in("neighbour").get(address).status_code == 404
    assert cast.sign_in().get(f"{URL}{uuid.uuid4()}/").status_code == 404


def test_warnings_are_told_and_stop_nothing(cast):
    client = cast.sign_in()
    answer = send(client, *[numbered(n) | {"contact_phone": "12"} for n in range(12)])
    page = client.get(answer.url).text
    assert "Customer 3 AB: “12” is not a valid phone number" in page
    assert "There are 2 more such notes" in page


def test_a_grid_grows_from_what_was_typed():
    grid = Grid(uuid.uuid4(), [("x",) + ("",) * 16])
    assert (grid.grown(5).token, len(grid.grown(5).rows), grid.grown(5).filled) == (grid.token, 6, [0])
