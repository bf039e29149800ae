"""Changes: each unit that does not come where and when the last plan has it is charged once."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.rules.registry import compile_limits
from optimizer.verify.check import Verification, verify
from tests.builders import case, chip, limit_keys, placing, site
from tests.last_plans import write_csv
from tests.rules.golden_text import assert_golden

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.rules.case import Case
    from optimizer.schema.placement import Placement

LAST = {("ohio", "a"): {"2025Q1": 8, "2025Q2": 8, "2025Q3": 20}, ("utah", "a"): {"2025Q2": 4}}
"""Eight units come to Ohio in the first quarter and twelve in the third, four to a site that is no more in the second."""


def fleet(folder: Path, price: str = "10", through: str | None = "2025Q1", **parts: object) -> Case:
    last = {"plan": write_csv(folder / "march.csv", LAST), "change_price_usd_per_unit": price}
    return case(
        sites=[site("ohio", "US"), site("texas", "US")],
        accelerators=[chip("a")],
        delivered={"a": [50]},
        periods=4,
        policy="physical-only",
        last={**last, **({"freeze_through": through} if through else {})},
        **parts,
    )


def judged(company: Case, placement: Placement) -> Verification:
    return verify(company, compile_limits(company), placement)


def charged(company: Case, placement: Placement) -> Fraction:
    return -judged(company, placement).objective_terms.get("changes", Fraction(0))


GONE = 4
"""Units that no plan can bring any more, since their site is gone."""


def test_the_limits_read_as_in_the_golden_text(tmp_path: Path) -> None:
    assert_golden(fleet(tmp_path), "changes", "changes")


def test_what_comes_as_planned_costs_nothing_and_what_is_gone_always_does(tmp_path: Path) -> None:
    company = fleet(tmp_path)

    assert charged(company, placing(company, ohio=(8, 8, 20, 20))) == 10 * GONE


def test_a_unit_that_comes_a_quarter_later_earlier_elsewhere_or_never_is_one_change(tmp_path: Path) -> None:
    company = fleet(tmp_path)

    assert charged(company, placing(company, ohio=(8, 8, 19, 20))) == 10 * (GONE + 1)
    assert charged(company, placing(company, ohio=(8, 9, 20, 20))) == 10 * (GONE + 1)
    assert charged(company, placing(company, ohio=(8, 8, 19, 19), texas=(0, 0, 1, 1))) == 10 * (GONE + 1)
    assert charged(company, placing(company, ohio=(8, 8, 19, 19))) == 10 * (GONE + 1)


def test_more_units_than_the_last_plan_had_are_no_change_of_it(tmp_path: Path) -> None:
    company = fleet(tmp_path)

    assert charged(company, placing(company, ohio=(8, 8, 25, 30), texas=(0, 3, 3, 3))) == 10 * GONE


def test_a_change_is_discounted_in_the_period_for_which_the_unit_was_planned(tmp_path: Path) -> None:
    company = fleet(tmp_path, discount="21%")
    later = placing(company, ohio=(8, 8, 19, 20))

    gone, moved = (company.plan.horizon.discount_factor(period) for period in (1, 2))
    assert charged(company, later) == 10 * (4 * gone + moved)
    assert float(moved) == pytest.approx(1 / 1.1)


def test_what_is_frozen_is_not_charged_besides(tmp_path: Path) -> None:
    assert limit_keys(fleet(tmp_path), "changes") == ["changes[ohio,a,2025Q3]", "changes[utah,a,2025Q2]"]
    assert limit_keys(fleet(tmp_path, through=None), "changes")[0] == "changes[ohio,a,2025Q1]"


def test_no_price_means_no_charge(tmp_path: Path) -> None:
    assert limit_keys(fleet(tmp_path, price="0"), "changes") == []


def test_changes_are_nothing_bought(tmp_path: Path) -> None:
    company = fleet(tmp_path)

    verdict = judged(company, placing(company, ohio=(8, 8, 8, 8)))
    assert verdict.passed
    assert verdict.bought == ()
    assert "bought" not in verdict.objective_terms


def test_the_planner_may_exempt_a_site(tmp_path: Path) -> None:
    company = fleet(tmp_path, limits={"changes[ohio,a]": {"enforced": False}})

    assert charged(company, placing(company, ohio=(8, 8, 8, 8))) == 10 * GONE
