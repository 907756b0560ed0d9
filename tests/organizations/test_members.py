"""Which organizations are in which group: ticked, pasted, in a selection or on the organization's own page."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from support.cast import customer
from support.files import numbered
from support.workers import at_once

from accounts.refusals import Refused
from accounts.tenancy import acting_for
from events.models import Event
from groups.assigning import lend_groups
from groups.changes import change_group, create_group, delete_group
from groups.models import Assignment, Group
from organizations.changes import archive_organizations
from organizations.members import add_members, change_groups_of, dissolve_group, remove_members
from organizations.models import GroupMembership, Organization


@pytest.fixture
def shop(cast):
    """Two organizations in Nordics, two in no group, one archived."""
    with acting_for(cast.northwind.pk):
        inside = cast.create(cast.admin, customer("In 1"), customer("In 2"), groups=[cast.nordics])
        outside = cast.create(cast.admin, customer("Out 1", customer_number="C-7"), customer("Out 2"))
        (archived,) = cast.create(cast.admin, customer("Old AB"))
        archive_organizations(cast.admin, Organization.objects.filter(pk=archived.pk))
    return {row.name: row for row in (*inside, *outside, archived)}


def url(group, view="members/"):
    return f"/groups/{group.public_id}/{view}"


def members(cast, group=None):
    with acting_for(cast.northwind.pk):
        rows = Organization.objects.filter(groups=group or cast.nordics)
        return sorted(rows.values_list("name", flat=True))


def ids(*rows):
    return " ".join(str(row.public_id) for row in rows)


def ticked(*rows, shown=(), had=(), **more):
    """What the tick list posts."""
    return {"id": [str(row.public_id) for row in rows], "shown": ids(*shown), "had": ids(*had)} | more


def effects(answer):
    return list(answer.context["question"].effects)


def events(cast, subject):
    with acting_for(cast.northwind.pk):
        rows = Event.objects.filter(subject_id=subject.public_id).order_by("id")
        return [(event.kind, event.details) for event in rows]


def version(cast, row):
    with acting_for(cast.northwind.pk):
        return Organization.objects.get(pk=row.pk).version


# The verbs


def test_who_comes_gets_a_raised_version_and_an_event_and_who_was_there_gets_nothing(cast, shop):
    with acting_for(cast.northwind.pk):
        assert add_members(cast.admin, cast.nordics, Organization.objects.filter(name__endswith="1")) == 1
    assert members(cast) == ["In 1", "In 2", "Out 1"]
    assert (version(cast, shop["Out 1"]), version(cast, shop["In 1"])) == (2, 1)
    told = {"group": "Nordics", "group_id": str(cast.nordics.public_id)}
    assert events(cast, shop["Out 1"])[-1] == ("organization.grouped", told)
    assert events(cast, cast.nordics) == [("group.members_added", {"count": 1})]
    with acting_for(cast.northwind.pk):
        assert remove_members(cast.admin, cast.nordics, Organization.objects.filter(name="Out 1")) == 1
        assert remove_members(cast.admin, cast.nordics, Organization.objects.filter(name="Out 1")) == 0
    assert events(cast, shop["Out 1"])[-1] == ("organization.ungrouped", told)
    assert events(cast, cast.nordics)[1:] == [("group.members_removed", {"count": 1})]


def test_the_events_of_one_change_share_a_batch(cast, shop):
    with acting_for(cast.northwind.pk):
        add_members(cast.admin, cast.nordics, Organization.objects.filter(name__startswith="Out"))
        batches = Event.objects.exclude(batch_id=None).values_list("batch_id", flat=True)
        assert (len(batches), len(set(batches))) == (3, 1)


def test_an_archived_organization_neither_comes_nor_goes(cast, shop):
    with acting_for(cast.northwind.pk):
        GroupMembership.objects.create(reseller=cast.northwind, organization=shop["Old AB"], group=cast.dach)
        archived = Organization.objects.filter(name="Old AB")
        assert add_members(cast.admin, cast.nordics, archived) == 0
        assert remove_members(cast.admin, cast.dach, archived) == 0


@pytest.mark.parametrize("role", ["view_only_admin", "key_account_manager"])
def test_the_verbs_ask_for_the_permission_themselves(at_northwind, role):
    (row,) = at_northwind.create(at_northwind.admin, customer("A"), groups=[at_northwind.nordics])
    actor, group, rows = at_northwind.act_as(role), at_northwind.nordics, Organization.objects.all()
    for call in (
        lambda: add_members(actor, group, rows),
        lambda: remove_members(actor, group, rows),
        lambda: change_groups_of(actor, row, add=[], remove=[group]),
        lambda: dissolve_group(actor, group),
        lambda: create_group(actor, name="New"),
        lambda: change_group(actor, group, name="New", description="", version=1),
        lambda: delete_group(actor, group),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert GroupMembership.objects.count() == 1 and Group.objects.count() == 2


def test_a_group_that_was_deleted_meanwhile_is_refused_in_words(at_northwind):
    at_northwind.create(at_northwind.admin, customer("A"))
    dissolve_group(at_northwind.admin, at_northwind.dach)
    with pytest.raises(Refused, match="DACH was deleted meanwhile"):
        add_members(at_northwind.admin, at_northwind.dach, Organization.objects.all())


@pytest.mark.django_db(transaction=True)
def test_overlapping_changes_at_once_wait_for_each_other_and_never_deadlock(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, *[numbered(n) for n in range(300)])

    def change(verb, group, order):
        with acting_for(cast.northwind.pk):
            verb(cast.admin, group, Organization.objects.order_by(order))

    for _ in range(3):
        calls = [
            (add_members, cast.nordics, "pk"),
            (add_members, cast.dach, "-pk"),
            (remove_members, cast.nordics, "-pk"),
        ]
        at_once(*[lambda call=call: change(*call) for call in calls])
    assert len(members(cast, cast.dach)) == 300
    with acting_for(cast.northwind.pk):
        moves = Event.objects.filter(kind__in=["organization.grouped", "organization.ungrouped"])
        for row in Organization.objects.all()[:20]:
            assert row.version == 1 + moves.filter(subject_id=row.public_id).count()


# The tick list


def test_ticks_ask_first_and_are_saved_by_the_answer(cast, shop):
    client, all_ = cast.sign_in(), list(shop.values())[:4]
    posted = ticked(shop["In 1"], shop["Out 1"], shown=all_, had=all_[:2], update="yes")
    question = client.post(url(cast.nordics), posted)
    assert effects(question) == [
        "Added to Nordics: 1 organization.",
        "Removed from Nordics: 1 organization.",
        *[
            f"{role} ({role}) gains sight of 1 organization and loses sight of 1 organization."
            for role in ("Key Account Manager", "Key Account Viewer", "Limited Key Account Manager", "Sales Agent")
        ],
        "Then in no group, and seen only by administrators of the whole reseller: 1 organization.",
    ]
    assert members(cast) == ["In 1", "In 2"]
    kept = dict(question.context["question"].kept)
    answer = client.post(url(cast.nordics), kept | {"confirmed": "yes"}, follow=True)
    assert "Added to Nordics: 1 organization. Removed from Nordics: 1 organization." in answer.text
    assert members(cast) == ["In 1", "Out 1"]


def test_ticks_are_kept_across_pages_and_searches(cast, shop):
    client = cast.sign_in()
    first = ticked(
        shop["Out 1"], shown=[shop["Out 1"], shop["In 1"]], had=[shop["In 1"]], find="yes", search="-2.example"
    )
    page = client.post(url(cast.nordics), first)
    assert [row["name"] for row in page.context["rows"]] == ["In 2", "Out 2"]
    assert (page.context["to_add"], page.context["to_remove"]) == (1, 1)
    kept = {field["name"]: field["value"] for field in page.context["kept"]}
    second = ticked(shop["Out 2"], shown=[shop["Out 2"], shop["In 2"]], had=[shop["In 2"]], turn="yes") | kept
    page = client.post(url(cast.nordics) + "?size=50", second)
    state = {row["name"]: row["is_ticked"] for row in page.context["rows"]}
    assert state == {"In 1": False, "In 2": False, "Out 1": True, "Out 2": True}
    kept = {field["name"]: field["value"] for field in page.context["kept"]}
    back = ticked(
        *[shop[name] for name in ("In 1", "In 2")], shown=list(shop.values())[:4], had=[shop["In 1"], shop["In 2"]]
    )
    page = client.post(url(cast.nordics), back | kept | {"update": "yes"}, follow=True)
    assert "No tick was changed." in page.text


def test_without_a_changed_tick_turning_the_page_is_an_address(cast, shop):
    answer = cast.sign_in().post(url(cast.nordics), ticked(find="yes", search="out", show="others"))
    assert answer.headers["Location"] == url(cast.nordics) + "?search=out&show=others"
    page = cast.sign_in().get(answer.headers["Location"])
    assert [row["name"] for row in page.context["rows"]] == ["Out 1", "Out 2"]


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("members", ["In 1", "In 2"]),
        ("others", ["Else", "Out 1", "Out 2"]),
        ("none", ["Out 1", "Out 2"]),
        ("nonsense", ["Else", "In 1", "In 2", "Out 1", "Out 2"]),
    ],
)
def test_the_list_shows_members_others_or_those_in_no_group_and_never_archived_ones(cast, shop, show, expected):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Else"), groups=[cast.dach])
    page = cast.sign_in().get(url(cast.nordics) + f"?show={show}")
    assert [row["name"] for row in page.context["rows"]] == expected


def test_what_somebody_else_changed_meanwhile_stays(cast, shop):
    """The page showed Out 2 as no member and leaves it alone; by now it is one."""
    client, all_ = cast.sign_in(), list(shop.values())[:4]
    with acting_for(cast.northwind.pk):
        add_members(cast.admin, cast.nordics, Organization.objects.filter(name="Out 2"))
    posted = ticked(shop["In 1"], shop["In 2"], shop["Out 1"], shown=all_, had=all_[:2], update="yes")
    kept = dict(client.post(url(cast.nordics), posted).context["question"].kept)
    client.post(url(cast.nordics), kept | {"confirmed": "yes"})
    assert members(cast) == ["In 1", "In 2", "Out 1", "Out 2"]


def test_ids_of_nobody_of_the_neighbour_and_nonsense_change_nothing(cast, shop):
    with acting_for(cast.fabrikam.pk):
        (foreign,) = cast.create(cast.neighbours_admin, customer("Foreign"))
    words = f"{foreign.public_id} {cast.northwind.public_id} nonsense \x00 {shop['Old AB'].public_id}"
    question = cast.sign_in().post(url(cast.nordics), {"add": words, "remove": words, "update": "yes"})
    assert effects(question) == ["Nothing changes: the group Nordics stays as it is."]
    assert "Foreign" not in question.text
    answer = cast.sign_in().post(url(cast.nordics), {"add": words, "confirmed": "yes"}, follow=True)
    assert "Nothing had to be changed." in answer.text
    assert members(cast) == ["In 1", "In 2"]


def test_more_ticks_than_are_carried_are_refused_in_words(cast, shop):
    from accounts.models import new_id

    many = " ".join(str(new_id()) for _ in range(5_001))
    answer = cast.sign_in().post(url(cast.nordics), {"add": many, "turn": "yes"})
    assert answer.status_code == 422 and "These are too many ticks" in answer.text


# Who gains and who loses


def test_who_sees_an_organization_through_another_group_or_as_a_stand_in_gains_nothing(cast, shop):
    kam, agent = cast.members["key_account_manager"], cast.members["sales_agent"]
    with acting_for(cast.northwind.pk):
        add_members(cast.admin, cast.dach, Organization.objects.filter(name="Out 1"))
        Assignment.objects.filter(membership=agent).delete()
        Assignment.objects.create(reseller=cast.northwind, group=cast.dach, membership=kam)
        lend_groups(cast.admin, kam, agent, [cast.nordics, cast.dach], until=cast.northwind.today())
        Assignment.objects.filter(membership=cast.members["limited_key_account_manager"]).delete()
    cast.members["key_account_viewer"].is_active = False
    cast.members["key_account_viewer"].save()
    both = ids(shop["Out 1"], shop["Out 2"])
    assert effects(cast.sign_in().post(url(cast.nordics), {"add": both, "update": "yes"})) == [
        "Added to Nordics: 2 organizations.",
        "Key Account Manager (Key Account Manager) gains sight of 1 organization.",
        "Sales Agent (Sales Agent) gains sight of 1 organization.",
    ]
    only = {"add": ids(shop["Out 1"]), "update": "yes"}
    assert effects(cast.sign_in().post(url(cast.nordics), only))[1:] == [
        "Nobody gains or loses sight of an organization by this."
    ]


def test_a_group_that_nobody_looks_after_is_told_so(cast, shop):
    question = cast.sign_in().post(url(cast.dach), {"add": ids(shop["Out 1"]), "update": "yes"})
    assert "Nobody whose role is bound to groups looks after DACH now." in effects(question)


def test_many_people_are_told_by_their_number(cast, shop):
    from accounts.models import Membership, User

    with acting_for(cast.northwind.pk):
        for number in range(30):
            user = User.objects.create_user(f"agent{number}@northwind.example", name=f"Agent {number:02}")
            member = Membership.objects.create(reseller=cast.northwind, user=user, role="sales_agent")
            Assignment.objects.create(reseller=cast.northwind, group=cast.nordics, membership=member)
    question = cast.sign_in().post(url(cast.nordics), {"add": ids(shop["Out 1"]), "update": "yes"})
    assert len(effects(question)) == 22
    assert effects(question)[-1] == "14 more people are affected."


def test_the_question_asks_as_often_for_many_as_for_few(cast):
    with acting_for(cast.northwind.pk):
        made = cast.create(cast.admin, *[numbered(n) for n in range(60)])
    client, numbers = cast.sign_in(), []
    for rows in (made[:2], made):
        with CaptureQueriesContext(connection) as asked:
            client.post(url(cast.nordics), {"add": ids(*rows), "update": "yes"})
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 18


def test_saving_asks_as_often_for_many_as_for_few(cast):
    with acting_for(cast.northwind.pk):
        made = cast.create(cast.admin, *[numbered(n) for n in range(60)])
    client, numbers = cast.sign_in(), []
    for rows in (made[:2], made):
        with CaptureQueriesContext(connection) as asked:
            client.post(url(cast.nordics), {"add": ids(*rows), "confirmed": "yes"})
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 18


# The pasted list


def paste(client, group, text, do="add", **more):
    return client.post(url(group, "members/paste/"), {"pasted": text, "do": do, **more})


def troubles(answer):
    return [(trouble.line, trouble.sentence) for trouble in answer.context["troubles"]]


@pytest.mark.parametrize(
    "text",
    [
        "out-1.example\r\nout-2.example",
        "https://www.OUT-1.example/shop, out-2.example.",
        "c-7;out-2.example",
        "C-7\tout-2.example",
        "  c-7   out-2.example  \n\n\n",
        "out-1.example|out-2.example\nout-1.example",
    ],
)
def test_domains_and_customer_numbers_are_found_however_they_are_separated(cast, shop, text):
    client = cast.sign_in()
    page = paste(client, cast.nordics, text)
    assert (page.status_code, troubles(page), page.context["found"]) == (200, [], "2 organizations")
    assert members(cast) == ["In 1", "In 2"], "nothing is saved before the answer"
    answer = paste(client, cast.nordics, text, confirmed="yes")
    assert answer.status_code == 302
    assert members(cast) == ["In 1", "In 2", "Out 1", "Out 2"]


def test_numbers_with_blanks_and_separators_in_them_are_tried_as_a_whole(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("One", customer_number="SE 100, a"), customer("Two", customer_number="SE 200"))
    page = paste(cast.sign_in(), cast.nordics, "se 100, A\nse 200; one.example")
    assert (troubles(page), page.context["found"]) == ([], "2 organizations")


def test_what_is_unknown_archived_foreign_or_ambiguous_is_told_by_its_line(cast, shop):
    with acting_for(cast.fabrikam.pk):
        cast.create(cast.neighbours_admin, customer("Foreign"))
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Trick", customer_number="in-1.example"))
    text = "out-1.example\nforeign.example\nold-ab.example\n\nin-1.example\nNo such AB, out-2.example\n" + "x" * 3000
    page = paste(cast.sign_in(), cast.nordics, text)
    unknown = "is no domain or customer number of an organization here."
    assert troubles(page) == [
        (2, f"“foreign.example” {unknown}"),
        (3, "“old-ab.example” is Old AB, which is archived."),
        (5, "“in-1.example” is the domain of In 1 and the customer number of Trick."),
        (6, f"“No such AB” {unknown}"),
        (7, f"“{'x' * 60}…” {unknown}"),
    ]
    assert page.context["found"] == "2 organizations"
    paste(cast.sign_in(), cast.nordics, text, confirmed="yes")
    assert members(cast) == ["In 1", "In 2", "Out 1", "Out 2"]


def test_a_list_takes_out_of_the_group_as_well(cast, shop):
    page = paste(cast.sign_in(), cast.nordics, "in-1.example", do="remove")
    assert page.context["effects"][0] == "Removed from Nordics: 1 organization."
    paste(cast.sign_in(), cast.nordics, "in-1.example", do="remove", confirmed="yes")
    assert members(cast) == ["In 2"]


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "\x00", "a\n" * 5_001, "nothing"])
def test_a_list_that_names_nothing_or_is_too_long_is_refused_in_words(cast, shop, text):
    answer = paste(cast.sign_in(), cast.nordics, text, confirmed="yes")
    assert answer.status_code == 422
    assert members(cast) == ["In 1", "In 2"]


def test_what_is_to_be_done_must_be_one_of_the_two(cast, shop):
    assert paste(cast.sign_in(), cast.nordics, "out-1.example", do="explode", confirmed="yes").status_code == 422
    assert members(cast) == ["In 1", "In 2"]


def test_a_long_list_asks_as_often_as_a_short_one(cast, shop):
    client, numbers = cast.sign_in(), []
    for count in (1, 500):
        with CaptureQueriesContext(connection) as asked:
            paste(client, cast.nordics, "\n".join(f"out-{n}.example" for n in range(1, count + 1)))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 18


# The organization's own page


def test_the_groups_of_one_organization_are_ticked_asked_about_and_saved(cast, shop):
    client, address = cast.sign_in(), f"/organizations/{shop['In 1'].public_id}/groups/"
    posted = {"groups": [str(cast.dach.public_id)], "had": [str(cast.nordics.public_id)]}
    question = client.post(address, posted)
    assert effects(question)[:3] == [
        "Added to: DACH.",
        "Removed from: Nordics.",
        "Key Account Manager (Key Account Manager) loses sight of 1 organization.",
    ]
    assert client.post(address, posted | {"confirmed": "yes"}).status_code == 302
    assert (members(cast), members(cast, cast.dach)) == (["In 2"], ["In 1"])
    assert [kind for kind, _ in events(cast, shop["In 1"])][1:] == ["organization.grouped", "organization.ungrouped"]


def test_leaving_the_last_group_is_told(cast, shop):
    address = f"/organizations/{shop['In 1'].public_id}/groups/"
    question = cast.sign_in().post(address, {"had": [str(cast.nordics.public_id)]})
    assert effects(question)[-1] == "Then in no group: only administrators of the whole reseller see it."


def test_a_group_of_the_neighbour_is_no_choice(cast, shop):
    address = f"/organizations/{shop['In 1'].public_id}/groups/"
    answer = cast.sign_in().post(address, {"groups": [str(cast.abroad.public_id)], "confirmed": "yes"})
    assert answer.status_code == 422 and "Abroad" not in answer.text


def test_an_archived_organization_keeps_its_groups(cast, shop):
    address = f"/organizations/{shop['Old AB'].public_id}/groups/"
    assert cast.sign_in().get(address).status_code == 409
    answer = cast.sign_in().post(address, {"groups": [str(cast.dach.public_id)], "confirmed": "yes"})
    assert answer.status_code == 409 and "Old AB is archived. Restore it first." in answer.text
    assert members(cast, cast.dach) == []


# What the log tells to whom


@pytest.fixture
def moved(cast, shop):
    """In 1 went into DACH and out again, into a secret group, and stays in Nordics."""
    with acting_for(cast.northwind.pk):
        secret = create_group(cast.admin, name="Secret takeover")
        for group in (cast.dach, secret):
            add_members(cast.admin, group, Organization.objects.filter(name="In 1"))
        remove_members(cast.admin, cast.dach, Organization.objects.filter(name="In 1"))
        add_members(cast.admin, cast.nordics, Organization.objects.filter(name="Out 1"))
    return shop


def file_of(client):
    return b"".join(client.post("/events/export/").streaming_content).decode("utf-8-sig")


def test_a_reader_who_sees_every_group_reads_every_name(cast, moved):
    client = cast.sign_in("view_only_admin")
    page = client.get(f"/organizations/{moved['In 1'].public_id}/").text
    assert "added the organization to Secret takeover" in page and "removed the organization from DACH" in page
    assert "added the organization to Secret takeover" in client.get("/events/").text
    assert "Secret takeover" in file_of(client)


def test_a_reader_who_is_bound_to_groups_reads_no_name_and_no_id_of_another(cast, moved):
    client = cast.sign_in("key_account_manager")
    with acting_for(cast.northwind.pk):
        secret = Organization.objects.get(name="In 1").groups.get(name__startswith="Secret")
    seen = [client.get(f"/organizations/{moved['In 1'].public_id}/").text, client.get("/events/").text, file_of(client)]
    for text in (*seen, client.get("/organizations/").text, client.get(url(cast.nordics, "")).text):
        for trace in ("Secret", "DACH", str(secret.public_id), str(cast.dach.public_id)):
            assert trace not in text
    assert "added the organization to another group" in seen[0]
    assert all("added the organization to another group" in text for text in seen)
    page = client.get(f"/organizations/{moved['Out 1'].public_id}/").text
    assert "added the organization to Nordics" in page


def test_a_group_has_its_own_events_in_the_log_of_those_who_look_after_it(cast, moved):
    told = [row["sentence"] for row in cast.sign_in("sales_agent").get("/events/").context["events"]]
    assert "added organizations to the group: 1" in told
    page = cast.sign_in("sales_agent").get(url(cast.nordics, ""))
    assert [entry["sentence"] for entry in page.context["timeline"]] == ["added organizations to the group: 1"]


# A selection of the list


def bulk(client, action, *rows, **more):
    return client.post("/organizations/bulk/", {"action": action, "id": [str(row.public_id) for row in rows], **more})


def test_a_selection_is_added_after_its_effects_were_told_for_just_that_group(cast, shop):
    client, rows = cast.sign_in(), [shop["In 1"], shop["Out 1"], shop["Out 2"]]
    asked = bulk(client, "join", *rows)
    assert "Add 3 organizations to a group" in asked.text and "Continue" in asked.text
    assert "optional" not in asked.text
    chosen = {"to_group": str(cast.nordics.public_id), "confirmed": "yes"}
    told = bulk(client, "join", *rows, **chosen)
    assert told.context["effects"][:2] == [
        "Added to Nordics: 2 organizations.",
        "Key Account Manager (Key Account Manager) gains sight of 2 organizations.",
    ]
    kept = {field["name"]: field["value"] for field in told.context["kept"] if field["name"] == "told"}
    other = bulk(client, "join", *rows, **chosen | {"to_group": str(cast.dach.public_id)}, **kept)
    assert other.context["effects"][0] == "Added to DACH: 3 organizations."
    assert members(cast) == ["In 1", "In 2"] and members(cast, cast.dach) == []
    assert bulk(client, "join", *rows, **chosen, **kept).status_code == 302
    assert members(cast) == ["In 1", "In 2", "Out 1", "Out 2"]


def test_all_that_match_the_list_leave_a_group_and_the_filter_is_kept(cast, shop):
    client, nordics = cast.sign_in(), str(cast.nordics.public_id)
    posted = {
        "action": "leave",
        "scope": "all",
        "group": nordics,
        "search": "in 2",
        "to_group": nordics,
        "confirmed": "y",
    }
    told = client.post("/organizations/bulk/", posted)
    assert told.context["effects"][0] == "Removed from Nordics: 1 organization."
    answer = client.post("/organizations/bulk/", posted | {"told": nordics})
    assert f"group={nordics}" in answer.headers["Location"]
    assert members(cast) == ["In 1"]


@pytest.mark.parametrize(
    ("group", "sentence"), [("", "Choose a group."), ("x", "does not exist"), ("abroad", "does not exist")]
)
def test_a_selection_needs_a_group_of_ones_own_reseller(cast, shop, group, sentence):
    group = str(cast.abroad.public_id) if group == "abroad" else group
    answer = bulk(cast.sign_in(), "join", shop["Out 1"], to_group=group, confirmed="yes", told=group)
    assert answer.status_code == 422 and sentence in answer.text and "Abroad" not in answer.text


@pytest.mark.parametrize("role", ["view_only_admin", "key_account_manager"])
@pytest.mark.parametrize("action", ["join", "leave"])
def test_a_selection_is_moved_by_reseller_admins_only(cast, shop, role, action):
    client, group = cast.sign_in(role), str(cast.nordics.public_id)
    assert bulk(client, action, shop["In 1"], to_group=group, confirmed="yes", told=group).status_code == 403
    assert "Add to group" not in client.get("/organizations/").text
    assert members(cast) == ["In 1", "In 2"]
