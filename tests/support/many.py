"""Many at once on one portal: resellers who import, some of them much, and browsers that list and search meanwhile."""

import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPException

from support import ledger
from support.errands import Import
from support.going_on import GoingOn
from support.portal import Member

PAUSES = (1.0, 4.0)  # seconds between two clicks of one person
WORDS = ("Customer 12", "7 AB", "customer-99", "000042", "nobody at all")


class Importer:
    """One reseller's file on its way."""

    def __init__(self, portal, reseller, rows):
        self.reseller, self.errand = reseller, Import(rows)
        self.member = Member(portal.url, reseller.session)
        self.asked, self.began, self.seconds = None, None, None

    def go_on(self, known, pool):
        self.began = self.began or time.monotonic()
        if self.errand.is_over(known):
            self.seconds = time.monotonic() - self.began
        elif self.asked is not None:
            if self.asked.done():
                self.asked.result()
                self.asked = None
        elif step := self.errand.step(known, self.reseller.group):
            path, form = step
            self.asked = pool.submit(self.member.post, path, **form)


class Browsers(GoingOn):
    """Their times are those of whole pages."""

    def __init__(self, portal, resellers, count):
        members = [Member(portal.url, resellers[number % len(resellers)].session) for number in range(count)]
        super().__init__(*(partial(self._click, *pair) for pair in enumerate(members)))
        self.seconds, self.failures = [], []

    def _click(self, number, member):
        rng = random.Random(number)
        while not self.over.wait(rng.uniform(*PAUSES)):
            word = rng.choice(("", *WORDS)).replace(" ", "+")
            began = time.monotonic()
            try:
                assert "Organizations" in member.get(f"/organizations/?search={word}")
            except (OSError, HTTPException, AssertionError) as error:
                self.failures.append(repr(error))
            self.seconds.append(time.monotonic() - began)


class Many:
    """`large` files of the first resellers, then, when these are being read, a small one of each of the others."""

    def __init__(self, portal, resellers, *, large, rows, small_rows):
        self.large = [Importer(portal, reseller, rows) for reseller in resellers[:large]]
        self.small = [Importer(portal, reseller, small_rows) for reseller in resellers[large:]]
        self.portal, self.order = portal, []

    def __call__(self, within):
        began = time.monotonic()
        with ThreadPoolExecutor(len(self.large + self.small)) as pool, self.portal.database() as database:
            while len(self.order) < len(self.large + self.small):
                assert time.monotonic() - began < within, [importer.seconds for importer in self.large + self.small]
                known = ledger.look(database, [importer.reseller.id for importer in self.large + self.small])
                for importer in self._at_work(known):
                    importer.go_on(known[importer.reseller.id], pool)
                    if importer.seconds is not None:
                        self.order.append(importer)
                time.sleep(0.05)

    def _at_work(self, known):
        """The small ones are let in once each large one is midway, or over already."""
        are_busy = all(one.seconds or one.errand.is_midway(known[one.reseller.id]) for one in self.large)
        are_let_in = are_busy or any(importer.began for importer in self.small)
        at_work = self.large + (self.small if are_let_in else [])
        return [importer for importer in at_work if importer.seconds is None]

    @property
    def large_seconds(self):
        return [importer.seconds for importer in self.large]

    @property
    def small_seconds(self):
        return [importer.seconds for importer in self.small]


def percentile(values, percent):
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
