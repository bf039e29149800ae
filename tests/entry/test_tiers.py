"""The tier of a destination or a headquarters in a period: the strictest of any day of it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from optimizer.catalogue.countries import tier_table
from optimizer.entry.tiers import Tiers
from optimizer.policies.specs import Bound
from optimizer.schema.calendar import Horizon, PeriodLength, parse_period


def tiers(start: str, length: str = "quarter", periods: int = 4) -> Tiers:
    kind = PeriodLength(length)
    return Tiers(tier_table("ai-diffusion-2025"), Horizon(parse_period(start, kind), periods, kind, Fraction(0)))


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        # Cambodia leaves Country Group D:5 on 7 November 2025: the period of that day still has a day in it.
        ("2025Q3", "quarter", [3, 3, 2, 2]),
        ("2025-10", "month", [3, 3, 2, 2]),
        ("2025", "year", [3, 2, 2, 2]),
    ],
)
def test_a_period_has_the_strictest_tier_of_its_days(start: str, length: str, expected: list[int]) -> None:
    found = tiers(start, length)

    assert [found.of("KH", period) for period in range(4)] == expected


def test_before_the_table_begins_its_first_day_stands_in() -> None:
    found = tiers("2023", "year", 1)

    assert [found.of(code, 0) for code in ("US", "MY", "KH")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("bound", "headquarters", "expected"),
    [
        (None, "CN", True),
        (Bound(tiers=(1,)), "US", True),
        (Bound(tiers=(1,)), "PR", True),
        (Bound(tiers=(1,)), "MY", False),
        (Bound(tiers=(1, 2)), "MY", True),
        (Bound(tiers=(3,)), "HK", True),
        (Bound(countries=("US",)), "US", True),
        (Bound(countries=("US",)), "GU", True),
        (Bound(countries=("US",)), "GB", False),
        (Bound(tiers=(3,), countries=("MY",)), "MY", True),
        (Bound(), "US", False),
    ],
)
def test_a_headquarters_lies_in_a_bound_by_tier_or_by_name(
    bound: Bound | None, headquarters: str, *, expected: bool
) -> None:
    assert tiers("2026Q1").within(bound, headquarters, 0) is expected


def test_a_headquarters_moves_with_its_tier() -> None:
    found = tiers("2025Q4")

    assert [found.within(Bound(tiers=(2,)), "KH", period) for period in range(2)] == [False, True]
