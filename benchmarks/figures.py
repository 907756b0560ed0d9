"""The arithmetic of a benchmark: what is compared is what ran in the same round."""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.targets import TARGETS, Target

Rounds = Mapping[str, Sequence[float]]  # seconds by name, one for each round


def paired_ratio(rounds: Rounds, above: str, below: str) -> float:
    """The median of the rounds' ratios: a machine that slows down for a while slows both sides of a round."""
    return median(a / b for a, b in zip(rounds[above], rounds[below], strict=True))


def spread(values: Sequence[float]) -> float:
    """How far the rounds lie apart, as part of their median."""
    return (max(values) - min(values)) / median(values)


def ratios(rounds: Rounds) -> dict[str, float]:
    """Every ratio whose two sides were measured."""
    same_size = [name for name in rounds if name not in ("floor", "peer") and " of " not in name]
    pairs = {f"{name} ÷ floor": (name, "floor") for name in same_size}
    pairs["peer ÷ csv"] = ("peer", "csv of peer")
    pairs["csv ÷ csv again"] = ("csv", "csv again")
    return {
        figure: paired_ratio(rounds, above, below)
        for figure, (above, below) in pairs.items()
        if rounds.get(above) and len(rounds.get(below, ())) == len(rounds[above])
    }


def against_targets(figures: Mapping[str, float]) -> list[tuple[Target, float | None, str]]:
    """Each target with what was measured, or None, and what to say of it."""
    return [
        (target, value, "not measured" if value is None else target.verdict(value))
        for target in TARGETS
        for value in [figures.get(target.figure)]
    ]
