"""On small random plans with every rule active: each interval, conflict and repair is borne out by solving again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.explain.budget import Budget
from optimizer.explain.explanation import explain_conflict, explain_values
from optimizer.explain.value import Label
from optimizer.strategy.options import SearchOptions
from tests.agreement import num_plans, place
from tests.explain.independent import contains_the_difference, is_minimal, less_is_too_little, makes_a_plan
from tests.oracle.random_plans import random_plan

if TYPE_CHECKING:
    from optimizer.solve.session import Session


NUM_PLANS, CHUNK = num_plans(120, wide=360), 10
EXACT = SearchOptions(relative_gap=0.0)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, NUM_PLANS, CHUNK))
def test_every_explanation_is_borne_out_by_independent_solves(session: Session, first: int) -> None:
    """A plan that exists: each confirmed interval holds the difference of two solves by another solver. One that does not:
    its conflicts are minimal, its repairs make a plan exist, and a single one less a step does not."""
    num_moves = num_conflicts = 0
    for seed in range(first, first + CHUNK):
        document = random_plan(seed)
        outcome = place(session, document)
        if outcome.placement is not None:
            for value in explain_values(outcome, EXACT, Budget(session)).values:
                for move in value.moves:
                    num_moves += 1
                    assert move.label is Label.CONFIRMED, (seed, value.setting.group)
                    assert contains_the_difference(outcome, move, document, session), (seed, value.setting.group, move)
            continue
        explained = explain_conflict(outcome, EXACT, Budget(session), is_narrow=bool(seed % 2))
        assert explained.conflicts, seed
        for conflict in explained.conflicts:
            num_conflicts += 1
            assert conflict.is_minimal, seed
            assert is_minimal(conflict, document, session), (seed, sorted(conflict.groups))
        for repair in explained.repairs:
            assert makes_a_plan(repair, document, session), (seed, repair.set_options)
            if repair.is_least and len(repair.changes) == 1:
                assert less_is_too_little(repair, document, session), (seed, repair.set_options)
    assert num_moves + num_conflicts
