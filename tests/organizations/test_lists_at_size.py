"""Lists where it matters how they are read: each statement that a page really sends, and what PostgreSQL does for it.

Sixty thousand organizations, after those of others, in a database of their own, counted and walked in proportion. What
is asserted is how many rows and index entries are looked at: seconds would tell more of the machine.
"""

import pytest
from django.test import Client
from support.large import filled
from support.plans import asked, explained

from accounts.models import Membership, Reseller, User
from accounts.roles import Role
from accounts.tenancy import acting_for
from benchmarks import many
from groups.models import Assignment, Group
from organizations import pages
from organizations.fields import NAMES, derived
from organizations.listing import SORTS as SORTS_OF_THE_LIST
from organizations.models import Organization
from organizations.pages import Order

pytestmark = [pytest.mark.processes, pytest.mark.django_db]

COUNT, NEIGHBOURS = 60_000, 10
LARGE = {"organizations_organization", "organizations_groupmembership", "events_event"}
# Group, and which of the organizations are in it by their number in the order of creation.
GROUPS = {
    "few": "n % 5000 = 5",
    "half": "n % 2 = 0",
    "early": "n <= 12000",
    "late": "n > 48000",
    "rest": "n % 2 = 1 AND n % 5000 <> 11",
}
LIST = "/organizations/"
KEYS = dict(SORTS_OF_THE_LIST)
# As a million, but for this factor.
COUNTED, WALKED = pages.COUNTED * COUNT // 1_000_000, pages.WALKED * COUNT // 1_000_000
A_PAGE = 400  # its rows, those that are passed on the way where every tenth is wanted, and what stands beside them


