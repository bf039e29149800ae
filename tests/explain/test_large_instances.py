"""Every interval of the larger instances against independent solves to a tighter gap. Hours: only where LARGE=1 is set."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
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
from optimizer.strategy.outcome import Status

if TYPE_CHECKING:
    from fractions import Fraction

    from optimizer.strategy.outcome import Outcome

LOG = logging.getLogger(__name__)
"""Each interval, with --log-cli-level=INFO."""
FOLDER = Path(__file__).parents[2] / "instances"
TOP = 10
NUM_TOLD = 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("LARGE") != "1", reason="takes hours; LARGE=1 runs it"),
]


@dataclass(frozen=True, slots=True)
class Searches:
    """How the instance is explained, and how its changes are searched from nothing."""

    explained: SearchOptions
    tighter: SearchOptions


WIDE = Searches(SearchOptions(relative_gap=3e-3), SearchOptions(relative_gap=1e-3))
USUAL = Searches(SearchOptions(), SearchOptions(relative_gap=5e-4, time_limit_seconds=300))
"""Half the default gap, or as far as that time leads."""
LARGEST = Searches(SearchOptions(), SearchOptions(relative_gap=8e-4, time_limit_seconds=300))


@pytest.mark.parametrize(
    ("name", "searches"),
    [("budgeted", WIDE), ("inference-europe", WIDE), ("hyperscaler-2027", USUAL), ("hyperscaler-2025", LARGEST)],
)
def test_every_interval_holds_the_difference_of_two_independent_solves(name: str, searches: Searches) -> None:
    """Each move is written into the plan, which is searched from nothing; as far as these searches tell the difference."""
    with Session() as session:
        outcome = place_fleet(read_plan(FOLDER / name), options=searches.explained, session=session)
        values = Marginals(outcome, searches.explained, Budget(session)).find(TOP)
    here = _search(name, searches)
    num_told = 0
    for move in (move for value in values for move in value.moves if move.label is Label.CONFIRMED):
        settings = set_options(outcome.case, move.change)
        what, there = " ".join(settings), _search(name, searches, *settings)
        if there.status is Status.INFEASIBLE or move.is_infeasible:
            assert there.status is Status.INFEASIBLE, what
            assert move.is_infeasible, what
            LOG.info("%s: no plan is left", what)
            continue
        least, most = _difference(here, there) if move.is_loosened else _difference(there, here)
        assert move.upper is not None
        words = f"{what}: {_money(move.lower, move.upper)}, searched {_money(least, most)}"
        LOG.info("%s", words)
        assert least <= move.upper + 1, words
        assert most >= move.lower - 1, words
        num_told += least > 0
    assert num_told >= NUM_TOLD, "the searches tell of some that they are worth money"


def _search(name: str, searches: Searches, *settings: str) -> Outcome:
    """Search the plan with these settings from nothing, to a gap tighter than that of the answer explained."""
    with Session() as session:
        outcome = place_fleet(read_plan(FOLDER / name, settings), options=searches.tighter, session=session)
    assert outcome.status is Status.INFEASIBLE or (outcome.gap or 0) < searches.explained.relative_gap
    return outcome


def _difference(worse: Outcome, better: Outcome) -> tuple[Fraction, Fraction]:
    """Return how much more one plan is worth than another, at least and at most."""
    assert worse.objective is not None
    assert worse.best_bound is not None
    assert better.objective is not None
    assert better.best_bound is not None
    return better.objective - worse.best_bound, better.best_bound - worse.objective


def _money(least: Fraction, most: Fraction) -> str:
    return f"{float(least):.0f} to {float(most):.0f}"
