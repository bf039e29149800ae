"""Intervals of the two large instances against independent solves to a tighter gap. Minutes: only where LARGE=1 is set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.explain.budget import Budget
from optimizer.explain.change import set_options
from optimizer.explain.marginals import Marginals
from optimizer.explain.value import Label
from optimizer.files.read_plan import read_plan
from optimizer.pipeline import place_fleet
from optimizer.solve.session import Session
from optimizer.strategy.options import SearchOptions

if TYPE_CHECKING:
    from fractions import Fraction

FOLDER = Path(__file__).parents[2] / "instances"
TIGHTER = SearchOptions(relative_gap=5e-4, time_limit_seconds=300)
"""Half the gap, or as far as five minutes lead."""
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
        here_value, here_bound = _tighter(name, session)
        told = 0
        for value in Marginals(outcome, SearchOptions(), Budget(session)).find(TOP):
            moves = [move for move in value.moves if move.label is Label.CONFIRMED and not move.is_infeasible]
            if not moves or told == NUM_SETTINGS:
                break
            told += 1
            move = moves[told % len(moves)]  # one setting tightened, the next loosened
            there_value, there_bound = _tighter(name, session, *set_options(outcome.case, move.change))
            sign = 1 if move.is_loosened else -1
            least, most = sorted((sign * (there_value - here_bound), sign * (there_bound - here_value)))
            assert move.upper is not None
            assert least <= move.upper + 1, move
            assert most >= move.lower - 1, move
            assert least > 0, "the two searches tell that it is worth money"
        assert told == NUM_SETTINGS


def _tighter(name: str, session: Session, *settings: str) -> tuple[Fraction, Fraction]:
    """Return what the plan with these settings is worth at least and at most, from nothing, to a gap below the default."""
    outcome = place_fleet(read_plan(FOLDER / name, settings), options=TIGHTER, session=session)
    assert outcome.objective is not None
    assert outcome.best_bound is not None
    assert outcome.gap is not None
    assert outcome.gap < SearchOptions().relative_gap, "tighter than the answer explained"
    return outcome.objective, outcome.best_bound
