"""Everybody asks every address for what is theirs, another group's and another reseller's, and reads the answers.

The addresses are those of test_every_url, without which no address passes; this looks for any trace of a thing in what
an answer says: page, file, redirect, picker, error message.
"""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from support.cast import customer
from support.files import table
from support.traces import Reader, told
from support.worlds import UNBOUND, VIEWERS, World
from test_every_url import TABLE

from accounts.roles import Role
from accounts.tenancy import acting_for
from imports.models import Import
from imports.tasks import read as read_file

NEW = "organizations/new/"
PAGES = [path for path, method, statuses in TABLE if method == "get" and 405 not in statuses]
MULTIPLE = "organizations/create-multiple/"
# Beside the table's bare requests: those that name a thing in the query or the body. {my…} are the reader's own.
TAKEN = customer("Probe AB", primary_domain="{domain}", customer_number="{number}")
QUERIES = [
    "organizations/?search={domain}",
    "organizations/?search={number}",
    "organizations/?search={own}",
    "organizations/?group={nordics}",
    "organizations/?group={nordics}&archived=all&tenant=linked",
    "organizations/new/?groups={nordics}&group={nordics}&primary_domain={domain}",
    "organizations/create-multiple/?groups={nordics}&group={nordics}",
    "organizations/imports/?search={job}&group={nordics}",
    "organizations/imports/{job}/?rows=invalid",
    "organizations/imports/{done}/?rows=invalid",
    "organizations/imports/{done}/failed-rows/",
    "organizations/create-multiple/rows/{done}/",
    "organizations/undo/{done}/",
    "organizations/?billing=none&group={nordics}",
    "search/?q={domain}",
    "search/?q={number}",
    "search/?q={own}",
    "organizations/?view={view}",
    "organizations/?view={private}",
    "organizations/views/new/?view={private}&group={nordics}&search={domain}",
    "organizations/columns/?view={private}&group={nordics}",
    "will-not-be-billed/?reason=no_start",
    "will-not-be-billed/?reason=later",
    "will-not-be-billed/?reason=no_number",
    "will-not-be-billed/?reason=tenants",
    "groups/?search={group_name}",
    "groups/{mine}/members/?search={domain}",
    "groups/{mine}/members/?show=others",
    "administrators/?search={email}",
    "administrators/?after={person}",
    "administrators/?state=removed",
    "events/?subject={own}",
    "events/?subject={nordics}",
    "events/?subject={job}",
    "events/?person={person}",
    "events/?search={domain}",
    "csp/tenants/?search={tenant}",
    "csp/tenants/?search={domain}",
    "csp/tenants/{my_tenant}/link/?now=yes&search={domain}",
]
POSTS = [
    (NEW, TAKEN | {"groups": "{mine}"}),
    (NEW, customer("Probe AB") | {"groups": "{nordics}"}),
    ("organizations/new/hints/", TAKEN | {"groups": "{mine}"}),
    ("organizations/{my}/edit/hints/", TAKEN),
    ("organizations/{own}/edit/", TAKEN | {"version": "2"}),
    ("organizations/{my}/edit/", TAKEN | {"version": "2"}),
    ("organizations/bulk/", {"action": "archive", "id": "{own}"}),
    (
        "organizations/bulk/",
        {"action": "billing", "id": "{own}", "billing_start_date": "01/02/2026", "confirmed": "yes"},
    ),
    ("organizations/bulk/", {"action": "join", "id": "{own}", "to_group": "{mine}"}),
    ("organizations/bulk/", {"action": "join", "id": "{my}", "to_group": "{nordics}"}),
    ("organizations/bulk/", {"action": "leave", "id": "{own}", "to_group": "{nordics}", "confirmed": "yes"}),
    ("organizations/export/", {"format": "csv", "id": "{own}"}),
    ("will-not-be-billed/export/", {}),
    ("organizations/views/new/", {"name": "Probe", "group": "{nordics}", "search": "{domain}"}),
    ("organizations/views/{private}/update/", {"group": "{nordics}"}),
    ("organizations/columns/", {"order": "city", "show": "city", "view": "{private}"}),
    ("organizations/export/", {"format": "json", "scope": "all", "group": "{nordics}"}),
    ("organizations/export/", {"format": "xml", "scope": "all", "search": "{domain}"}),
    (f"{MULTIPLE}rows/", TAKEN | {"groups": "{mine}"}),
    (f"{MULTIPLE}rows/", customer("Probe AB") | {"groups": "{nordics}"}),
    ("organizations/{own}/groups/", {"groups": "{mine}", "confirmed": "yes"}),
    ("organizations/{my}/groups/", {"groups": "{nordics}"}),
    ("groups/new/", {"name": "{group_name}"}),
    ("groups/{mine}/edit/", {"name": "{group_name}", "version": "1"}),
    ("groups/{mine}/members/", {"add": "{own}", "update": "yes"}),
    ("groups/{mine}/members/", {"add": "{own}", "confirmed": "yes"}),
    ("groups/{mine}/members/paste/", {"pasted": "{domain}\n{number}", "do": "add"}),
    ("groups/{mine}/members/paste/", {"pasted": "{domain}\n{number}", "do": "remove", "confirmed": "yes"}),
    ("administrators/invite/", {"name": "P", "email": "{email}", "role": "sales_agent", "groups": "{nordics}"}),
    ("administrators/invite/", {"name": "P", "email": "{invited_email}", "role": "sales_agent", "groups": "{nordics}"}),
    ("administrators/{person}/groups/", {"groups": "{nordics}"}),
    ("administrators/{person}/handover/", {"groups": "{nordics}", "to": "{other}", "how": "now"}),
    ("administrators/{colleague}/groups/", {"groups": "{nordics}"}),
    ("administrators/{colleague}/handover/", {"groups": "{mine}", "to": "{person}", "how": "now"}),
    ("events/export/", {"subject": "{own}"}),
    ("events/export/", {"person": "{person}"}),
    ("events/export/", {"search": "{domain}"}),
    ("csp/tenants/{my_tenant}/link/", TAKEN | {"groups": "{nordics}"}),
    ("csp/tenants/{my_tenant}/link-existing/", {"organization": "{own}"}),
    ("csp/tenants/{tenant}/link-existing/", {"organization": "{my}"}),
    ("settings/api-keys/new/", {"name": "P", "role": "sales_agent", "scopes": "groups:read", "groups": "{nordics}"}),
    ("resellers/switch/", {"reseller": "{reseller}"}),
]


