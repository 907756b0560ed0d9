"""A person says how a file is laid out and which of its columns is which field; it is read again, and remembered."""

import pytest
from support.files import numbered, organizations, staged, table, upload, work_on
from support.workbooks import xlsx

from accounts.tenancy import acting_for
from imports.models import Import, RowEdit
from imports.remembering import recall
from imports.tasks import create, read

pytestmark = pytest.mark.django_db
# A file of another program: two columns that could be the name, and a mandatory one under a heading nobody knows.
FOREIGN = "Firma;Kunde;Domän;Rapporter till\r\nAlfa AB;Alfa;alfa.example;it@alfa.example\r\n"


def columns_of(answer):
    """Heading, samples and what is chosen, for each column on the page."""
    form = answer.context["form"]
    return [(column["heading"], column["samples"], column["field"].value()) for column in form.columns]


def posted(answer, **changes):
    """What the page's form would send if nothing but `changes` were changed."""
    form = answer.context["form"]
    return {field.html_name: field.value() or "" for field in form} | changes


def check(cast, content, role="reseller_admin", **data):
    client = cast.sign_in(role)
    address = upload(client, content, **data).url
    return client, address, work_on(cast, read)


def choose(client, address, **changes):
    return client.post(f"{address}columns/", posted(client.get(f"{address}columns/"), **changes))


def test_the_page_shows_what_was_detected_with_three_values_of_each_column(cast):
    rows = [numbered(n) | {"shoe size": str(n)} for n in range(1, 6)]
    client, address, _ = check(cast, table(*rows, delimiter="|"))
    page = client.get(f"{address}columns/")
    assert columns_of(page)[0] == ("name", ["Customer 1 AB", "Customer 2 AB", "Customer 3 AB"], "name")
    assert columns_of(page)[4] == ("shoe size", ["1", "2", "3"], "")
    for words in ("Detected: vertical bar", "Detected: UTF-8", "Detected: line 1", "Detected: DD/MM/YYYY"):
        assert words in page.text
    told = client.get(address).text
    assert "4 of 5 are read" in told and "Ignored columns:</strong> shoe size" in told


def test_another_field_can_be_chosen_for_a_column(cast):
    rows = [numbered(n) | {"shoe size": f"City {n}"} for n in (1, 2)]
    client, address, _ = check(cast, table(*rows))
    answer = choose(client, address, column_4="city", column_3="")
    assert (answer.status_code, answer.url) == (302, address)
    job = work_on(cast, read)
    assert (job.state, job.rows_valid) == ("ready", 2)
    assert "4 of 5 are read, as chosen for these headings" in client.get(address).text
    client.post(f"{address}start/")
    work_on(cast, create)
    made = organizations(cast)["customer-1.example"]
    assert (made.city, made.customer_number) == ("City 1", "")


def test_two_columns_for_one_field_are_an_error_in_words_at_both(cast):
    client, address, _ = check(cast, table(*[numbered(n) | {"shoe": "x"} for n in (1, 2)]))
    answer = choose(client, address, column_4="name")
    assert answer.status_code == 422
    assert [problem["id"] for problem in answer.context["problems"]] == ["id_column_0", "id_column_4"]
    assert "More than one column is read as Name: name, shoe." in answer.text
    assert answer.context["form"]["column_4"].value() == "name", "what was chosen is not lost"
    assert work_on(cast).state == "ready", "nothing has changed"


def test_a_mandatory_field_without_a_column_is_an_error_in_words(cast):
    client, address, _ = check(cast, table(count=2))
    answer = choose(client, address, column_1="")
    assert answer.status_code == 422
    assert "A mandatory column is missing: Primary domain." in answer.text
    assert work_on(cast).rows_valid == 2


def test_a_file_whose_columns_are_not_clear_is_refused_by_name_and_kept_for_a_persons_word(cast):
    client = cast.sign_in()
    refused = upload(client, FOREIGN, name="foreign.csv")
    assert refused.status_code == 422
    assert "foreign.csv: More than one column is read as Name: Firma, Kunde." in refused.text
    job = work_on(cast)
    address = f"/organizations/imports/{job.public_id}/"
    assert f'href="{address}columns/"' in refused.text
    assert "Choose columns and layout" in client.get(address).text
    page = client.get(f"{address}columns/")
    assert columns_of(page) == [
        ("Firma", ["Alfa AB"], "name"),
        ("Kunde", ["Alfa"], "name"),
        ("Domän", ["alfa.example"], "primary_domain"),
        ("Rapporter till", ["it@alfa.example"], ""),
    ]
    assert choose(client, address, column_1="").status_code == 422, "one column is still missing"
    assert choose(client, address, column_1="", column_3="notification_email").url == address
    job = work_on(cast, read)
    assert (job.state, job.rows_valid, job.error) == ("ready", 1, None)


