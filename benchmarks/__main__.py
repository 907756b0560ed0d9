"""`make bench`: rounds of everything in turn, then a table of ratios beside their targets, kept in results/."""

import argparse
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import floor, lists, ours, peers, place, programs, report, rows, starting, tenants
from cloudbroker.embedded import Cluster

SMALL = 10_000  # rows from which a worker's memory is measured


PARTS = ("start", "imports", "lists", "tenants")


def main() -> None:
    options = parsed()
    others = starting.measure() if "start" in options.only else {}
    with place.measured_in() as cluster:
        bench = Bench(cluster, options)
        if "imports" in options.only:
            bench.run()
        if "lists" in options.only:
            others |= lists.measure(cluster, options.listed)
        if "tenants" in options.only:
            others |= tenants.measure(cluster, options.tenants)
        told = report.Told(cluster, vars(options), bench.seconds, bench.phases, bench.figures | others)
        report.show(told)
        if options.keep:
            report.keep(told)


def _parts(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := set(wanted) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return wanted


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--peer-rounds", type=int, default=1, help="rounds with django-import-export, which takes minutes"
    )
    parser.add_argument("--most", type=int, default=0, help="rows of one large import, for growth and memory; 1000000")
    parser.add_argument("--only", metavar="PARTS", type=_parts, default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--listed", type=int, default=1_000_000, help="organizations of the reseller that is listed")
    parser.add_argument("--tenants", type=int, default=10_000, help="tenants that are read from Partner Center")
    parser.add_argument("--formats", default="", help="csv,xml,xlsx; default: all that have a reader")
    parser.add_argument("--keep", action="store_true", help="write results/ too")
    return parser.parse_args()


class Bench:
    """Seconds by name and round, and the figures that aren't seconds."""

    def __init__(self, cluster: Cluster, options: argparse.Namespace) -> None:
        from imports.readers import READERS

        self.cluster, self.options = cluster, options
        self.folder = cluster.home
        wanted = [name for name in options.formats.split(",") if name] or list(rows.WRITERS)
        self.formats = [name for name in wanted if name in READERS]
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.phases: list[dict[str, float]] = []
        self.figures: dict[str, float] = {}

    def run(self) -> None:
        self.worker = ours.Worker(self.folder / "log" / "worker.log")
        self.web = programs.Web(self.folder / "log" / "web.log")
        try:
            self._measure()
        finally:
            self.worker.stop()
            self.web.stop()

    def _measure(self) -> None:
        self._files()
        self._import("first", "csv", self.options.rows)  # warms everything up, and makes the rows that the floor writes
        del self.seconds["first"]
        names, records = floor.finished_rows()
        for number in range(1, self.options.rounds + 1):
            self._round(names, records, with_peer=number <= self.options.peer_rounds)
            report.say(f"round {number}: " + ", ".join(f"{k} {v[-1]:.2f} s" for k, v in self.seconds.items()))
        self._memory()
        self.figures["validation"] = microseconds_a_row()

    def _files(self) -> None:
        most = self.options.most or self.options.rows
        wanted = {("csv", peers.PEER_ROWS), *((name, self.options.rows) for name in self.formats)}
        wanted |= {(name, size) for name in self._streamed for size in (SMALL, most)}
        for name, size in sorted(wanted):
            rows.WRITERS[name](self._file(name, size), size, 1)

    @property
    def _streamed(self) -> list[str]:
        """The formats that may have a million rows."""
        return [name for name in self.formats if name != "xlsx"]

    def _file(self, name: str, size: int) -> Path:
        return self.folder / f"{size}.{name}"

    def _round(self, names: list[str], records: list[floor.Record], *, with_peer: bool) -> None:
        self._timed("floor", lambda: floor.copy_seconds(self.cluster, names, records))
        self.seconds["events alone"].append(floor.events_seconds(self.cluster))
        for name in self.formats:
            self._import(name, name, self.options.rows)
            if name == "csv":
                self._import_again()
        place.emptied(self.cluster)
        self.phases.append(ours.phases_of(self._file("csv", self.options.rows)))
        self._push()
        self._timed("bulk_create", lambda: floor.bulk_create_seconds(names, records))
        if with_peer:
            self._import("csv of peer", "csv", peers.PEER_ROWS)
            self._timed("peer", lambda: peers.import_export_seconds(self._file("csv", peers.PEER_ROWS)))

    def _push(self) -> None:
        """Everything through the API, and everything again."""
        place.emptied(self.cluster)
        bodies, rows = programs.bodies_of(self.options.rows), self.options.rows
        for name, outcome in (("api", "created"), ("api again", "unchanged")):
            seconds, counts = self.web.push(bodies)
            if counts[outcome] != rows:
                raise RuntimeError(f"Not all of {rows} rows were {outcome}: {dict(counts)}.")
            self.seconds[name].append(seconds)

    def _import_again(self) -> None:
        """The same file once more, when its rows are all there as they are."""
        path = self._file("csv", self.options.rows)
        self.seconds["csv again"].append(ours.import_file(path, ours.await_worker, again=True))

    def _timed(self, name: str, call: Any) -> None:
        place.emptied(self.cluster)
        self.seconds[name].append(call())

    def _import(self, name: str, format_name: str, size: int) -> None:
        self._timed(name, lambda: ours.import_file(self._file(format_name, size), ours.await_worker))

    def _memory(self) -> None:
        """Peaks of the worker and its readers, first for few rows, so that what they allocate once is not counted."""
        most = self.options.most or self.options.rows
        for name in self._streamed:
            few, many = (self._peak(name, size) for size in (SMALL, most))
            self.figures |= {f"{name} memory": many - few, f"{name} memory at most": many}
        if "xlsx" in self.formats:
            self.figures["xlsx memory"] = self._peak("xlsx", self.options.rows)
        if self.options.most:
            self.figures["growth"] = self.seconds[f"csv of {most}"][0] / median(self.seconds["csv"])

    def _peak(self, name: str, size: int) -> float:
        self.worker.forget_peak()
        self._import(f"{name} of {size}", name, size)
        return self.worker.peak


def microseconds_a_row(count: int = 50_000) -> float:
    """Of this process alone: it waits for nothing, so whatever else the machine does is not its time."""
    from organizations.fields import Reading, read_row

    texts = list(rows.customers(count, seed=2))
    reading = Reading(country="SE")
    began = time.process_time()
    for cells in texts:
        read_row(cells, reading)
    return (time.process_time() - began) / count * 1e6


if __name__ == "__main__":
    main()
