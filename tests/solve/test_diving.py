"""Dives: a solution of the program, better than what is known, or none; they stop when asked to and prove nothing."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.solve.diving import dive
from optimizer.solve.result import Termination
from optimizer.solve.tree import Dive
from tests.solve.test_branching import PART, long_branching, random_openings, to_the_end

if TYPE_CHECKING:
    from optimizer.solve.session import Session

NO_BOUND = -1e9


@pytest.mark.parametrize("seed", range(30))
def test_a_dive_ends_in_a_solution_that_is_worth_no_more_than_the_optimum(seed: int) -> None:
    formulation, sets = random_openings(seed, 9)
    best, found = to_the_end(formulation, sets), dive(Dive(formulation, sets, NO_BOUND))

    assert found.values is not None, "closing a site is always possible here"
    assert found.objective is not None
    assert found.objective == pytest.approx(formulation.value(found.values))
    assert found.objective <= max(best.objective or 0.0, 0.0) + PART
    opened = found.values[formulation.is_integer]
    assert np.abs(opened - np.rint(opened)).max() <= PART
    used = np.zeros(formulation.num_rows)
    rows = np.repeat(np.arange(formulation.num_rows), np.diff(formulation.row_starts))
    np.add.at(used, rows, formulation.row_coefficients * found.values[formulation.row_columns])
    assert (used <= formulation.row_upper + PART * 100).all()
    assert (found.termination, found.best_bound, found.tree) == (Termination.STOPPED, inf, None)


@pytest.mark.parametrize("seed", range(30))
def test_a_dive_finds_something_better_or_nothing(seed: int) -> None:
    formulation, sets = random_openings(seed, 9)
    first = dive(Dive(formulation, sets, NO_BOUND))
    assert first.objective is not None
    second = dive(Dive(formulation, sets, first.objective + PART))

    assert second.objective is None or second.objective > first.objective
    best = to_the_end(formulation, sets)
    assert dive(Dive(formulation, sets, max(best.objective or 0.0, 0.0) + 1e-3)).values is None


def test_dives_with_an_aim_come_nearer_to_the_optimum() -> None:
    reached = []
    for seed in range(30):
        formulation, sets = random_openings(seed, 12)
        known = NO_BOUND
        while (found := dive(Dive(formulation, sets, known))).objective is not None:
            known = found.objective + PART
        best = to_the_end(formulation, sets).objective
        reached.append(1.0 if best is None else known / best)

    assert sum(reached) / len(reached) > 0.97


def test_a_dive_stops_when_it_is_asked_to_and_at_its_time_limit() -> None:
    formulation, sets = long_branching()
    late = dive(Dive(formulation, sets, NO_BOUND, time_limit_seconds=0.0))

    assert late.hit_time_limit
    assert late.values is None
    asked = dive(Dive(formulation, sets, NO_BOUND), lambda: True)
    assert not asked.hit_time_limit
    assert asked.nodes <= 1


def test_a_session_dives_as_well(session: Session) -> None:
    formulation, sets = random_openings(4, 9)
    here, there = dive(Dive(formulation, sets, NO_BOUND)), session.grow(Dive(formulation, sets, NO_BOUND))

    assert (there.objective, there.nodes) == (here.objective, here.nodes)
