"""The arithmetic of benchmarks: which runs are compared, and what a figure means beside its target."""

from importlib import import_module

import pytest

from benchmarks.figures import against_targets, paired_ratio, ratios, spread
from benchmarks.ours import PHASES
from benchmarks.rows import customers
from benchmarks.targets import TARGETS, Target
from organizations.fields import Reading, read_row


def test_a_ratio_is_the_median_of_the_rounds_ratios_and_not_the_ratio_of_medians():
    rounds = {"csv": [2.0, 30.0, 4.0], "floor": [1.0, 10.0, 2.0]}
    assert paired_ratio(rounds, "csv", "floor") == 2.0
    assert paired_ratio({"csv": [2, 9, 9], "floor": [1, 1, 3]}, "csv", "floor") == 3


def test_a_slow_minute_of_the_machine_changes_no_ratio():
    calm = {"csv": [2.0, 2.0, 2.0], "floor": [1.0, 1.0, 1.0]}
    slow = {"csv": [2.0, 20.0, 2.0], "floor": [1.0, 10.0, 1.0]}
    assert ratios(calm) == ratios(slow) == {"csv ÷ floor": 2.0}


def test_only_what_ran_in_the_same_rounds_is_compared():
    found = ratios({"floor": [1.0, 1.0], "csv": [2.0, 2.0], "peer": [50.0], "csv of peer": [0.5], "warm-up": [3.0]})
    assert found == {"csv ÷ floor": 2.0, "peer ÷ csv": 100.0}


def test_files_of_other_sizes_are_not_compared_with_the_floor():
    found = ratios({"floor": [1.0], "csv": [2.0], "csv of 10000": [9.0], "peer": [50.0], "csv of peer": [0.5]})
    assert found == {"csv ÷ floor": 2.0, "peer ÷ csv": 100.0}


def test_rounds_that_are_missing_are_an_error():
    with pytest.raises(ValueError, match="shorter"):
        paired_ratio({"csv": [1.0, 2.0], "floor": [1.0]}, "csv", "floor")


def test_the_spread_is_part_of_the_median():
    assert spread([1.0, 2.0, 4.0]) == 1.5


def test_a_figure_is_judged_by_its_bounds():
    small, large = Target("a", "", must=2.5, aim=1.7), Target("b", "", must=40, aim=100, at_least=True)
    assert [small.verdict(value) for value in (1.7, 2.5, 2.51)] == ["aim", "must", "MISSED"]
    assert [large.verdict(value) for value in (100, 40, 39)] == ["aim", "must", "MISSED"]


def test_what_was_not_measured_is_said_and_not_judged():
    (csv, *others) = against_targets({"csv ÷ floor": 2.0})
    assert csv[1:] == (2.0, "must")
    assert {entry[1:] for entry in others} == {(None, "not measured")}
    assert len(others) == len(TARGETS) - 1


def test_the_rows_that_are_measured_are_good_ones_and_no_two_alike():
    rows = [read_row(cells, Reading(country="SE")) for cells in customers(500)]
    assert [row.errors for row in rows if row.errors] == []
    assert [row.warnings for row in rows if row.warnings] == []
    for name in ("primary_domain", "customer_number"):
        assert len({row[name] for row in rows}) == 500


@pytest.mark.parametrize("place", PHASES.values())
def test_the_phases_are_functions_that_exist(place):
    module, _, name = place.rpartition(".")
    assert callable(getattr(import_module(module), name))
