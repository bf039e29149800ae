"""Retirements and moves damaged on purpose: each fault is told, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.files.read_plan import plan_from_dict
from optimizer.rules.case import Case, make_case
from optimizer.rules.registry import compile_limits
from optimizer.schema.placement import Move, Placement
from optimizer.verify.check import verify
from tests.builders import chip, placing, site
from tests.changing_plans import changing, dipping


def company(**changes: Any) -> Case:  # noqa: ANN401  keys of [changes]
    sites = [site("ohio", "US"), site("texas", "US", closes_after="2025Q2")]
    plan = dipping(changes=changes, sites=sites, power=[], accelerators=[chip(block=2)], delivered=8)
    return make_case(plan_from_dict(plan))


MOVING = company(relocation=True)
GOOD = changing(MOVING, {("ohio", 0): (4, 2, 2), ("texas", 0): (0, 2, 0)}, {("ohio", "texas", 0, 1, 1): 2})


def faults(case: Case, placement: Placement) -> tuple[str, ...]:
    return verify(case, compile_limits(case), placement).faults


def test_a_good_placement_passes_and_what_stands_at_a_closed_site_is_retired() -> None:
    assert verify(MOVING, compile_limits(MOVING), GOOD).passed


def aged(**rows: tuple[int, ...]) -> Placement:
    found = changing(MOVING, {(key, 0): row for key, row in rows.items()})
    return replace(GOOD, aged_units=found.aged_units, standing_units=found.standing_units)


DAMAGES = {
    "a unit from nowhere": (
        aged(ohio=(4, 4, 4), texas=(0, 2, 0)),
        "chip of 2025Q1 at ohio: 2 more stand in 2025Q2 than stood there and came",
    ),
    "a unit that is gone": (
        aged(ohio=(4, 2, 0), texas=(0, 2, 0)),
        "chip of 2025Q1 at ohio: 2 are gone in 2025Q3, and the plan does not say that units may be retired",
    ),
    "a unit that does not arrive": (
        aged(ohio=(4, 2, 2), texas=(0, 0, 0)),
        "chip of 2025Q1 at texas: what arrives in 2025Q2 does not stay",
    ),
    "part of a block": (
        replace(GOOD, moves={Move(0, 1, 0, 0, 1, 1): 1}),
        "chip from ohio to texas: 1 units are not whole blocks of 2",
    ),
    "too quick": (
        replace(GOOD, moves={Move(0, 1, 0, 0, 1, 2): 2}),
        "chip from ohio to texas is not on its way for 0 periods",
    ),
    "before it stood": (
        replace(GOOD, moves={Move(0, 1, 0, 1, 1, 1): 2}),
        "chip from ohio to texas departs before it has stood there",
    ),
    "nowhere else": (
        replace(GOOD, moves={**GOOD.moves, Move(0, 0, 0, 0, 1, 1): 2}),
        "chip from ohio to ohio: a move ends where it began",
    ),
    "ages that do not add up": (
        replace(GOOD, standing_units={**GOOD.standing_units, (0, 0): (4, 4, 2)}),
        "chip at ohio: ages add up to 2 in 2025Q2",
    ),
    "a site that is not there": (
        replace(GOOD, moves={Move(0, 7, 0, 0, 1, 1): 2}),
        "a move from site number 0 to site number 7 does not fit the plan",
    ),
    "an age that is not there": (
        replace(GOOD, aged_units={**GOOD.aged_units, (0, 0, 9): (0, 0, 0)}),
        "units of age 9 of accelerator number 0 at site number 0 do not fit the plan",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_told(damage: str) -> None:
    placement, told = DAMAGES[damage]

    assert told in faults(MOVING, placement)


def test_stock_shrinks_only_where_the_plan_lets_it() -> None:
    shrinking = Placement({(0, 0): (4, 2, 2)}, {0: 0})

    assert faults(company(retirement=True), shrinking) == ()
    assert faults(company(), shrinking) == ("chip at ohio shrinks",)
    assert len(faults(MOVING, shrinking)) == 1


def test_a_plan_without_changes_takes_no_moves() -> None:
    plain = company()

    found = faults(plain, replace(placing(plain, ohio=4), moves=GOOD.moves))

    assert found == ("the plan does not say that units may be retired or moved",)


def test_a_plan_that_only_retires_takes_no_moves() -> None:
    told = "chip from ohio to texas: the plan does not say that units may be moved"

    assert told in faults(company(retirement=True), GOOD)
