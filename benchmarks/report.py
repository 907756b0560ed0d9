"""What was measured, as a table beside its targets and as a dated file in results/."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks import figures, peers
from cloudbroker.embedded import Cluster, major_version
from cloudbroker.embedded_places import programs_for

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("django", "celery", "kombu", "psycopg", "django-import-export")


@dataclass(frozen=True)
class Told:
    """Seconds by name and round, seconds by phase, and the figures that aren't ratios of seconds."""

    cluster: Cluster
    options: Mapping[str, object]
    seconds: figures.Rounds
    phases: Sequence[Mapping[str, float]]
    others: Mapping[str, float]

    @property
    def figures(self) -> dict[str, float]:
        return figures.ratios(self.seconds) | dict(self.others)

    def rows_of(self, name: str) -> int:
        if "peer" in name:
            return peers.PEER_ROWS
        return int(name.split()[-1]) if " of " in name else int(str(self.options["rows"]))


def show(told: Told) -> None:
    if told.seconds:
        _show_imports(told)
    _show_targets(told)


def _show_imports(told: Told) -> None:
    say(f"\n{told.options['rows']:,} rows, {told.options['rounds']} rounds, medians")
    for name, values in told.seconds.items():
        speed, half_spread = told.rows_of(name) / median(values), figures.spread(values) / 2
        say(f"  {name:20} {median(values):8.2f} s {speed:10,.0f} rows/s   ±{half_spread:.0%}")
    say("\nPhases of CSV in one process, seconds")
    for phase in told.phases[0]:
        say(f"  {phase:20} {median(one[phase] for one in told.phases):8.2f}")


def _show_targets(told: Told) -> None:
    judged = figures.against_targets(told.figures)
    say(f"\n  {'figure':20} {'measured':>10} {'must':>8} {'aim':>8}")
    for target, value, verdict in judged:
        shown = "–" if value is None else f"{value:.2f}"
        bounds = f"{target.must:>8} {target.aim:>8} {target.unit:3}"
        say(f"  {target.figure:20} {shown:>10} {bounds} {verdict}: {target.what}")
    for figure in sorted(told.figures.keys() - {target.figure for target, *_ in judged}):
        say(f"  {figure:24} {told.figures[figure]:10.2f}")


def keep(told: Told) -> None:
    today = date.today().isoformat()
    path = RESULTS / f"{today}-{len(list(RESULTS.glob(f'{today}*.json'))) + 1}.json"
    content = {
        "date": today,
        "machine": machine(told.cluster),
        "options": told.options,
        "seconds": told.seconds,
        "phases": told.phases,
        "figures": told.figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(rounded(content), indent=1) + "\n")
    say(f"\nKept as benchmarks/results/{path.name}")


def rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, Mapping):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def machine(cluster: Cluster) -> dict[str, object]:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "load at the end": os.getloadavg(),
        "python": platform.python_version(),
        "postgresql": major_version(programs_for(cluster.account)),
        **{name: version(name) for name in PACKAGES},
    }


def say(text: str) -> None:
    print(text, flush=True)