def test_choices_are_remembered_for_the_same_headings_in_any_order(cast):
    client = cast.sign_in()
    upload(client, FOREIGN)
    choose(client, f"/organizations/imports/{work_on(cast).public_id}/", column_1="", column_3="notification_email")
    again = "DOMÄN;Rapporter till;Kunde;Firma\r\nbeta.example;it@beta.example;Beta;Beta AB\r\n"
    assert upload(client, again).status_code == 302, "nobody is asked twice"
    work_on(cast, read)
    client.post(f"/organizations/imports/{work_on(cast).public_id}/start/")
    work_on(cast, create)
    assert organizations(cast)["beta.example"].name == "Beta AB"
    more = FOREIGN.replace("Kunde", "Kunde;Ort").replace("Alfa;", "Alfa;Malmö;")
    assert upload(client, more).status_code == 422, "other headings are other headings"


def test_the_persons_own_choices_come_before_the_resellers_last(cast):
    admin, manager = cast.sign_in(), cast.sign_in("key_account_manager")
    group = {"group": str(cast.nordics.public_id)}
    upload(admin, FOREIGN)
    choose(admin, f"/organizations/imports/{work_on(cast).public_id}/", column_1="", column_3="notification_email")
    assert upload(manager, FOREIGN, **group).status_code == 302, "the reseller's are known to everybody"
    address = f"/organizations/imports/{work_on(cast, read).public_id}/"
    choose(manager, address, column_0="", column_1="name")
    for client, name in ((admin, "Alfa AB"), (manager, "Alfa")):
        upload(client, FOREIGN, **(group if client is manager else {}))
        assert staged(cast, work_on(cast, read))[1].name == name


def test_what_one_reseller_chose_is_unknown_to_another(cast):
    client = cast.sign_in()
    upload(client, FOREIGN)
    choose(client, f"/organizations/imports/{work_on(cast).public_id}/", column_1="", column_3="notification_email")
    assert upload(client, FOREIGN).status_code == 302
    assert upload(cast.sign_in("neighbour"), FOREIGN).status_code == 422


def test_programs_are_given_no_choices_of_people(cast):
    client = cast.sign_in()
    upload(client, FOREIGN)
    job = work_on(cast)
    choose(client, f"/organizations/imports/{job.public_id}/", column_1="", column_3="notification_email")
    with acting_for(cast.northwind.pk):
        person, fresh = cast.admin, Import(headings=job.headings)
        recall(person, fresh)
        assert fresh.chosen_columns["3"] == "notification_email"
        fresh.chosen_columns = {}
        recall(type(person)(**vars(person) | {"key": object()}), fresh)
        assert fresh.chosen_columns == {}


def test_another_delimiter_brings_other_columns(cast):
    text = "Name|Primary domain|Notification email, City\r\nA, B and C|a.example|it@a.example, x\r\n"
    client = cast.sign_in()
    upload(client, text)
    address = f"/organizations/imports/{work_on(cast).public_id}/"
    assert work_on(cast).error["code"] == "columns_missing"
    assert choose(client, address, delimiter=",").url == f"{address}columns/", "its columns are still to be chosen"
    assert [heading for heading, _, _ in columns_of(client.get(f"{address}columns/"))] == [
        "Name|Primary domain|Notification email",
        "City",
    ]
    choose(client, address, delimiter="|")
    page = client.get(f"{address}columns/")
    assert [heading for heading, _, _ in columns_of(page)][2] == "Notification email, City"
    assert '<option value="|" selected>' in page.text and "Detect it" in page.text
    choose(client, address, column_2="notification_email", delimiter="|")
    assert work_on(cast, read).state == "ready"


def test_a_tab_can_be_chosen(cast):
    rows = table(*[numbered(n) for n in (1, 2)], delimiter="\t")
    client, address, _ = check(cast, rows)
    choose(client, address, delimiter="\t")
    assert work_on(cast, read).chosen_layout == {"delimiter": "\t"}


