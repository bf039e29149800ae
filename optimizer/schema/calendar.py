"""The planning calendar: labelled periods, their dates, their hours and their discount factors.

Additions stand from the first day of their period; limits are tested on the stock of each period; a dated test belongs
to the period that contains it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache

HOURS_PER_YEAR = 8760
YEARS = range(1900, 2201)
FACTOR_PLACES = 12
"""Decimals to which a discount or decline factor is rounded; from there on it is exact (docs/model.md)."""
FACTOR_STEP = Decimal(1).scaleb(-FACTOR_PLACES)
WORKING_PRECISION = 60
"""Digits carried while a power is taken, so that the rounding to 12 decimals is the correct one."""

_PATTERNS = {
    "quarter": re.compile(r"(?P<year>\d{4})-?Q(?P<index>[1-4])"),
    "month": re.compile(r"(?P<year>\d{4})-(?P<index>0[1-9]|1[0-2])"),
    "year": re.compile(r"(?P<year>\d{4})(?P<index>)"),
}


class PeriodLength(StrEnum):
    """How long one period is."""

    QUARTER = "quarter"
    MONTH = "month"
    YEAR = "year"

    @property
    def periods_per_year(self) -> int:
        """Return 4, 12 or 1."""
        return {"quarter": 4, "month": 12, "year": 1}[self.value]


@lru_cache(maxsize=4096)
def compound_factor(annual_rate: Fraction, periods: int, periods_per_year: int) -> Fraction:
    """Return (1 + annual_rate)^(periods / periods_per_year), rounded to 12 decimals and then exact.

    Discounting passes a negative `periods`; a value that declines by d a year passes `annual_rate = -d`.
    """
    if periods == 0 or annual_rate == 0:
        return Fraction(1)
    with localcontext() as context:
        context.prec = WORKING_PRECISION
        base = 1 + Decimal(annual_rate.numerator) / Decimal(annual_rate.denominator)
        if base == 0:
            return Fraction(0)
        exponent = Decimal(periods) / Decimal(periods_per_year)
        return Fraction((base**exponent).quantize(FACTOR_STEP, rounding=ROUND_HALF_EVEN))


@dataclass(frozen=True)
class Horizon:
    """`num_periods` periods of one length from the period labelled `start`.

    `start_index` counts periods from year 0, so that period k of the horizon has absolute number `start_index + k`.
    """

    start_index: int
    num_periods: int
    length: PeriodLength
    annual_discount_rate: Fraction

    @property
    def periods_per_year(self) -> int:
        """Return 4, 12 or 1."""
        return self.length.periods_per_year

    @property
    def hours(self) -> Fraction:
        """Return the hours of one period, 8,760 over the periods of a year."""
        return Fraction(HOURS_PER_YEAR, self.periods_per_year)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Return the label of each period: `2025Q1`, `2025-01` or `2025`."""
        return tuple(period_label(self.start_index + k, self.length) for k in range(self.num_periods))

    @cached_property
    def index(self) -> dict[str, int]:
        """Map each label to its period number, from 0."""
        return {label: k for k, label in enumerate(self.labels)}

    def first_day(self, period: int) -> date:
        """Return the first day of a period (from 0; `num_periods` gives the day after the horizon)."""
        return period_first_day(self.start_index + period, self.length)

    def last_day(self, period: int) -> date:
        """Return the last day of a period (from 0)."""
        return self.first_day(period + 1) - timedelta(days=1)

    def discount_factor(self, period: int) -> Fraction:
        """Return (1+r)^(-period / periods per year) to 12 decimals; `period` may lie beyond the horizon."""
        return compound_factor(self.annual_discount_rate, -period, self.periods_per_year)


def parse_period(text: str, length: PeriodLength) -> int:
    """Return the absolute number of the period labelled `text`.

    Raises ValueError when the label does not have the form of the plan's period length.
    """
    match = _PATTERNS[length.value].fullmatch(str(text).strip().upper())
    if match is None:
        example = {"quarter": "2025Q1", "month": "2025-01", "year": "2025"}[length.value]
        msg = f"expected a {length.value} like {example}"
        raise ValueError(msg)
    year = int(match["year"])
    if year not in YEARS:
        msg = f"the year must lie between {YEARS.start} and {YEARS.stop - 1}"
        raise ValueError(msg)
    return year * length.periods_per_year + (int(match["index"] or 1) - 1)


def period_label(absolute: int, length: PeriodLength) -> str:
    """Return the label of a period given its absolute number."""
    year, part = divmod(absolute, length.periods_per_year)
    match length:
        case PeriodLength.QUARTER:
            return f"{year}Q{part + 1}"
        case PeriodLength.MONTH:
            return f"{year}-{part + 1:02d}"
        case PeriodLength.YEAR:
            return str(year)


def period_first_day(absolute: int, length: PeriodLength) -> date:
    """Return the first day of a period given its absolute number."""
    year, part = divmod(absolute, length.periods_per_year)
    return date(year, 1 + part * (12 // length.periods_per_year), 1)


def period_containing(day: date, length: PeriodLength) -> int:
    """Return the absolute number of the period that contains `day`."""
    return day.year * length.periods_per_year + (day.month - 1) // (12 // length.periods_per_year)
