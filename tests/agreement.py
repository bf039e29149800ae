"""How the suites that hold the tool against brute force run it: to a gap of nothing, by each solver and strategy.

Every run takes the same first seeds; `WIDE=1 pytest tests` goes on to those of the whole campaign.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from optimizer.files.read_plan import plan_from_dict
from optimizer.pipeline import place_fleet
from optimizer.strategy.options import SearchOptions
from optimizer.strategy.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from optimizer.solve.session import Session
    from optimizer.strategy.outcome import Outcome

EVERY_WAY = (("highs", "auto"), ("scip", "auto"), ("highs", "relaxed-then-complete"), ("scip", "relaxed-then-complete"))
"""Solver and strategy."""


def num_plans(always: int, *, wide: int) -> int:
    """Return how many seeds a suite takes: some in every run, more in the wide campaign (WIDE=1)."""
    return wide if os.environ.get("WIDE") == "1" else always


def place(session: Session, plan: dict[str, Any], backend: str = "highs", strategy: str = "auto") -> Outcome:
    """Return what the tool answers to a plan document when no gap is allowed."""
    options = SearchOptions(relative_gap=0.0, time_limit_seconds=30.0, backend=backend, strategy=strategy)
    return place_fleet(plan_from_dict(plan), options=options, session=session)


def agreeing(
    session: Session, plan: dict[str, Any], optimum: Fraction | None, ways: Iterable[tuple[str, str]], seed: int
) -> Iterator[Outcome]:
    """Yield the answer in each way, asserted to be the optimum of brute force (None where there is no plan)."""
    expected = Status.INFEASIBLE if optimum is None else Status.OPTIMAL
    for backend, strategy in ways:
        outcome = place(session, plan, backend, strategy)

        assert (outcome.status, outcome.objective) == (expected, optimum), (seed, backend, strategy)
        yield outcome
