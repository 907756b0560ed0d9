"""Two questions that other systems ask about a customer: does this purchase need approval, and may billing run?"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Final

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


# How a price is told, and what makes it a yearly one.
PRICED: Final = {
    Period.MONTH: gettext_lazy("a month"),
    Period.QUARTER: gettext_lazy("a quarter"),
    Period.YEAR: gettext_lazy("a year"),
    Period.TWO_YEARS: gettext_lazy("for two years"),
    Period.THREE_YEARS: gettext_lazy("for three years"),
}
ARITHMETIC: Final = {
    Period.MONTH: gettext_lazy("times 12"),
    Period.QUARTER: gettext_lazy("times 4"),
    Period.TWO_YEARS: gettext_lazy("divided by 2"),
    Period.THREE_YEARS: gettext_lazy("divided by 3"),
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


def approval_in_words(organization: Organization, amount: Decimal, period: Period, currency: str) -> str:
    """The answer to `requires_approval` with its arithmetic."""
    answer = requires_approval(organization, amount, period)
    if not organization.approval_process:
        return _("Needs no approval: the approval process is off.")
    if not answer.limit:
        return _("Needs approval: every transaction does, as no limit is set.")
    is_just_above = answer.required and answer.annual_amount == answer.limit
    annual = money(answer.annual_amount, currency)
    words = {
        "annual": _("a little more than %(annual)s") % {"annual": annual} if is_just_above else annual,
        "limit": money(answer.limit, currency),
        "price": f"{money(amount, currency)} {PRICED[period]}",
        "arithmetic": ARITHMETIC.get(period, ""),
    }
    if period == Period.YEAR and answer.required:
        return _("%(annual)s is above the limit of %(limit)s: needs approval.") % words
    if period == Period.YEAR:
        return _("%(annual)s is not above the limit of %(limit)s: needs no approval.") % words
    if answer.required:
        sentence = _("%(price)s is %(annual)s a year (%(arithmetic)s), above the limit of %(limit)s: needs approval.")
    else:
        sentence = _(
            "%(price)s is %(annual)s a year (%(arithmetic)s), not above the limit of %(limit)s: needs no approval."
        )
    return sentence % words


def money(amount: Decimal, currency: str) -> str:
    """SEK 1,200 or SEK 1,200.50."""
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{currency} {number_format(amount, decimal_pos=places, force_grouping=True)}"


def may_run_billing(organization: Organization, on: date) -> bool:
    """Whether billing reports may run for the organization on that day; without a start date, not yet."""
    start = organization.billing_start_date
    return start is not None and start <= on


def billing_in_words(organization: Organization, on: date) -> str:
    """The answer to `may_run_billing`, with the day that decides it."""
    if organization.billing_start_date is None:
        return _("Not billed: no billing start date is set.")
    words = {
        "start": date_format(organization.billing_start_date, "DATE_FORMAT"),
        "on": date_format(on, "DATE_FORMAT"),
    }
    if may_run_billing(organization, on):
        return _("Billed from %(start)s: billed on %(on)s.") % words
    return _("Billed from %(start)s: not billed on %(on)s.") % words
