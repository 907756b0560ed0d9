"""Every program asks every route for what is its own, another group's and another reseller's, and reads the answers.

As tests/test_every_trace.py for pages: the routes are those of test_every_route, without which no route passes.
"""

import re

import pytest
from support.cast import customer
from support.programs import Program
from support.traces import Reader, told
from support.worlds import GROUPLESS, LEFT, UNBOUND, VIEWERS, World
from test_every_route import TABLE, ask, meant

TAKEN = customer("Probe AB", primary_domain="{domain}", customer_number="{number}")
# Beside the table's requests: those that name a thing in the query or the body. {my…} are the program's own.
MORE = [
    ("get", "organizations?search={domain}", None),
    ("get", "organizations?search={number}&include_archived=true", None),
    ("get", "organizations?group={nordics}", None),
    ("get", "organizations?updated_since=2020-01-01T00:00:00Z&limit=100", None),
    ("get", "events?organization={own}", None),
    ("get", "events?organization={nordics}", None),
    ("get", "events?actor={person}", None),
    ("get", "events?limit=100", None),
    ("get", "tenants?limit=100", None),
    ("get", "tenants?search={domain}", None),
    ("post", "tenants/{my_tenant}/link", {"organization_id": "{own}"}),
    ("post", "tenants/{my_tenant}/link", {"create": TAKEN | {"groups": ["{nordics}"]}}),
    ("post", "organizations", TAKEN | {"groups": ["{mine}"]}),
    ("post", "organizations", customer("Probe AB") | {"groups": ["{nordics}"]}),
    ("patch", "organizations/{my}", TAKEN),
    ("put", "organizations/by-customer-number/{number}", customer("Probe AB") | {"groups": ["{mine}"]}),
    ("put", "organizations/by-customer-number/{number}", {"city": "Umeå"}),
    ("post", "organizations/bulk", {"rows": [TAKEN], "groups": ["{mine}"]}),
    ("post", "organizations/bulk", {"rows": [TAKEN | {"id": "{own}"}], "mode": "upsert", "groups": ["{mine}"]}),
    ("post", "organizations/bulk", {"rows": [TAKEN], "mode": "upsert", "groups": ["{nordics}"]}),
    ("post", "groups", {"name": "{group_name}"}),
    ("patch", "groups/{mine}", {"name": "{group_name}"}),
    ("put", "groups/{mine}/members/{own}", None),
    ("delete", "groups/{nordics}/members/{my}", None),
]

LISTS = [row for row in MORE if row[0] == "get"]


@pytest.fixture
def worlds(db):
    return World("Quokka"), World("Wombat")


def aims(worlds, world):
    (stranger,) = (other for other in worlds if other is not world)
    own = world.addresses("near")
    mine = {"mine": own["nordics"], "my": own["own"], "my_tenant": world.addresses("far")["tenant"]}
    return [found | mine for found in (own, world.addresses("far"), stranger.addresses("near"))]


def probe(reader, ids, more=()):
    for path, method, _, body, _ in TABLE:
        send(reader, method, path, body, ids)
    for method, path, body in more:
        send(reader, method, path, body, ids)


def send(reader, method, path, body, ids):
    words = f"{method} {path.format(**ids)} {meant(body, ids) if body else ''}"
    reader.ask(words, lambda: ask(reader.program, method, path, body, ids))


@pytest.mark.timeout(300)
def test_no_program_finds_a_trace_of_what_is_not_its_own_and_every_one_finds_what_is(worlds, record_property):
    readers = []
    for viewer in VIEWERS:
        readers.append(reader := reader_of(worlds, worlds[0], viewer))
        own, far, foreign = aims(worlds, worlds[0])
        probe(reader, own, LISTS)
        for ids in [foreign] if viewer in UNBOUND else [far, foreign]:
            probe(reader, ids, MORE)
    record_property("told", told(readers))
    assert [leak for reader in readers for leak in reader.leaks] == []
    assert [reader.who for reader in readers if not reader.seen] == [f"{GROUPLESS} of Quokka"]
    assert {reader.who: not_found(reader) for reader in readers if not_found(reader)} == {}


@pytest.mark.timeout(300)
def test_from_the_other_side_there_is_as_little_to_find(worlds, record_property):
    readers = [reader_of(worlds, worlds[1], viewer) for viewer in VIEWERS]
    for reader in readers:
        probe(reader, aims(worlds, worlds[1])[2], LISTS)
    for secret in ("", "cb_nonsense"):
        readers.append(Reader(worlds))
        readers[-1].program = Program(secret)
        probe(readers[-1], aims(worlds, worlds[0])[0])
    record_property("told", told(readers))
    assert [leak for reader in readers for leak in reader.leaks] == []
    assert set(readers[-1].statuses) == {401}


def reader_of(worlds, world, viewer):
    reader = Reader(worlds, world, viewer, programs=True)
    reader.program = world.program(viewer)
    return reader


def not_found(reader):
    """What programs have routes for, and this one met nowhere."""
    shown = re.compile("customer|customerville|newville|group |made|gridded", re.IGNORECASE)
    return [name for name in reader.not_found if shown.search(name) and "Clash" not in name]


def test_every_thing_of_the_routes_exists_in_the_worlds(worlds):
    named = {name for path, *_ in TABLE for name in re.findall(r"\{(\w+)\}", path)}
    assert named <= worlds[0].addresses("near").keys()


def test_a_key_of_somebody_who_left_still_finds_what_it_found(worlds):
    program = worlds[0].program(LEFT)
    found = program.get(f"organizations/{worlds[0].organizations['near'].public_id}")
    assert found.status_code == 200
