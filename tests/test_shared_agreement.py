"""Small random plans with shared resources, halls and limits on openings: the tool equals brute force.

The second opinion finds nothing to add.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.report.as_json import render
from optimizer.report.compose import compose
from tests.agreement import EVERY_WAY, agreeing, num_plans
from tests.oracle.brute_force import best
from tests.oracle.independent_checker import check
from tests.oracle.random_plans import random_campus_plan, random_shared_plan

if TYPE_CHECKING:
    from optimizer.solve.session import Session


NUM_PLANS, CHUNK = num_plans(60, wide=360), 10


def equals_brute_force(session: Session, plan: dict[str, Any], seed: int) -> None:
    for outcome in agreeing(session, plan, best(plan), (EVERY_WAY[seed % 2], EVERY_WAY[2 + seed % 2]), seed):
        if outcome.objective is not None:
            assert check(plan, json.loads(render(compose(outcome)))) == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_plans_with_shared_resources_equal_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        equals_brute_force(session, random_shared_plan(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_plans_with_halls_and_limits_on_openings_equal_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        equals_brute_force(session, random_campus_plan(seed), seed)


def test_random_plans_share_resources_in_every_way() -> None:
    plans = [random_shared_plan(seed) for seed in range(NUM_PLANS)]

    assert {row["counts"] for plan in plans for row in plan["resources"] if "counts" in row} == {
        "standing",
        "added",
        "cumulative",
    }
    amounts = {"per_unit", "per_opening", "per_mw", "per_mwh", "rate_of_price"}
    assert amounts <= {column for plan in plans for row in plan["resource_use"] for column in row}
    assert any("limits" in plan for plan in plans)


def test_random_plans_have_halls_and_every_limit_on_openings() -> None:
    plans = [random_campus_plan(seed) for seed in range(NUM_PLANS)]

    limits = {column for plan in plans for row in plan.get("opening_limits", []) for column in row}
    assert {"min_openings", "max_openings", "max_sites", "max_countries", "region", "until"} <= limits
    halls = {column for plan in plans for row in plan.get("halls", []) for column in row}
    assert {"available_from", "min_modules_if_open"} <= halls
    assert any("exclusions" in plan for plan in plans)
    assert any("resources" in plan for plan in plans)
