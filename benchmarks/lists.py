"""The list of a reseller with a million organizations: what a page costs PostgreSQL, and what a request does."""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any, Final
from unittest.mock import patch

from benchmarks import many, place, report
from benchmarks.figures import Rounds, paired_ratio
from cloudbroker.embedded import Cluster

ROUNDS: Final = 40
NEIGHBOURS, THEIRS = 20, 5_000  # other resellers in the same tables
LIST: Final = "/organizations/"
# A page's statements about organizations, told apart by what they are for.
ROWS, COUNT, ALL = "rows", "count", "all"
# Every list, of which organizations, what will not be billed and events are as long as the reseller is large.
EVERY: Final = (
    LIST,
    "/will-not-be-billed/",
    "/events/",
    "/organizations/imports/",
    "/organizations/exports/",
    "/groups/",
    "/administrators/",
    "/csp/tenants/",
    "/settings/webhooks/",
)
LOOKS: Final = 9


def measure(cluster: Cluster, count: int) -> dict[str, float]:
    _fill(cluster, count)
    try:
        return _figures(_rounds(count)) | _every_list(count)
    finally:
        place.emptied(cluster)
        _neighbours().delete()


def _rounds(count: int) -> Rounds:
    client, rounds = signed_in(), defaultdict(list)
    pages = {"page 1": "", "deep page": f"?after={_place_of(count // 2)}", **_narrowed(count)}
    template = _template_alone(client)
    for _round in range(ROUNDS):
        for name, query in pages.items():
            # What page 1 reads is in every cache, as it is asked for all the time: of each the second look is compared.
            first, asked = (_asked(client, f"{LIST}{query}") for _look in range(2))
            rounds[f"{name}, first look"].append(sum(first.values()))
            for part, seconds in {**asked, ALL: sum(asked.values())}.items():
                rounds[f"{name}, {part}"].append(seconds)
        rounds["whole request"].append(_timed(lambda: client.get(LIST)))
        rounds["template alone"].append(_timed(template))
    _tell(rounds, count)
    return rounds


def _every_list(count: int) -> dict[str, float]:
    """What the server takes for a page of each list; printed, as it tells of this machine."""
    client, figures = signed_in(), {}
    report.say(f"\nServer time of a page of every list, {count:,} organizations and as many events, {LOOKS} looks")
    for address in EVERY:
        figures[address] = median(_timed(partial(_answered, client, address)) for _look in range(LOOKS)) * 1000
        report.say(f"  {address:26} {figures[address]:8.2f} ms")
    return {f"{address}, ms": value for address, value in figures.items()}


def _answered(client: Any, address: str) -> None:
    if (answer := client.get(address)).status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")


def _narrowed(count: int) -> dict[str, str]:
    return {
        "selective search": f"?search=customer-{count // 3}.",
        "common word": f"?search={many.COMMON}",
        "clustered word": f"?search={many.CLUSTERED}",
        "rare filter": "?source=grid",
    }


def _figures(rounds: Rounds) -> dict[str, float]:
    """A narrowed list counts what it finds while it looks, so it is compared with page 1 and its count."""
    first = {name: paired_ratio(rounds, f"{name}, {ALL}", f"page 1, {ALL}") for name in _narrowed(0)}
    return {
        "deep page": paired_ratio(rounds, f"deep page, {ROWS}", f"page 1, {ROWS}"),
        **first,
        "list page": paired_ratio(rounds, "whole request", "template alone"),
        **{f"{name}, ms": median(values) * 1000 for name, values in rounds.items()},
    }


def _tell(rounds: Rounds, count: int) -> None:
    report.say(f"\nLists of a reseller with {count:,} organizations, {ROUNDS} rounds, medians")
    for name, values in rounds.items():
        report.say(f"  {name:24} {median(values) * 1000:8.2f} ms")


def _fill(cluster: Cluster, count: int) -> None:
    from accounts.models import Reseller, User

    place.emptied(cluster)
    home = Reseller.objects.get(name=place.RESELLER)
    for number in range(NEIGHBOURS):
        Reseller.objects.create(name=f"Neighbour {number}", country="SE", currency="SEK")
    with place.owner_of(cluster) as owner:
        with many.indexed_afterwards(owner):
            for reseller, number in ((home, count), *((other, THEIRS) for other in _neighbours())):
                many.fill_organizations(owner, reseller.pk, number)
        many.fill_events(owner, home.pk, User.objects.get().public_id, uuid.uuid4())
        many.settle(owner)


def _neighbours() -> Any:
    from accounts.models import Reseller

    return Reseller.objects.filter(name__startswith="Neighbour ")


def signed_in() -> Any:
    from django.test import Client

    from accounts.models import User

    client = Client()
    client.force_login(User.objects.get())
    if (answer := client.get(LIST)).status_code != 200:
        raise RuntimeError(f"The list answers {answer.status_code} {answer.headers}: {answer.content[:500]!r}")
    return client


def _place_of(number: int) -> str:
    """The cursor of the organization that is so far down the list."""
    from benchmarks.ours import acting
    from organizations.models import Organization
    from organizations.pages import Order

    with acting() as actor:
        rows = Organization.objects.filter(reseller=actor.reseller).order_by("sort_name", "public_id")
        return Order("sort_name").cursor(rows[number])


def _asked(client: Any, address: str) -> dict[str, float]:
    """Seconds that the database took for the page's organizations."""
    from django.db import connection

    taken: dict[str, float] = defaultdict(float)

    def timed(execute: Callable[..., Any], sql: str, params: Any, is_many: bool, context: Mapping[str, Any]) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, is_many, context)
        finally:
            if 'FROM "organizations_organization"' in sql:
                taken[COUNT if "COUNT(" in sql else ROWS] += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        answer = client.get(address)
    if answer.status_code != 200 or not taken[ROWS]:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return taken


def _template_alone(client: Any) -> Callable[[], Any]:
    """Page 1 drawn once more from everything that its template was given, with no query."""
    from django.template.context import Context, make_context
    from django.template.loader import get_template

    with _contexts_of("organizations.views.render") as given:
        client.get(LIST)
    (request, name, context) = given[0]
    template: Any = get_template(name)
    whole = make_context(context, request)
    with whole.bind_template(template.template):
        flat = whole.flatten()
    return lambda: template.template.render(Context(flat))


@contextmanager
def _contexts_of(place_of_render: str) -> Iterator[list[tuple[Any, str, dict[str, Any]]]]:
    from django.shortcuts import render

    given: list[tuple[Any, str, dict[str, Any]]] = []

    def noted(request: Any, name: str, context: dict[str, Any]) -> Any:
        given.append((request, name, context))
        return render(request, name, context)

    with patch(place_of_render, noted):
        yield given


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
