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
    Target("memory", "a worker's peak memory, most rows minus 10,000 rows of CSV", 16, 8, unit="MB"),
    Target("validation", "one row from texts to values", 15, 8, unit="µs"),
)
