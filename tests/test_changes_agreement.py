"""Tiny random plans in which stock leaves, is bound, is retired or moves: the tool equals a walk through all lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.agreement import EVERY_WAY, agreeing, num_plans
from tests.oracle.random_changes import changing_plan, leaving_plan
from tests.oracle.unit_lives import best

if TYPE_CHECKING:
    from optimizer.solve.session import Session


NUM_PLANS, CHUNK = num_plans(80, wide=360), 10
WAYS = tuple([way] for way in EVERY_WAY[:3])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_plans_with_leaving_stock_and_bound_lots_equal_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = leaving_plan(seed)
        assert len(list(agreeing(session, plan, best(plan), WAYS[seed % len(WAYS)], seed))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_plans_whose_units_may_be_retired_or_moved_equal_brute_force(session: Session, first: int) -> None:
    for seed in range(first, first + CHUNK):
        plan = changing_plan(seed)
        assert len(list(agreeing(session, plan, best(plan), WAYS[seed % len(WAYS)], seed))) == 1