class Large:
    """Northwind with very many organizations, and people who see all of them or some."""

    def __init__(self):
        self.people = {}
        self.reseller = Reseller.objects.create(name="Northwind Cloud", country="SE", currency="SEK")
        with acting_for(self.reseller.pk):
            self.person("admin", Role.RESELLER_ADMIN)
            self.groups = {name: Group.objects.create(reseller=self.reseller, name=name) for name in GROUPS}
            for name, group in self.groups.items():
                member = self.person(name, Role.KEY_ACCOUNT_MANAGER)
                Assignment.objects.create(reseller=self.reseller, group=group, membership=member)

    def person(self, name, role):
        user = User.objects.create_user(f"{name}@northwind.example", name=name)
        self.people[name] = user
        return Membership.objects.create(reseller=self.reseller, user=user, role=role)

    def fill(self, owner):
        with many.indexed_afterwards(owner):
            self.fill_neighbour(owner, COUNT // 2)  # whose rows lie before ours
            many.fill_organizations(owner, self.reseller.pk, COUNT)
            for _number in range(NEIGHBOURS):
                self.fill_neighbour(owner, COUNT // 100)
        for name, which in GROUPS.items():
            many.fill_group(owner, self.reseller.pk, self.groups[name].pk, which)
        many.settle(owner)

    def fill_neighbour(self, owner, count):
        name = f"Neighbour {Reseller.objects.count()}"
        other = Reseller.objects.create(name=name, country="SE", currency="SEK")
        many.fill_organizations(owner, other.pk, count)

    def statements(self, who, address):
        """What the second look at a page asks of the large tables, carried out once more and explained."""
        client = Client()
        client.force_login(self.people[who])
        assert client.get(address).status_code == 200
        answer, sent = asked(lambda: client.get(address))
        with acting_for(self.reseller.pk):
            plans = [explained(sql) for sql in sent if sql.startswith("SELECT") and any(f'"{t}"' in sql for t in LARGE)]
        return answer, plans, sent

    def place_of(self, key, number, **narrowed):
        with acting_for(self.reseller.pk):
            rows = Organization.objects.filter(reseller=self.reseller, archived_at=None, **narrowed)
            return Order(key).cursor(rows.order_by(key, "public_id")[number])


@pytest.fixture(scope="module")
def large(django_db_setup, django_db_blocker):
    with filled(Large, django_db_blocker) as found:
        yield found


def test_the_rows_are_what_the_intake_would_have_made(large):
    with acting_for(large.reseller.pk):
        for row in Organization.objects.order_by("public_id")[:50]:
            made = derived(str(row.public_id), tuple(getattr(row, name) for name in NAMES))
            assert (row.sort_name, row.customer_number_key, row.search_text) == made


@pytest.fixture(autouse=True)
def _in_proportion(monkeypatch):
    monkeypatch.setattr(pages, "COUNTED", COUNTED)
    monkeypatch.setattr(pages, "WALKED", WALKED)


def check(plans, *, rows=A_PAGE, one_in=1, among=1, lying_together=False):
    """Nothing is read from end to end. One in so many of what is counted, and of what it is joined with, is wanted.

    Of those that lie together in the order, a way that is too long is given up, and all are sorted.
    """
    assert plans
    for plan in plans:
        is_wanted_whole = lying_together and "ORDER BY ROW(" in plan.sql
        assert is_wanted_whole or plan.read_whole & LARGE == set(), str(plan)
        allowed = bound(plan.sql, rows, (COUNTED + 1) * one_in * among * 1.1, lying_together)
        assert plan.touched <= allowed, str(plan)


def bound(sql, rows, counted, lying_together):
    if f"OFFSET {WALKED}" in sql:
        return WALKED + 1
    if f"LIMIT {COUNTED + 1}" in sql:
        return max(counted, 100)
    return max(rows, COUNT * 2 if lying_together and "ROW(" in sql else 0)


SORTS = [f"{sign}{name}" for name in KEYS for sign in ("", "-")]


@pytest.mark.parametrize("sort", SORTS)
def test_in_every_order_the_first_page_reads_a_page(large, sort):
    answer, plans, _ = large.statements("admin", f"{LIST}?sort={sort}")
    assert answer.context["count_label"] == f"{COUNTED}+ organizations"
    check(plans)


@pytest.mark.parametrize("way", ["after", "before"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_page_in_the_middle_reads_what_the_first_one_does(large, sort, way):
    place = large.place_of(KEYS[sort.removeprefix("-")], COUNT // 2)
    answer, plans, _ = large.statements("admin", f"{LIST}?sort={sort}&{way}={place}")
    assert len(answer.context["rows"]) == 25
    check(plans)


def test_a_page_among_many_that_are_equal_begins_in_its_place(large):
    """Sixty have no customer number, and are told apart by their ids."""
    place = large.place_of("customer_number_key", 30)
    answer, plans, _ = large.statements("admin", f"{LIST}?sort=customer_number&after={place}")
    assert len(answer.context["rows"]) == 25
    (page,) = [plan for plan in plans if "LIMIT 26" in plan.sql]
    assert page.touched_in("organizations_organization") <= 30, str(page)


FEW = {
    "search=customer-4711.": 1,
    "search=nordstern": 12,
    "search=nordstern 4": 12,
    "source=grid": 6,
    "source=form": 6,
    "missing=customer_number": 60,
    "missing=contact_phone": 30,
    "missing=country": 0,
    "archived=only": 120,
    "tenant=linked": 0,
}


@pytest.mark.parametrize("query", FEW)
@pytest.mark.parametrize("sort", ["name", "-created"])
def test_few_are_found_by_an_index_and_sorted(large, query, sort):
    """Hundreds of others may be looked at where their names consist of the same threes of letters."""
    answer, plans, _ = large.statements("admin", f"{LIST}?{query}&sort={sort}")
    assert len(answer.context["rows"]) <= FEW[query]
    assert bool(answer.context["rows"]) == bool(FEW[query])
    assert len(plans) <= (3 if "search" in query else 2)
    check(plans, rows=FEW[query] + A_PAGE, one_in=0.5)


COMMON = {f"search={many.COMMON}": 1, f"search={many.QUARTER}": 4, "search=e": 10, "search=cu": 10}
COMMON |= {"approval=on": 3, "approval=off": 1.5, "source=import": 1, "missing=registration_number": 1}
COMMON |= {"archived=with": 1, "tenant=none": 1}


@pytest.mark.parametrize("query", COMMON)
@pytest.mark.parametrize("sort", ["name", "-created"])
def test_what_many_have_is_counted_to_the_limit_and_met_on_the_way(large, query, sort):
    answer, plans, _ = large.statements("admin", f"{LIST}?{query}&sort={sort}")
    assert len(answer.context["rows"]) in (0, 25)
    check(plans, one_in=COMMON[query])


def test_names_that_begin_with_the_same_word_are_sorted_rather_than_walked_to(large):
    """A tenth of the list, and eight tenths of it come before them."""
    answer, plans, _ = large.statements("admin", f"{LIST}?search={many.CLUSTERED}")
    assert [row["name"][:8] for row in answer.context["rows"]] == ["Shipping"] * 25
    *_, near, all_of_them = plans
    assert near.touched <= WALKED * 1.1 + COUNT // 10 * 2.1, str(near)
    assert all_of_them.touched <= COUNT * 1.5, str(all_of_them)


def test_a_group_that_was_made_at_once_is_sorted_rather_than_walked_to(large):
    _, plans, _ = large.statements("early", f"{LIST}?sort=-created")
    *_, near, all_of_them = plans
    assert near.touched <= WALKED * 2.2, str(near)
    assert all_of_them.touched <= COUNT * 2, str(all_of_them)


@pytest.mark.parametrize("sort", ["name", "-created", "customer_number"])
@pytest.mark.parametrize("who", ["few", "half", "late"])
def test_whoever_is_bound_to_a_group_reads_no_more(large, who, sort):
    answer, plans, _ = large.statements(who, f"{LIST}?sort={sort}")
    assert answer.context["rows"]
    check(plans, among=2, lying_together=who == "late")


@pytest.mark.parametrize("name", ["few", "half", "late"])
def test_the_filter_of_a_group_reads_no_more(large, name):
    answer, plans, _ = large.statements("admin", f"{LIST}?group={large.groups[name].public_id}")
    assert answer.context["rows"]
    check(plans, among=2)


def test_those_in_no_group_are_looked_for_once(large):
    """That takes both indexes from end to end, once, and no table."""
    answer, plans, _ = large.statements("admin", f"{LIST}?group=none")
    assert 0 < len(answer.context["rows"]) <= 25
    looked, page = plans
    assert page.touched <= A_PAGE
    assert looked.touched <= COUNT * 4, str(looked)


@pytest.mark.parametrize("query", ["", f"?search={many.COMMON}", "?source=grid"])
@pytest.mark.parametrize("who", ["admin", "few"])
def test_the_page_asks_the_same_few_questions_however_many_there_are(large, who, query):
    """Nine: who is here (three), what they have chosen (two), count, page, groups to filter by, tenants that wait.

    What is searched for, many that were narrowed down, and the groups to which somebody is bound take one more each.
    """
    _, _, sent = large.statements(who, LIST + query)
    asks = [sql for sql in sent if sql.startswith("SELECT") and "set_config" not in sql]
    assert len(asks) <= 9 + ("search" in query) * 2 + (who != "admin")
