"""What we measure ourselves against: ratios of one run, because seconds tell more of a machine than of us."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """`must` and `aim` are bounds of a figure; `at_least` for those that should be large."""

    figure: str
    what: str
    must: float
    aim: float
    unit: str = "×"
    at_least: bool = False

    def verdict(self, value: float) -> str:
        if self._meets(value, self.aim):
            return "aim"
        return "must" if self._meets(value, self.must) else "MISSED"

    def _meets(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


TARGETS = (
    Target("csv ÷ floor", "100,000 rows of CSV through Celery against COPY of the same rows", 2.5, 1.7),
    Target("xml ÷ floor", "the same as XML", 3.0, 2.0),
    Target("xlsx ÷ floor", "the same as XLSX", 3.5, 2.5),
    Target("peer ÷ csv", "django-import-export, bulk and validating, 10,000 rows, against CSV", 40, 100, at_least=True),
    Target("growth", "1,000,000 rows against 100,000", 11.5, 10.5),
    Target("csv memory", "a worker's peak memory, most rows minus 10,000 rows of CSV", 16, 8, unit="MB"),
    Target("xml memory", "the same of XML", 16, 8, unit="MB"),
    Target("xlsx memory", "a worker's peak memory with XLSX, all of it", 320, 128, unit="MB"),
    Target("csv ÷ csv again", "the file against itself again, when nothing is left to change", 2, 3, at_least=True),
    Target("validation", "one row from texts to values", 15, 8, unit="µs"),
    Target("deep page", "SQL of a page in the middle of a million organizations against page 1", 1.3, 1.1),
    Target("selective search", "SQL of a search that finds one against page 1", 10, 3),
    Target("common word", "SQL of a search that finds them all against page 1", 150, 30),
    Target("list page", "a whole request against its template alone, p50", 2, 1.5),
    Target("sync requests", "requests to read 10,000 tenants against pages needed", 1, 1),
    Target("sync", "reading and keeping 10,000 tenants against reading the pages alone", 2, 1.3),
    Target("cold start", "make run in an empty home, until the first page", 10, 4, unit="s"),
    Target("first page", "CSS and JS of the first page, compressed", 110, 60, unit="kB"),
)
