"""Small random plans with every rule active: the tool equals brute force, for every solver and strategy."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from optimizer.report.as_json import render
from optimizer.report.compose import compose
from tests.agreement import EVERY_WAY, agreeing, num_plans, place
from tests.oracle.brute_force import best
from tests.oracle.independent_checker import check
from tests.oracle.random_plans import random_plan, random_soft_plan

if TYPE_CHECKING:
    from optimizer.solve.session import Session


NUM_PLANS, CHUNK = num_plans(160, wide=960), 10


def ways_of(seed: int) -> tuple[tuple[str, str], ...]:
    """Return both solvers as they come, and by turns one of them with the strategy for large plans."""
    return (*EVERY_WAY[:2], EVERY_WAY[2 + seed % 2])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_every_solver_and_strategy_equals_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = random_plan(seed)
        assert len(list(agreeing(session, plan, best(plan), ways_of(seed), seed))) == 3


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, 4 * CHUNK))
def test_written_result_passes_the_independent_checker(session: Session, first: int) -> None:
    placed = 0
    for seed in range(first, first + 4 * CHUNK, 2):
        plan = random_plan(seed)
        outcome = place(session, plan, "highs", "auto")

        written = json.loads(render(compose(outcome)))

        assert written["status"] == outcome.status
        if outcome.objective is None:
            assert written["placements"] == []
            continue
        placed += 1
        assert check(plan, written) == [], seed
        assert Fraction(written["objective_exact"]) == outcome.objective
        assert Fraction(written["best_bound_exact"]) >= outcome.objective
        assert sum(map(Fraction, written["objective_terms_exact"].values())) == outcome.objective
    assert placed >= 5


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS // 2, CHUNK))
def test_plans_with_soft_limits_equal_brute_force_and_say_what_they_bought(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = random_soft_plan(seed)
        for outcome in agreeing(session, plan, best(plan), ways_of(seed), seed):
            if outcome.objective is not None:
                written = json.loads(render(compose(outcome)))
                assert check(plan, written) == [], seed
                costs = sum(Fraction(row["cost_exact"]) for row in written["bought"])
                assert -costs == Fraction(written["objective_terms_exact"].get("bought", "0"))
                assert all(Fraction(row["excess_exact"]) > 0 for row in written["bought"])


def test_random_soft_plans_price_every_rule_that_has_a_number() -> None:
    priced = {
        group.partition("[")[0] for seed in range(NUM_PLANS) for group in random_soft_plan(seed).get("limits", {})
    }

    assert priced == {
        "commitment",
        "deliveries",
        "destination_share",
        "home_share",
        "max_units",
        "min_units",
        "must_place",
        "national_cap",
        "outside_tier1_share",
        "site_power",
    }


def test_random_plans_are_of_every_kind() -> None:
    """Feasible and not, placed and empty, with each rule and each table in use somewhere."""
    plans = [random_plan(seed) for seed in range(NUM_PLANS)]

    tables = {table for plan in plans for table in plan}
    assert {"commitments", "external_use", "installed", "power", "unit_costs", "values"} <= tables
    assert {plan["policy"]["name"] for plan in plans} == {"three-tier-2025-01", "unrestricted", "physical-only"}
    assert {"min_units_if_open", "max_units", "opens_from", "allowed_accelerators"} <= {
        column for plan in plans for row in plan["sites"] for column in row
    }
