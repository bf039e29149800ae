"""Tiny random plans in which stock leaves, is bound, is retired or moves: the tool equals a walk through all lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.strategy.outcome import Status
from tests.agreement import num_plans, place
from tests.oracle.random_changes import changing_plan, leaving_plan
from tests.oracle.unit_lives import best

if TYPE_CHECKING:
    from optimizer.solve.session import Session


NUM_PLANS, CHUNK = num_plans(80, wide=360), 10
WAYS = (("highs", "auto"), ("scip", "auto"), ("highs", "relaxed-then-complete"))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_plans_with_leaving_stock_and_bound_lots_equal_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = leaving_plan(seed)
        optimum = best(plan)
        expected = Status.INFEASIBLE if optimum is None else Status.OPTIMAL
        outcome = place(session, plan, *WAYS[seed % len(WAYS)])

        assert (outcome.status, outcome.objective) == (expected, optimum), seed


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_plans_whose_units_may_be_retired_or_moved_equal_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = changing_plan(seed)
        optimum = best(plan)
        expected = Status.INFEASIBLE if optimum is None else Status.OPTIMAL
        outcome = place(session, plan, *WAYS[seed % len(WAYS)])

        assert (outcome.status, outcome.objective) == (expected, optimum), seed
