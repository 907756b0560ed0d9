"""What the API says of itself: the committed copy, and the page for people."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from ninja import Schema

from cloudbroker.api import api, document, written

COPY = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_the_committed_copy_is_what_the_routes_say():
    assert json.loads(COPY.read_text()) == json.loads(written()), "run `make openapi`"


def test_no_two_schemas_share_a_name():
    """The document knows schemas by name alone: of two with one name it would tell the second for both."""

    def below(kind):
        return [kind, *(found for child in kind.__subclasses__() for found in below(child))]

    ours = {
        kind for kind in below(Schema) if kind.__name__ != "NinjaResponseSchema" and "ninja." not in kind.__module__
    }
    names = Counter(kind.__name__ for kind in ours)
    assert "OrganizationPage" in names
    assert [name for name, count in names.items() if count > 1] == []


def test_refusals_are_problems_and_every_operation_names_its_scope():
    operations = [one for path in document()["paths"].values() for one in path.values()]
    assert len(operations) > 25
    for operation in operations:
        ((scheme, (scope,)),) = operation["security"][0].items()
        assert scheme == "ApiKey" and re.fullmatch(r"[a-z]+:(read|write)", scope)
        assert set(operation["responses"]["401"]["content"]) == {"application/problem+json"}
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids) and api.title == "Cloudbroker"


@pytest.mark.django_db
def test_the_page_shows_every_route_with_examples_that_name_it(cast):
    page = cast.sign_in("sales_agent").get("/api/v1/docs")
    for path, operations in document()["paths"].items():
        assert f'<code class="cb-break">{path.removeprefix("/api/v1")}</code>' in page.text
        for operation in operations.values():
            assert operation["summary"] in page.text
    assert page.text.count("curl -X ") == page.text.count("import os, requests") > 25
    assert "multipart" not in page.text and "-F file=@customers.csv" in page.text
    assert "MultiPartBodyParams" not in page.text and "{public_id}" not in "".join(
        re.findall(r"curl -X [^\n]+", page.text)
    )
    assert "API keys</a>" not in page.text
    assert "API keys</a>" in cast.sign_in().get("/api/v1/docs").text


def test_the_page_is_for_who_is_signed_in(client, db):
    assert client.get("/api/v1/docs").status_code == 302
