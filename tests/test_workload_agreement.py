"""Small random plans with workloads: the tool equals brute force, for every solver and strategy."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.report.as_json import render
from optimizer.report.compose import compose
from tests.agreement import EVERY_WAY, agreeing, num_plans, place
from tests.oracle.brute_force import best
from tests.oracle.independent_checker import check
from tests.oracle.plan_facts import read_plan
from tests.oracle.random_workloads import random_workload_plan
from tests.oracle.service import asked, value_of

if TYPE_CHECKING:
    from optimizer.solve.session import Session


NUM_PLANS, CHUNK = num_plans(80, wide=360), 10


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_every_solver_and_strategy_equals_brute_force(session: Session, first: int) -> None:
    served = 0
    for seed in range(first, first + CHUNK):
        plan = random_workload_plan(seed)
        for outcome in agreeing(session, plan, best(plan), (*EVERY_WAY[:2], EVERY_WAY[2 + seed % 2]), seed):
            served += outcome.placement is not None and bool(outcome.placement.served_tpp)
    assert served


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, 4 * CHUNK))
def test_written_result_passes_the_independent_checker_and_damaged_service_does_not(
    session: Session, first: int
) -> None:
    damaged = 0
    for seed in range(first, first + 4 * CHUNK):
        plan = random_workload_plan(seed)
        outcome = place(session, plan)
        if outcome.placement is None:
            continue
        written = json.loads(render(compose(outcome)))

        assert check(plan, written) == [], seed
        assert sum(map(Fraction, written["objective_terms_exact"].values())) == outcome.objective
        values = sum((Fraction(row["value_exact"]) for row in written["served"]), Fraction(0))
        assert values == outcome.verification.objective_terms.get("service", 0)  # type: ignore[union-attr]
        for row in written["served"]:
            for amount in (row["served_tpp"] + 1, row["served_tpp"] - 1):
                rows = [{**other, "served_tpp": amount} if other is row else other for other in written["served"]]
                assert check(plan, {**written, "served": rows}) or not value_moves(plan, row), (seed, row)
                damaged += 1
    assert damaged


def value_moves(plan: dict[str, Any], row: dict[str, Any]) -> bool:
    """Return whether one TPP more or less of a row of service moves the objective."""
    facts = read_plan(plan)
    period = facts.index[row["period"]]
    (workload,) = (one for one in asked(facts, period) if one.key == row["workload"])
    return value_of(facts, workload, row["site"], period) != 0
