"""Intervals of the two large instances against independent solves to half the gap. Minutes: only where LARGE=1 is set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from optimizer.explain.budget import Budget
from optimizer.explain.change import set_options
from optimizer.explain.marginals import Marginals
from optimizer.explain.value import Label
from optimizer.files.read_plan import read_plan
from optimizer.pipeline import place_fleet
from optimizer.solve.session import Session
from optimizer.strategy.options import SearchOptions

FOLDER = Path(__file__).parents[2] / "instances"
TIGHTER = SearchOptions(relative_gap=5e-4)
TOP, NUM_SETTINGS = 3, 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("LARGE") != "1", reason="takes minutes; LARGE=1 runs it"),
]


@pytest.mark.parametrize("name", ["hyperscaler-2025", "hyperscaler-2027"])
def test_intervals_hold_the_difference_of_two_independent_solves(name: str) -> None:
    """Each move is written into the plan, which is searched from nothing; as far as these searches tell the difference."""
    with Session() as session:
        outcome = place_fleet(read_plan(FOLDER / name), options=SearchOptions(), session=session)
        here = place_fleet(read_plan(FOLDER / name), options=TIGHTER, session=session)
        assert here.objective is not None
        assert here.best_bound is not None
        told = 0
        for value in Marginals(outcome, SearchOptions(), Budget(session)).find(TOP):
            moves = [move for move in value.moves if move.label is Label.CONFIRMED and not move.is_infeasible]
            if not moves or told == NUM_SETTINGS:
                break
            told += 1
            move = moves[told % len(moves)]  # one setting tightened, the next loosened
            there = place_fleet(
                read_plan(FOLDER / name, set_options(outcome.case, move.change)), options=TIGHTER, session=session
            )
            assert there.objective is not None
            assert there.best_bound is not None
            worse, better = (here, there) if move.is_loosened else (there, here)
            least = (better.objective or 0) - (worse.best_bound or 0)
            most = (better.best_bound or 0) - (worse.objective or 0)
            assert move.upper is not None
            assert least <= move.upper + 1, move
            assert most >= move.lower - 1, move
            assert least > 0, "the two searches tell that it is worth money"
        assert told == NUM_SETTINGS
