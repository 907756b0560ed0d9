"""Two questions that other systems ask about a customer: does this purchase need approval, and may billing run?"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from organizations.models import Organization


class Period(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TWO_YEARS = "two_years"
    THREE_YEARS = "three_years"


TIMES_A_YEAR: Final = {
    Period.MONTH: Fraction(12),
    Period.QUARTER: Fraction(4),
    Period.YEAR: Fraction(1),
    Period.TWO_YEARS: Fraction(1, 2),
    Period.THREE_YEARS: Fraction(1, 3),
}


@dataclass(frozen=True)
class ApprovalAnswer:
    """`annual_amount` is rounded to two places for people; the comparison is exact."""

    required: bool
    annual_amount: Decimal
    limit: Decimal | None


def requires_approval(organization: Organization, amount: Decimal, period: Period) -> ApprovalAnswer:
    """Whether a transaction that costs `amount` (≥ 0, the reseller's currency) per period exceeds the yearly limit."""
    annual = Fraction(amount) * TIMES_A_YEAR[period]
    limit = organization.approval_limit
    required = organization.approval_process and (not limit or annual > Fraction(limit))
    shown = (Decimal(annual.numerator) / Decimal(annual.denominator)).quantize(Decimal("0.01"))
    return ApprovalAnswer(required, shown, limit)


def most_without_approval(limit: Decimal, period: Period) -> Decimal:
    """The highest price per period that does not exceed the yearly limit, in whole hundredths."""
    return Decimal(floor(Fraction(limit) / TIMES_A_YEAR[period] * 100)) / 100


def in_words(is_on: bool, limit: Decimal | None, currency: str) -> str:
    """What the two settings come to, with the arithmetic."""
    if not is_on:
        return _("Nothing needs approval.")
    if not limit:
        return _("Every transaction needs approval.")
    most = {
        period.value: number_format(most_without_approval(limit, period), decimal_pos=2, force_grouping=True)
        for period in Period
    }
    return _(
        "Up to %(year)s %(currency)s a year needs no approval. That is %(month)s a month (times 12), %(quarter)s a "
        "quarter (times 4), or %(three_years)s for three years (divided by 3)."
    ) % {**most, "currency": currency}


def may_run_billing(organization: Organization, on: date) -> bool:
    """Whether billing reports may run for the organization on that day; without a start date, not yet."""
    start = organization.billing_start_date
    return start is not None and start <= on
