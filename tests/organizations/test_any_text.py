"""Whatever stands in a cell is kept as its field's rules say, or is an error at that row and column; at every door."""

import csv
import io
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cast import customer
from support.files import newest, staged, upload, work_on

from accounts.tenancy import acting_for
from imports.tasks import create, read
from organizations.fields import NAMES, DecimalMark, Reading, neutralise, read_value, text_of
from organizations.models import Organization

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
ANY = st.one_of(
    st.text(st.characters(), max_size=40),  # lone surrogates, controls and what is not assigned yet
    st.text(st.sampled_from("a0 .@/:=+-'\"\t\r\n\0\x1b\u200b\u202e\ufeff\ufffdåßﬁ🏢\ud800"), max_size=12),
    st.sampled_from(["x" * 300, "https://www.Åkeri.se/", "TRUE", "1.234,5", "31/02/2026", "xn--a", "../../etc"]),
)
CELLS = st.dictionaries(st.sampled_from(NAMES), ANY, min_size=1, max_size=4)
READING = Reading(country="SE")
examples = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undone(Exception):
    """Leaves each example without a trace, so that none meets what another has created."""


@pytest.fixture
def client(cast):
    return cast.sign_in()


@pytest.fixture
def fresh():
    def run(example):
        with pytest.raises(Undone), transaction.atomic():
            example()
            raise Undone

    return run


def sent(text):
    """A text as a server finds it: halves of characters don't survive the way."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def expected(texts, reading=READING):
    """By field what one has to find: the value, or None for an error; phones depend on the country beside them."""
    country = read_value("country", texts.get("country", ""), reading).value
    answers = {name: read_value(name, texts.get(name, ""), reading, str(country)) for name in NAMES}
    return {name: None if answer.errors else (answer.value,) for name, answer in answers.items()}


def check_kept(texts):
    """The one organization is what the texts say, and saying it again changes nothing."""
    (made,) = Organization.objects.all()
    for name, wanted in expected(texts).items():
        value = getattr(made, name)
        assert wanted == (value,), name
        again = read_value(name, text_of(name, value), READING, made.country)
        assert (again.value, again.errors) == (value, []), name


def post(client, path, pairs):
    """As a browser would send it, and as something worse than a browser would."""
    pairs = [tuple(part.encode("utf-8", "surrogatepass") for part in pair) for pair in pairs]
    return client.generic("POST", path, urlencode(pairs), content_type=FORM)


@examples
@given(cells=CELLS)
def test_in_the_form(cast, client, fresh, cells):
    texts = customer() | cells

    def example():
        answer = post(client, "/organizations/new/", texts.items())
        wrong = {name for name, value in expected({n: sent(t) for n, t in texts.items()}).items() if value is None}
        with acting_for(cast.northwind.pk):
            if answer.status_code == 302:
                check_kept({name: sent(text) for name, text in texts.items()})
            assert wrong == set(answer.context["form"].errors) if answer.status_code == 422 else not wrong
        assert answer.status_code in (302, 422)

    fresh(example)


@examples
@given(cells=CELLS)
def test_in_the_grid_between_two_good_rows(cast, client, fresh, cells):
    rows = [customer("First AB"), customer() | cells, customer("Last AB")]
    texts = {name: sent(text) for name, text in rows[1].items()}

    def example():
        pairs = [(name, row.get(name, "")) for row in rows for name in NAMES]
        answer = post(client, "/organizations/create-multiple/rows/", pairs)
        wrong = {name for name, value in expected(texts).items() if value is None}
        assert answer.status_code == (422 if wrong else 302)
        if wrong:
            (left,) = answer.context["grid"]["rows"]
            assert {cell["name"] for cell in left["cells"] if cell["errors"]} == wrong
            typed = {cell["name"]: cell["text"] for cell in left["cells"]}
            assert typed == {name: texts.get(name, "").replace("\r\n", "\n") for name in NAMES}
        with acting_for(cast.northwind.pk):
            Organization.objects.filter(name__in=["First AB", "Last AB"]).delete()
            if not wrong:
                check_kept(texts)

    fresh(example)


@settings(examples, max_examples=15)
@given(cells=st.lists(CELLS, min_size=1, max_size=12))
def test_in_a_csv_file(cast, client, fresh, cells):
    """Rows that repeat a domain of an earlier row have that error beside their own."""
    rows = [customer(f"Row {number} AB") | row for number, row in enumerate(cells)]
    stored = [{name: sent(text).replace("\0", "\ufffd") for name, text in row.items()} for row in rows]

    def example():
        answer = upload(client, as_csv(rows))
        if answer.status_code == 422:  # what is no text file is refused in words
            assert answer.context["problems"]
            return
        job = work_on(cast, read)
        assert job.state in ("ready", "failed") and (job.error or {}).get("code") != "internal"
        found = staged(cast, job)
        if job.state == "ready" and len(found) == len(rows):
            for row, texts in zip(found.values(), stored, strict=True):
                check_staged(row, texts, replace(READING, decimal_mark=DecimalMark(job.decimal_mark)))
        client.post(f"/organizations/imports/{job.public_id}/start/")
        if newest(cast).state == "importing":
            done = work_on(cast, create)
            assert (done.state, done.rows_created) == ("done", job.rows_valid)

    fresh(example)


def check_staged(row, texts, reading):
    for name, wanted in expected(texts, reading).items():
        problems = (row.errors or {}).get(name, [])
        if wanted is None:
            assert problems, (name, texts)
        elif not any(problem["code"] == "repeated" for problem in problems):
            assert (problems, getattr(row, name)) == ([], *wanted), (name, texts)


def as_csv(rows):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(NAMES)
    writer.writerows([neutralise(row.get(name, "")) for name in NAMES] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "surrogatepass")


@settings(examples, max_examples=20)
@given(
    content=st.one_of(st.binary(max_size=400), st.binary(max_size=200).map(lambda tail: b"name;domain;email\n" + tail))
)
def test_no_bytes_of_a_file_make_a_server_error(cast, client, fresh, content):
    def example():
        answer = upload(client, content)
        assert answer.status_code in (302, 422)
        if answer.status_code == 302:
            job = work_on(cast, read)
            assert job.state in ("ready", "failed") and (job.error or {}).get("code") != "internal"
            assert client.get(answer.url).status_code == 200

    fresh(example)


@settings(examples, max_examples=20)
@given(pairs=st.lists(st.tuples(st.one_of(st.sampled_from([*NAMES, "grid", "count", "generate", "groups"]), ANY), ANY)))
@pytest.mark.parametrize("path", ["new/", "create-multiple/rows/", "new/hints/"])
def test_no_posted_pairs_make_a_server_error(client, fresh, path, pairs):
    fresh(lambda: check_answer(post(client, f"/organizations/{path}", pairs)))


def check_answer(answer):
    assert answer.status_code in (200, 302, 422)