@pytest.fixture
def worlds(db):
    return World("Quokka"), World("Wombat")


def aims(worlds, world):
    """Whose things somebody asks for: those near to them, another group's, the other reseller's."""
    (stranger,) = (other for other in worlds if other is not world)
    own, far = world.addresses("near"), world.addresses("far")
    mine = {"mine": own["nordics"], "my": own["own"], "my_tenant": far["tenant"]}
    mine |= {"colleague": world.people["sales_agent"].user.public_id}
    return [found | mine for found in (own, far, stranger.addresses("near"))]


def look_around(reader):
    """Every page that names nothing, and everything in one file."""
    visit(reader, "post", "organizations/export/", {"format": "json", "scope": "all"})
    for path in PAGES:
        if "{" not in path:
            visit(reader, "get", path, {})


def pry(reader, ids):
    """Every page that names a thing, and what can be searched for."""
    for path in PAGES:
        if "{" in path:
            visit(reader, "get", path.format(**ids), {})
    for path in QUERIES:
        visit(reader, "get", path.format(**ids), {})


def meddle(reader, world, ids):
    """Forms and files that name a thing, so that pickers and sentences have an occasion to tell of it."""
    for path, body in POSTS:
        visit(reader, "post", path.format(**ids), {name: text.format(**ids) for name, text in body.items()})
    hand_in(reader, world, ids)


def visit(reader, method, path, body):
    words = f"{method} /{path} {body or ''}"
    reader.ask(words, lambda: getattr(reader.client, method)(f"/{path}", body))


def hand_in(reader, world, ids):
    """A file that names things by id, domain, number and group: what its check says, and what it makes."""
    row = {name: text.format(**ids) for name, text in TAKEN.items()}
    rows = [row, row | {"name": "By Id AB", "id": str(ids["own"])}, customer("In Group AB", groups=ids["group_name"])]
    headings = {"id": "Organization ID", "groups": "Organization groups"}
    text = table(*({headings.get(name, name): value for name, value in row.items()} for row in rows))
    for group in ("mine", "nordics"):
        for mode in ("create", "update"):
            body = {"mode": mode, "group": str(ids[group])}
            reader.ask(f"a file: {text} {body}", lambda body=body: checked(world, reader.client, text, body))


def checked(world, client, text, body):
    """The upload's answer where it was refused, else the page of what was read."""
    answer = client.post(f"/{MULTIPLE}", {"file": SimpleUploadedFile("p.csv", text.encode()), **body})
    if answer.status_code != 302 or "/imports/" not in answer.url:
        return answer
    with acting_for(world.reseller.pk):
        job = Import.objects.latest("id")
    read_file(job.reseller_id, job.pk)
    return client.get(answer.url)


@pytest.mark.timeout(400)
def test_nobody_finds_a_trace_of_what_is_not_theirs_and_everybody_finds_what_is(worlds, record_property):
    readers = []
    for viewer in VIEWERS:
        readers.append(reader := reader_of(worlds, worlds[0], viewer))
        look_around(reader)
        for ids in aims(worlds, worlds[0]):
            pry(reader, ids)
    record_property("told", told(readers))
    assert [leak for reader in readers for leak in reader.leaks] == []
    assert {reader.who: reader.not_found for reader in readers if reader.not_found} == {}


@pytest.mark.timeout(400)
def test_no_form_and_no_file_that_names_a_thing_makes_an_answer_tell_of_it(worlds, record_property):
    """Pickers and sentences have an occasion to: for each role, things of the other reseller and of another group."""
    readers = []
    for role in Role:
        readers.append(reader := reader_of(worlds, worlds[0], role))
        _, far, foreign = aims(worlds, worlds[0])
        for ids in [foreign] if role in UNBOUND else [far, foreign]:
            meddle(reader, worlds[0], ids)
    record_property("told", told(readers))
    assert [leak for reader in readers for leak in reader.leaks] == []


@pytest.mark.timeout(400)
def test_from_the_other_side_there_is_as_little_to_find(worlds, record_property):
    """Everybody at the other reseller, and somebody who is not signed in."""
    readers = [reader_of(worlds, worlds[1], viewer) for viewer in VIEWERS] + [reader_of(worlds)]
    look_around(readers[-1])
    for reader in readers:
        pry(reader, aims(worlds, worlds[1])[2])
    record_property("told", told(readers))
    assert [leak for reader in readers for leak in reader.leaks] == []
    assert set(readers[-1].statuses) <= {200, 404, 405}, "the page to sign in, and invitations that nobody sent"


def reader_of(worlds, world=None, viewer=None):
    reader = Reader(worlds, world, viewer)
    reader.client = world.sign_in(viewer) if world else Client(raise_request_exception=False)
    return reader


def test_every_thing_of_the_tables_exists_in_the_worlds(worlds):
    named = {name for path, _, _ in TABLE for name in re.findall(r"\{(\w+)\}", path)}
    assert named <= worlds[0].addresses("near").keys()
