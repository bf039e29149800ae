"""Both sides of every reporting date: 1 February and 1 August, from the first test on 1 August 2025 on.

Source: Supplement No. 10 to 15 CFR part 748, paragraphs 6 (50% outside the United States, as measured on the reporting
dates) and 10 (each February 1 and August 1), 90 FR 4544.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import broken, limit_keys, placing, site
from tests.rules.diffusion import UVEU, company

if TYPE_CHECKING:
    from optimizer.rules.case import Case

HALF_AT_HOME = [{"country": "US", "accelerator": "chip", "units": 50}]


def reporting(start: str, stock: str = "both", **parts: object) -> Case:
    """Return a US company with UVEU and 50 chips at home that may add chips at home and in Norway."""
    sites = [site("ohio", "US"), site("oslo", "NO")]
    defaults: dict[str, object] = {"authorisations": [UVEU], "installed": HALF_AT_HOME}
    return company(*sites, start=start, **{**defaults, "policy": {"reporting_date_stock": stock}, **parts})


OPENING_QUARTERS = ["2025Q2", "2025Q4", "2026Q2", "2026Q4", "2027Q2"]
CLOSING_QUARTERS = ["2025Q3", "2026Q1", "2026Q3", "2027Q1", "2027Q3"]
OPENING_MONTHS = ["2025-07", "2026-01", "2026-07", "2027-01", "2027-07"]
CLOSING_MONTHS = ["2025-08", "2026-02", "2026-08", "2027-02", "2027-08"]


@pytest.mark.parametrize(
    ("start", "length", "periods", "opening", "closing"),
    [
        ("2025Q1", "quarter", 12, OPENING_QUARTERS, CLOSING_QUARTERS),
        ("2025-01", "month", 36, OPENING_MONTHS, CLOSING_MONTHS),
        ("2025", "year", 3, ["2025", "2026"], ["2025", "2026", "2027"]),
    ],
)
def test_the_home_share_is_tested_on_reporting_dates_from_1_august_2025_on(
    start: str, length: str, periods: int, opening: list[str], closing: list[str]
) -> None:
    stocks = {"opening": opening, "closing": closing, "both": sorted({*opening, *closing})}

    for stock, labels in stocks.items():
        case = reporting(start, stock, length=length, periods=periods)
        assert limit_keys(case, "home_share") == [f"home_share[US,{label}]" for label in labels]


QUARTERS_AROUND = {
    "2025-02-01": ("2024Q4", "2025Q1", "2025Q2"),
    "2025-08-01": ("2025Q2", "2025Q3", "2025Q4"),
    "2026-02-01": ("2025Q4", "2026Q1", "2026Q2"),
    "2026-08-01": ("2026Q2", "2026Q3", "2026Q4"),
    "2027-02-01": ("2026Q4", "2027Q1", "2027Q2"),
    "2027-08-01": ("2027Q2", "2027Q3", "2027Q4"),
}
MONTHS_AROUND = {
    "2025-02-01": ("2025-01", "2025-02", "2025-03"),
    "2025-08-01": ("2025-07", "2025-08", "2025-09"),
    "2026-02-01": ("2026-01", "2026-02", "2026-03"),
    "2026-08-01": ("2026-07", "2026-08", "2026-09"),
    "2027-02-01": ("2027-01", "2027-02", "2027-03"),
    "2027-08-01": ("2027-07", "2027-08", "2027-09"),
}
ALL_AROUND = [("quarter", *item) for item in QUARTERS_AROUND.items()] + [
    ("month", *item) for item in MONTHS_AROUND.items()
]
OVER_IN_ONE = [
    # At home, and in Norway, beside 50 installed at home: half at home but in one period a chip less.
    {"ohio": (0, 1, 1), "oslo": (51, 51, 51)},
    {"ohio": (0, 0, 1), "oslo": (50, 51, 51)},
    {"ohio": (0, 0, 0), "oslo": (50, 50, 51)},
]


@pytest.mark.parametrize("stock", ["opening", "closing", "both"])
@pytest.mark.parametrize(("length", "day", "labels"), ALL_AROUND)
def test_a_breach_of_the_half_counts_in_the_tested_stocks_alone(
    length: str, day: str, labels: tuple[str, str, str], stock: str
) -> None:
    before, own, _ = labels
    tested = {"opening": {before}, "closing": {own}, "both": {before, own}}[stock]
    tested = set() if day == "2025-02-01" else tested  # compliance is from 15 May 2025
    case = reporting(before, stock, length=length, periods=3)

    for label, units in zip(labels, OVER_IN_ONE, strict=True):
        assert broken(case, placing(case, **units)) == ({f"home_share[US,{label}]": 5_000} if label in tested else {})


@pytest.mark.parametrize(
    ("start", "length", "labels"),
    [
        ("2026Q1", "quarter", ["2025Q4", "2026Q1"]),
        ("2026Q2", "quarter", ["2026Q2", "2026Q3"]),
        ("2026-01", "month", ["2026-01", "2026-02"]),
        ("2026-02", "month", ["2026-01", "2026-02"]),
        ("2026-03", "month", []),
        ("2026", "year", ["2025", "2026", "2027"]),
        ("2025Q3", "quarter", ["2025Q2", "2025Q3"]),
        ("2025-08", "month", ["2025-07", "2025-08"]),
        ("2025-09", "month", []),
        ("2025", "year", ["2025", "2026"]),
    ],
)
def test_a_plan_that_begins_on_a_reporting_date_is_tested_on_the_fleet_it_starts_with(
    start: str, length: str, labels: list[str]
) -> None:
    case = reporting(start, length=length, periods=2)

    # The close before the plan has the label of the period before it; what it tests is the installed fleet alone.
    assert limit_keys(case, "home_share") == [f"home_share[US,{label}]" for label in labels]


@pytest.mark.parametrize(("start", "stock", "is_tested"), [("2026Q1", "both", True), ("2026Q1", "closing", False)])
def test_a_fleet_short_of_half_at_home_before_the_plan_cannot_be_cured_by_it(
    start: str, stock: str, *, is_tested: bool
) -> None:
    abroad = [{"country": "NO", "accelerator": "chip", "units": 52}]
    case = reporting(start, stock, installed=[*HALF_AT_HOME, *abroad])

    assert broken(case, placing(case, ohio=2)) == ({"home_share[US,2025Q4]": 10_000} if is_tested else {})


@pytest.mark.parametrize(("day", "period"), [("03-31", "2026Q1"), ("04-01", "2026Q2"), ("06-30", "2026Q2")])
def test_a_reporting_date_belongs_to_the_quarter_that_contains_it(day: str, period: str) -> None:
    case = reporting("2026Q1", periods=2, policy={"reporting_dates": day, "reporting_date_stock": "closing"})

    assert limit_keys(case, "home_share") == [f"home_share[US,{period}]"]
