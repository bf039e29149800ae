"""When a share is tested: in every period, or on the stock before and after a reporting date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.rules import tested
from optimizer.rules.tested import Stock, counted_period, reporting_dates
from tests.builders import case, limits_of, site
from tests.rules.diffusion import UVEU, changed_pack, company

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.rules.case import Case

JUST_BEFORE_AND_AFTER = [-1, 0]


def reporting(days: object, start: str = "2026Q1", **parts: object) -> Case:
    """Return a US company with UVEU and a site in Norway, whose compute is accounted for on some days of the year."""
    settings = {"reporting_dates": days, **parts.pop("policy", {})}  # type: ignore[dict-item]
    return company(site("oslo", "NO"), start=start, authorisations=[UVEU], policy=settings, **parts)


def stocks(built: Case, rule: str = "home_share") -> list[int]:
    spec = next(spec for spec in built.policy.rules if spec.kind == rule)
    return [stock.period for stock in tested.tested_stocks(built, spec)]


def test_a_rule_without_test_dates_is_tested_in_every_period() -> None:
    assert stocks(case(sites=[site("kl", "MY")], periods=3)) == [0, 1, 2]


def test_two_dates_in_one_period_test_its_stocks_once() -> None:
    assert stocks(reporting(["02-01", "03-01"], periods=2)) == JUST_BEFORE_AND_AFTER
    assert stocks(reporting("02-01;03-01;05-01", periods=2)) == [-1, 0, 1]


def test_without_any_date_nothing_is_tested() -> None:
    assert stocks(reporting([], periods=9)) == []


@pytest.mark.parametrize(
    ("start", "length", "label"),
    [("2026Q1", "quarter", "2025Q4"), ("2026-01", "month", "2025-12"), ("2026", "year", "2025")],
)
def test_the_stock_before_the_plan_has_the_label_of_the_period_before_it(start: str, length: str, label: str) -> None:
    built = reporting(["01-15"], start, length=length)

    assert Stock(-1).label(built) == label
    assert Stock(0).label(built) == start
    assert stocks(built) == JUST_BEFORE_AND_AFTER


@pytest.mark.parametrize(
    ("start", "length", "days", "expected"),
    [
        ("2025Q2", "quarter", ["05-14"], []),  # the day before compliance
        ("2025Q2", "quarter", ["05-15"], [0]),  # what stood before the second quarter, before the pack, is not tested
        ("2025-06", "month", ["06-01"], [-1, 0]),  # the close of May is
        ("2025-05", "month", ["05-31"], [0]),
        ("2025", "year", ["02-01"], []),
        ("2025", "year", ["08-01"], [0]),
    ],
)
def test_only_dates_and_stocks_from_compliance_on_are_tested(
    start: str, length: str, days: list[str], expected: list[int]
) -> None:
    assert stocks(reporting(days, start, length=length)) == expected


@pytest.mark.parametrize(("first_day", "expected"), [("2025-05-31", [-1, 0]), ("2025-06-01", [0]), ("2025-06-02", [])])
def test_the_stock_before_the_plan_is_tested_if_the_pack_was_in_force_on_its_last_day(
    first_day: str, expected: list[int], tmp_path: Path
) -> None:
    pack = changed_pack(tmp_path, "effective_from = 2025-05-15", f"effective_from = {first_day}")

    assert stocks(reporting(["06-01"], "2025-06", length="month", policy={"name": pack})) == expected


def test_the_first_and_the_last_day_of_the_plan_are_in_it() -> None:
    days = tuple(reporting_dates(reporting(["01-01", "12-31", "07-01"], periods=4), ("01-01", "07-01", "12-31")))

    assert days == (date(2026, 1, 1), date(2026, 7, 1), date(2026, 12, 31))


def test_a_day_that_some_years_lack_is_no_reporting_date() -> None:
    with pytest.raises(InputError, match="02-29"):
        reporting(["02-29"])


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_tested"),
    [
        (None, "2026-01-31", False),
        (None, "2026-02-01", True),
        ("2026-02-28", None, True),
        ("2026-03-01", None, False),
    ],
)
def test_a_date_tests_a_company_that_holds_the_status_on_any_day_of_its_period(
    valid_from: str | None, valid_until: str | None, *, is_tested: bool
) -> None:
    held = {key: day for key, day in (("valid_from", valid_from), ("valid_until", valid_until)) if day is not None}
    built = company(site("oslo", "NO"), start="2026-02", length="month", authorisations=[{**UVEU, **held}], policy={})

    assert stocks(built) == ([-1, 0] if is_tested else [])


def test_installation_counts_what_stood_a_period_earlier() -> None:
    sent = reporting(["02-01"])
    installed = reporting(["02-01"], policy={"counted_from": "installation"})
    spec = next(spec for spec in sent.policy.rules if spec.kind == "home_share")

    assert [counted_period(sent, spec, Stock(period)) for period in (-1, 0, 5)] == [-1, 0, 5]
    assert [counted_period(installed, spec, Stock(period)) for period in (-1, 0, 5)] == [-1, -1, 4]


@pytest.mark.parametrize("denominator", ["standing", "delivered"])
def test_a_limit_on_the_stock_before_the_plan_names_nothing_that_the_plan_decides(denominator: str) -> None:
    built = reporting(["02-01"], policy={"share_denominator": denominator})

    before, after = limits_of(built, "home_share")
    assert before.net_terms() == ()
    assert after.net_terms() != ()