def test_another_encoding_reads_other_letters(cast):
    content = table({"name": "Ã…keri", "primary_domain": "a.example", "notification_email": "it@a.example"})
    client, address, job = check(cast, content.encode("cp1252"))
    assert staged(cast, job)[1].name == "Åkeri", "what was guessed"
    choose(client, address, encoding="cp1252")
    assert staged(cast, work_on(cast, read))[1].name == "Ã…keri"
    choose(client, address, encoding="")
    assert staged(cast, work_on(cast, read))[1].name == "Åkeri"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"heading_row": "none"}, "heading_row", "can&#x27;t be chosen here"),
        ({"heading_row": "99"}, "heading_row", "There is nothing in line 99"),
        ({"encoding": "klingon"}, "encoding", "Select a valid choice"),
        ({"delimiter": "x"}, "delimiter", "Select a valid choice"),
        ({"date_order": "ymd"}, "date_order", "Select a valid choice"),
        ({"column_0": "shoe_size"}, "column_0", "Select a valid choice"),
    ],
)
def test_a_choice_that_the_file_does_not_bear_is_a_sentence_and_changes_nothing(cast, changes, field, words):
    client, address, _ = check(cast, table(count=2))
    answer = choose(client, address, **changes)
    assert answer.status_code == 422
    assert words in answer.text and answer.context["form"][field].errors
    assert (work_on(cast).state, work_on(cast).rows_valid) == ("ready", 2)


def test_a_choice_that_leaves_no_heading_that_is_known_can_be_taken_back(cast):
    client, address, _ = check(cast, table(count=2))
    assert choose(client, address, encoding="utf-16-le").url == f"{address}columns/"
    job = work_on(cast)
    assert (job.state, job.error["code"], job.rows_read) == ("failed", "columns_missing", 0)
    page = client.get(f"{address}columns/")
    assert page.status_code == 200 and "A mandatory column is missing" in page.text
    assert choose(client, address, encoding="").url == address
    assert (work_on(cast, read).state, work_on(cast).rows_valid) == ("ready", 2)


def test_repairs_stay_with_their_rows_when_the_headings_are_in_another_line(cast):
    head = "Export of the old system\r\n"
    rows = [numbered(n) | {"country": "Atlantis"} for n in (1, 2, 3)]
    client, address, _ = check(cast, head + table(*rows))
    assert client.get(f"{address}columns/").context["form"].layout.heading_row == 2
    client.post(f"{address}rows/2/", {"country": "Sweden"})
    choose(client, address, date_order="mdy")
    assert [staged(cast, work_on(cast, read))[n].verdict for n in (1, 2, 3)] == ["invalid", "valid", "invalid"]
    # From the third line on the first customer is the heading, and the second is row 1.
    columns = {f"column_{n}": name for n, name in enumerate(numbered(1))}
    assert choose(client, address, heading_row="3").url == f"{address}columns/"
    assert columns_of(client.get(f"{address}columns/"))[0][0] == "Customer 1 AB"
    choose(client, address, heading_row="3", **columns, column_4="country")
    found = staged(cast, work_on(cast, read))
    assert {n: (row.name, row.country) for n, row in found.items()} == {
        1: ("Customer 2 AB", "SE"),
        2: ("Customer 3 AB", ""),
    }
    client.post(f"{address}rows/2/", {"country": "Norway"})
    choose(client, address, heading_row="2")
    found = staged(cast, work_on(cast, read))
    assert [found[n].country for n in (1, 2, 3)] == ["", "SE", "NO"]
    with acting_for(cast.northwind.pk):
        assert RowEdit.objects.count() == 2


def test_repairs_by_value_are_kept_too(cast):
    rows = [numbered(n) | {"country": "Gondor"} for n in (1, 2)]
    client, address, _ = check(cast, "\r\n\r\n" + table(*rows))
    client.post(f"{address}fix/", {"field": "country", "code": "country_unknown", "value": "Gondor", "text": "SE"})
    assert work_on(cast).rows_valid == 2
    choose(client, address, delimiter=";")
    assert work_on(cast, read).rows_valid == 2


DATES = [numbered(n) | {"billing_start_date": day} for n, day in enumerate(["03/04/2026", "12/31/2026"], start=1)]
MORE = [numbered(n) | {"billing_start_date": f"01/{n}/2026"} for n in range(13, 17)]


