"""Small random plans with workloads: the tool equals brute force, for every solver and strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.solve.session import Session
from optimizer.strategy.outcome import Status
from tests.agreement import EVERY_WAY, place
from tests.oracle.brute_force import best
from tests.oracle.random_workloads import random_workload_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

NUM_PLANS, CHUNK = 160, 10


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as shared:
        yield shared


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_every_solver_and_strategy_equals_brute_force(session: Session, first: int) -> None:
    served = 0
    for seed in range(first, first + CHUNK):
        plan = random_workload_plan(seed)
        optimum = best(plan)
        expected = Status.INFEASIBLE if optimum is None else Status.OPTIMAL
        for backend, strategy in (*EVERY_WAY[:2], EVERY_WAY[2 + seed % 2]):
            outcome = place(session, plan, backend, strategy)

            assert (outcome.status, outcome.objective) == (expected, optimum), (seed, backend, strategy)
            served += outcome.placement is not None and bool(outcome.placement.served_tpp)
    assert served
