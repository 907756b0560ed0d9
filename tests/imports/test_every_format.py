"""The same 2,000 awkward customers make the same organizations, value for value, whatever the file's format."""

import re
from decimal import Decimal
from unicodedata import normalize

import pytest
from django.db import transaction
from support.awkward import COUNT, WRITERS, customers
from support.files import organizations, sentences, staged, upload, work_on

from imports.tasks import create, read
from organizations.batches import DERIVED
from organizations.fields import NAMES
from organizations.fields.booleans import WORDS as WORDS_FOR

ROWS = customers()
COLUMNS = (*NAMES, *DERIVED)


class Undone(Exception):
    """Leaves a transaction without a trace, so that the next format meets the same empty reseller."""


def made_from(cast, name):
    """What becomes of the customers as a file of this format: every stored value, in the file's order."""
    found = []
    with pytest.raises(Undone), transaction.atomic():
        client = cast.sign_in()
        address = upload(client, WRITERS[name](ROWS), name=f"customers.{name}").url
        job = work_on(cast, read)
        rows = staged(cast, job)
        assert [(row.number, sentences(job, row)) for row in rows.values() if row.errors] == []
        assert (job.layout["format"], job.state, job.rows_valid) == (name, "ready", COUNT)
        client.post(f"{address}start/")
        assert work_on(cast, create).rows_created == COUNT
        made = {row.public_id: row for row in organizations(cast).values()}
        found += [_values(made[rows[number].public_id]) for number in sorted(rows)]
        raise Undone
    return found


def _values(organization):
    """All but the id, which is also in what is searched."""
    values = {name: getattr(organization, name) for name in COLUMNS}
    return values | {"search_text": values["search_text"].replace(str(organization.public_id), "")}


@pytest.fixture(scope="module")
def kept():
    """What CSV made of them, once per process."""
    return {}


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "csv"])
def test_awkward_customers_are_the_same_organizations_from_every_format(cast, kept, name):
    if not kept:
        kept["csv"] = made_from(cast, "csv")
    for expected, found in zip(kept["csv"], made_from(cast, name), strict=True):
        assert found == expected


def test_awkward_customers_are_what_they_are_said_to_be(cast):
    for row, made in zip(ROWS, made_from(cast, "csv"), strict=True):
        assert made["name"] == " ".join(normalize("NFC", row["name"]).split())
        assert made["customer_number"] == row["customer_number"]
        assert made["approval_process"] == WORDS_FOR.get(row["approval_process"].strip().casefold(), False)
        limit = re.sub(r"[\s.]", "", row["approval_limit"]).replace(",", ".")
        assert made["approval_limit"] == (Decimal(limit) if limit else None)
        date = row["billing_start_date"].strip()
        day = f"{date[6:]}-{date[3:5]}-{date[:2]}" if "/" in date else date
        assert str(made["billing_start_date"] or "") == day


def test_the_customers_are_awkward_in_every_way():
    """So that nobody takes the sting out of them: each of these is what a format or a program stumbles over."""
    texts = [text for row in ROWS for text in row.values()]
    together = "\n".join(texts)
    for sting in (
        "\N{UNICORN FACE}",
        "\u0634",
        "e\u0301",
        "\u00e9",
        '"',
        "'",
        ";",
        ",",
        "<",
        "&",
        "]]>",
        "\n",
        "\U00010348",
    ):
        assert sting in together
    for start in ("=", "+", "-", "@", "'", "0", " "):
        assert any(text.startswith(start) for text in texts)
    assert {len(row["street_address"]) for row in ROWS} >= {0, 255}
    assert len({row["primary_domain"] for row in ROWS}) == COUNT
