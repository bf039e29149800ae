"""The calendar: labels, dates, hours and discount factors of quarters, months and years."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.schema.calendar import (
    Horizon,
    PeriodLength,
    compound_factor,
    parse_period,
    period_containing,
    period_first_day,
    period_label,
)

LENGTHS = st.sampled_from(list(PeriodLength))
RATES = st.fractions(0, 1, max_denominator=1000)


def horizon(start: str, length: PeriodLength, periods: int = 4, rate: str = "0.1") -> Horizon:
    return Horizon(parse_period(start, length), periods, length, Fraction(rate))


@given(LENGTHS, st.data())
def test_a_label_reads_back_as_its_period(length: PeriodLength, data: st.DataObject) -> None:
    absolute = data.draw(st.integers(1900 * length.periods_per_year, 2201 * length.periods_per_year - 1))

    assert parse_period(period_label(absolute, length), length) == absolute


@given(LENGTHS, st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_lies_in_one_period_between_its_first_day_and_the_next(length: PeriodLength, day: date) -> None:
    absolute = period_containing(day, length)

    assert period_first_day(absolute, length) <= day < period_first_day(absolute + 1, length)


@given(LENGTHS, RATES, st.integers(0, 100))
def test_discount_factors_fall_from_one_and_never_below_zero(length: PeriodLength, rate: Fraction, period: int) -> None:
    plan = Horizon(0, 1, length, rate)

    assert plan.discount_factor(0) == 1
    assert 0 <= plan.discount_factor(period + 1) <= plan.discount_factor(period)


@given(LENGTHS, RATES, st.integers(-60, 60))
def test_factors_are_the_power_to_twelve_decimals(length: PeriodLength, rate: Fraction, periods: int) -> None:
    factor = compound_factor(rate, periods, length.periods_per_year)

    assert (factor * 10**12).denominator == 1
    assert isclose(factor, float(1 + rate) ** (periods / length.periods_per_year), rel_tol=1e-12, abs_tol=1e-12)


def test_a_year_of_quarters_or_months_discounts_as_one_year() -> None:
    rate = Fraction(1, 4)

    assert (
        compound_factor(rate, -4, 4) == compound_factor(rate, -12, 12) == compound_factor(rate, -1, 1) == Fraction(4, 5)
    )


def test_a_value_that_declines_wholly_is_zero_after_any_time() -> None:
    assert compound_factor(Fraction(-1), 1, 4) == 0
    assert compound_factor(Fraction(-1), 0, 4) == 1


@pytest.mark.parametrize(
    ("length", "labels", "hours"),
    [
        (PeriodLength.QUARTER, ("2025Q3", "2025Q4", "2026Q1", "2026Q2"), 2190),
        (PeriodLength.MONTH, ("2025-11", "2025-12", "2026-01", "2026-02"), 730),
        (PeriodLength.YEAR, ("2025", "2026", "2027", "2028"), 8760),
    ],
)
def test_labels_run_on_over_the_year_and_hours_are_parts_of_8760(
    length: PeriodLength, labels: tuple[str, ...], hours: int
) -> None:
    plan = horizon(labels[0], length)

    assert plan.labels == labels
    assert plan.index == {label: number for number, label in enumerate(labels)}
    assert plan.hours == hours
    assert plan.last_day(0) + timedelta(days=1) == plan.first_day(1)


def test_periods_begin_and_end_on_the_days_of_the_calendar() -> None:
    assert horizon("2024Q1", PeriodLength.QUARTER).last_day(0) == date(2024, 3, 31)
    assert horizon("2024-02", PeriodLength.MONTH).last_day(0) == date(2024, 2, 29)
    assert horizon("2025", PeriodLength.YEAR).last_day(1) == date(2026, 12, 31)


@pytest.mark.parametrize("written", ["2025Q1", "2025-Q1", " 2025q1 "])
def test_a_quarter_has_several_spellings(written: str) -> None:
    assert parse_period(written, PeriodLength.QUARTER) == 2025 * 4


@pytest.mark.parametrize(
    ("written", "length", "message"),
    [
        ("2025", PeriodLength.QUARTER, "expected a quarter like 2025Q1"),
        ("2025Q5", PeriodLength.QUARTER, "expected a quarter"),
        ("2025-13", PeriodLength.MONTH, "expected a month like 2025-01"),
        ("2025Q1", PeriodLength.YEAR, "expected a year like 2025"),
        ("1899", PeriodLength.YEAR, "between 1900 and 2200"),
        ("2201Q1", PeriodLength.QUARTER, "between 1900 and 2200"),
    ],
)
def test_a_label_of_another_form_or_age_is_refused(written: str, length: PeriodLength, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_period(written, length)