def test_dates_are_read_with_the_month_first_only_where_the_whole_column_says_so(cast):
    client, address, job = check(cast, table(*DATES))
    assert (job.date_order, job.rows_invalid) == ("dmy", 1), "one such date may be a mistake"
    client, address, job = check(cast, table(*DATES, *MORE))
    assert (job.date_order, job.rows_invalid) == ("mdy", 0)
    assert staged(cast, job)[1].billing_start_date.isoformat() == "2026-03-04"
    assert "read as MM/DD/YYYY, because the whole column is written so" in client.get(address).text
    contradicting = numbered(99) | {"billing_start_date": "31/01/2026"}
    _, _, job = check(cast, table(*DATES, *MORE, contradicting))
    assert job.date_order == "dmy"


def test_the_order_of_dates_can_be_chosen_and_is_remembered(cast):
    client, address, _ = check(cast, table(*DATES))
    choose(client, address, date_order="mdy")
    job = work_on(cast, read)
    assert job.rows_invalid == 0
    assert staged(cast, job)[1].billing_start_date.isoformat() == "2026-03-04"
    assert "MM/DD/YYYY" in client.get(address).text and "whole column" not in client.get(address).text
    upload(client, table(*DATES))
    assert work_on(cast, read).rows_invalid == 0


def test_xml_columns_can_be_chosen_though_only_the_survey_knows_them_all(cast):
    row = "<o><name>X{n}</name><web>x{n}.example</web><post>it@x{n}.example</post></o>"
    late = "<o><name>L</name><web>l.example</web><post>it@l.example</post><late>Malmö</late></o>"
    text = f"<os>{''.join(row.format(n=n) for n in range(150))}{late}</os>"
    client = cast.sign_in()
    address = upload(client, text, name="a.xml").url
    job = work_on(cast, read)
    assert (job.state, job.error["code"]) == ("failed", "columns_missing")
    page = client.get(f"{address}columns/")
    assert [heading for heading, _, _ in columns_of(page)] == ["name", "web", "post", "late"]
    assert choose(client, address, column_1="primary_domain", column_2="notification_email", column_3="city").url
    job = work_on(cast, read)
    assert (job.state, job.rows_valid) == ("ready", 151)
    assert staged(cast, job)[151].city == "Malmö"


def test_another_sheet_can_be_chosen(cast):
    good = [["Name", "Primary domain", "Notification email"], ["A", "a.example", "it@a.example"]]
    content = xlsx(sheets={"First": good, "Second": [good[0], ["B", "b.example", "it@b.example"]]})
    client, address, job = check(cast, content)
    assert staged(cast, job)[1].name == "A"
    assert "Only the sheet “First” is read" in client.get(address).text
    choose(client, address, sheet="Second")
    assert staged(cast, work_on(cast, read))[1].name == "B"


def test_a_file_is_not_read_again_once_its_import_has_begun(cast):
    client, address, _ = check(cast, table(count=2))
    page = client.get(f"{address}columns/")
    client.post(f"{address}start/")
    assert client.post(f"{address}columns/", posted(page)).status_code == 409
    assert client.get(f"{address}columns/").status_code == 409
    assert work_on(cast, create).rows_created == 2


def test_a_file_that_could_not_be_read_to_its_end_can_be_read_in_another_encoding(cast):
    accented = {"name": "Bäcker", "primary_domain": "b.example", "notification_email": "it@b.example"}
    other = accented | {"name": "C\xc3", "primary_domain": "c.example"}
    late = (
        table(*[numbered(n) for n in range(3_000)], accented).encode() + table(other).encode("cp1252").split(b"\n")[1]
    )
    client = cast.sign_in()
    address = upload(client, late).url
    job = work_on(cast, read)
    assert (job.state, job.error["code"]) == ("failed", "bad_byte")
    assert "Choose columns and layout" in client.get(address).text
    choose(client, address, encoding="cp1252")
    assert work_on(cast, read).rows_valid == 3_002


def test_a_column_nobody_reads_shows_no_more_than_sixty_characters_and_nothing_that_breaks_a_page(cast):
    rows = [numbered(1) | {"notes": "<b>" + "x" * 20_000}]
    client, address, _ = check(cast, table(*rows))
    page = client.get(f"{address}columns/")
    assert len(columns_of(page)[4][1][0]) == 60
    assert "&lt;b&gt;xx" in page.text and "<b>xx" not in page.text


def test_the_page_asks_as_often_for_two_columns_as_for_two_hundred(cast, django_assert_max_num_queries):
    for more in (0, 190):
        rows = [numbered(1) | {f"more {n}": "x" for n in range(more)}]
        client, address, _ = check(cast, table(*rows))
        with django_assert_max_num_queries(12):
            assert client.get(f"{address}columns/").status_code == 200
