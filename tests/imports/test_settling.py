"""What a whole column settles: which order its dates have."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.settling import DateColumn


def order_of(*texts):
    column = DateColumn()
    for text in texts:
        column.look(text)
    return column.order


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ([], "dmy"),
        (["03/04/2026"] * 9, "dmy"),
        (["12/31/2026"] * 2, "dmy"),
        (["12/31/2026"] * 3, "mdy"),
        ([" 12-31-2026 ", "1.13.2026", "12/31/2026", "", "2026-01-02", "nonsense", "31/31/2026"], "mdy"),
        (["12/31/2026"] * 99 + ["31/12/2026"], "dmy"),
        (["12/31/2026 13:00", "02/30/2026", "13/13/2026"] * 3, "dmy"),
    ],
)
def test_the_month_comes_first_only_where_the_whole_column_says_so(texts, order):
    assert order_of(*texts) == order


@given(st.lists(st.dates(min_value=date(1900, 1, 1)), max_size=20))
def test_a_column_written_day_first_is_never_turned_around(days):
    assert order_of(*[f"{day:%d/%m/%Y}" for day in days]) == "dmy"


@given(st.lists(st.text(max_size=50), max_size=10))
def test_any_text_may_stand_in_the_column(texts):
    assert order_of(*texts) in ("dmy", "mdy")
