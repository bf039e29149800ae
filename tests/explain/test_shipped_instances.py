"""On the shipped instances that are small enough to search again and again in a test."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.explain.budget import Budget
from optimizer.explain.change import set_options
from optimizer.explain.explanation import explain_values
from optimizer.explain.sweep import sweep
from optimizer.explain.value import Label
from optimizer.files.read_plan import read_plan
from optimizer.pipeline import place_fleet
from optimizer.strategy.options import SearchOptions

if TYPE_CHECKING:
    from optimizer.solve.session import Session


FOLDER = Path(__file__).parents[2] / "instances"
TOP, ENOUGH = 10, 8
GAP, TIGHTER = 3e-3, 1e-3
"""Wider than usual: a value has to be told from a wider interval, and the searches are short."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["first-plan", "allied-cloud"])
def test_most_of_what_seems_worth_most_is_confirmed_and_holds_at_a_tighter_gap(session: Session, name: str) -> None:
    """Of the ten settings of largest screened value at least eight; their intervals hold the differences of two searches to
    a tighter gap, as far as those tell them."""
    plan = read_plan(FOLDER / name)
    options, tighter = SearchOptions(relative_gap=GAP), SearchOptions(relative_gap=TIGHTER)
    outcome = place_fleet(plan, options=options, session=session)
    here = place_fleet(plan, options=tighter, session=session)

    values = explain_values(outcome, options, Budget(session), most=TOP).values
    top = sorted((value for value in values if value.screened), key=lambda value: -(value.screened or 0))[:TOP]

    assert sum(value.is_confirmed for value in top) >= min(ENOUGH, len(top))
    moves = [move for value in top for move in value.moves if move.label is Label.CONFIRMED]
    for move in moves[:: max(1, len(moves) // 3)]:
        changed = read_plan(FOLDER / name, set_options(outcome.case, move.change))
        there = place_fleet(changed, options=tighter, session=session)
        if there.objective is None:
            assert move.is_infeasible, move
            continue
        worse, better = (here, there) if move.is_loosened else (there, here)
        least = (better.objective or 0) - (worse.best_bound or 0)
        most = (better.best_bound or 0) - (worse.objective or 0)
        assert move.upper is not None
        assert least <= move.upper + 1, move
        assert most >= move.lower - 1, move


def test_the_curve_agrees_with_the_marginal_values(session: Session) -> None:
    """first-plan: one percentage point more for Malaysia, and one less, as the value and as steps of the curve."""
    plan = read_plan(FOLDER / "first-plan")
    outcome = place_fleet(plan, session=session)
    values = explain_values(outcome, SearchOptions(), Budget(session)).values
    (share,) = [value for value in values if value.setting.group == "destination_share[MY]"]

    curve = sweep(FOLDER / "first-plan", "policy.destination_share=6%:8%:1%", jobs=1)
    six, seven, eight = (point.answer.objective or Fraction(0) for point in curve.points if point.answer is not None)

    assert share.loosened is not None
    assert share.tightened is not None
    assert abs(share.loosened.lower - (eight - seven)) < 1
    assert abs(share.tightened.lower - (seven - six)) < 1
